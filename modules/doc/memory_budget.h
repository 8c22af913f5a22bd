// SPDX-License-Identifier: BSD-3-Clause
// MemoryBudget: what a query may keep in memory (doc-memory-limit). Any thread.
#pragma once
#include <atomic>
#include <cstdint>

#include "base/result.h"
#include "modules/doc/doc_module.h"

namespace veddb {

class MemoryBudget {
 public:
  static constexpr int64_t kUnlimited = INT64_MAX;

  explicit MemoryBudget(int64_t bytes_max) : bytes_max_(bytes_max) {}

  // MEMORYLIMIT: so much more would be too much.
  Status Take(size_t bytes) {
    const int64_t taken = taken_.fetch_add(static_cast<int64_t>(bytes), std::memory_order_relaxed);
    if (taken + static_cast<int64_t>(bytes) <= bytes_max_) return Ok();
    return MakeError(ErrorCode::kMemoryLimit, "the query would keep more than " +
                                                  std::to_string(bytes_max_) +
                                                  " bytes in memory (doc-memory-limit)");
  }
  void GiveBack(size_t bytes) {
    taken_.fetch_sub(static_cast<int64_t>(bytes), std::memory_order_relaxed);
  }

 private:
  const int64_t bytes_max_;
  std::atomic<int64_t> taken_{0};
};

}  // namespace veddb
