// SPDX-License-Identifier: BSD-3-Clause
// oom-score-adj: what the kernel is told of this process for the case that memory runs out.
// Thread: the loop's, or the main one before it.
#pragma once
#include <cstdint>
#include <string>

#include "base/result.h"
#include "config/config.h"

namespace veddb {

class OomScore {
 public:
  explicit OomScore(std::string file = "/proc/self/oom_score_adj") : file_(std::move(file)) {}
  // Does what the options say. Off: puts back what was there before it was on, and touches nothing
  // if it never was.
  Status Apply(const Config& config);

 private:
  Result<int64_t> Read() const;
  Status Write(int64_t score) const;

  const std::string file_;
  bool on_ = false;
  int64_t before_ = 0;  // REQUIRES on_
};

}  // namespace veddb
