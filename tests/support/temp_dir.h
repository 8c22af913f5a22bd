// SPDX-License-Identifier: BSD-3-Clause
// TempDir: a directory of its own for one test, removed at the end unless it was asked to stay.
//
// Owned by: one thread.
#pragma once
#include <string>

namespace veddb::testing {

class TempDir {
 public:
  // Below TMPDIR, or /tmp. `name` becomes a part of the path, for the eye.
  explicit TempDir(const std::string& name);
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  // It stays behind, as evidence.
  void Keep() { keep_ = true; }

 private:
  std::string path_;
  bool keep_ = false;
};

}  // namespace veddb::testing
