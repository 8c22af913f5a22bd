// SPDX-License-Identifier: BSD-3-Clause
// LogLimiter: of messages that may come as often as clients like, lets one a second through and
// counts the others. Any thread.
#pragma once
#include <atomic>
#include <cstdint>
#include <optional>

namespace veddb {

class LogLimiter {
 public:
  static constexpr int64_t kIntervalMillis = 1000;

  // How many were left out since the last that was let through; nothing: this one is left out too.
  // `now_ms`: monotonic.
  std::optional<uint64_t> Admit(int64_t now_ms) {
    int64_t next_ms = next_ms_.load(std::memory_order_relaxed);
    if (now_ms < next_ms || !next_ms_.compare_exchange_strong(next_ms, now_ms + kIntervalMillis,
                                                              std::memory_order_relaxed)) {
      left_out_.fetch_add(1, std::memory_order_relaxed);
      return std::nullopt;
    }
    return left_out_.exchange(0, std::memory_order_relaxed);
  }

 private:
  std::atomic<int64_t> next_ms_{INT64_MIN};
  std::atomic<uint64_t> left_out_{0};
};

}  // namespace veddb
