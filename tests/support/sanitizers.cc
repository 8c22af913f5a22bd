// SPDX-License-Identifier: BSD-3-Clause
#include "tests/support/sanitizers.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <sstream>
#include <string>

namespace veddb::testing {
namespace {

constexpr int kExitCode = 66;

void EndWithFailure() {
  std::fputs("FAILED: a sanitizer reported something in a server, see above\n", stderr);
  std::fflush(nullptr);
  _exit(kExitCode);
}

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void Show(const std::string& where, const std::string& report) {
  std::fprintf(stderr, "%s:\n%s\n", where.c_str(), report.c_str());
  static std::once_flag once;
  std::call_once(once, [] { std::atexit(EndWithFailure); });
}

}  // namespace

bool ResidentMemoryIsTelling() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  static std::once_flag said;
  std::call_once(said, [] {
    std::printf("[ LEFT OUT ] what is expected of resident memory: this sanitizer adds to it\n");
  });
  return false;
#else
  return true;
#endif
}

void FailOnReportOf(pid_t pid, const std::string& log) {
  if (!IsSanitized()) return;
  // Beside the address sanitizer the undefined-behaviour sanitizer heeds no log_path.
  const size_t at = log.find("runtime error: ");
  if (at != std::string::npos) Show("its log", log.substr(at));
  const char* directory = std::getenv("VEDDB_SANITIZER_REPORTS");
  if (directory == nullptr) return;
  const std::string end = "." + std::to_string(pid);
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    const std::string path = entry.path().string();
    if (path.ends_with(end)) Show(path, ReadFile(path));
  }
}

}  // namespace veddb::testing
