// SPDX-License-Identifier: BSD-3-Clause
// DiskGuard: disk-min-free. A disk that is full to the last byte leaves the store no room to tidy
// up in; before that, writes are refused, and accepted again once there is room. Owned by: the
// loop.
#pragma once
#include <cstdint>
#include <string>

#include "base/result.h"

namespace veddb {

// What a process without privileges may still write on the disk of `dir`.
Result<int64_t> FreeDiskBytes(const std::string& dir);

class DiskGuard {
 public:
  // Judges by what was found free; min_free 0: nothing is too little. When that can't be found out
  // the judgement stays as it was.
  void Judge(const std::string& dir, const Result<int64_t>& free, int64_t min_free);
  // Why writes are refused; empty if they are not.
  const std::string& refusal() const { return refusal_; }
  int64_t free_bytes() const { return free_bytes_; }  // -1: not known

 private:
  std::string refusal_;
  int64_t free_bytes_ = -1;
  bool blind_ = false;  // the last time it could not be found out
};

}  // namespace veddb
