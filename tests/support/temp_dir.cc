// SPDX-License-Identifier: BSD-3-Clause
#include "tests/support/temp_dir.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <system_error>

namespace veddb::testing {

TempDir::TempDir(const std::string& name) {
  const char* base = std::getenv("TMPDIR");
  path_ = std::string(base != nullptr ? base : "/tmp") + "/veddb-" + name + "-XXXXXX";
  if (mkdtemp(path_.data()) == nullptr) {
    std::perror(path_.c_str());
    std::exit(1);
  }
}

TempDir::~TempDir() {
  if (keep_) return;
  std::error_code ignored;  // a directory that stays behind in /tmp fails no test
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace veddb::testing
