// SPDX-License-Identifier: BSD-3-Clause
// LatencyHistogram: how long the calls of one command took, in buckets whose width is less than 1 %
// of what they hold (two significant digits, as Redis's).
//
//   0 … 255 ns        256 buckets of 1 ns
//   2^n … 2^(n+1)-1   128 buckets each, up to 2^30 ns
//
// Recording is one shift and one increment; nothing is allocated but the histogram itself (24 KiB).
// Owned by: the loop.
#pragma once
#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace veddb {

class LatencyHistogram {
 public:
  // What took longer counts as this.
  static constexpr int64_t kNanosMax = 1'000'000'000;

  void Record(int64_t nanos) {
    const auto value = static_cast<uint64_t>(std::clamp<int64_t>(nanos, 0, kNanosMax));
    ++counts_[IndexOf(value)];
    ++total_;
  }

  uint64_t total() const { return total_; }
  // The upper end of the bucket in which this part (0 to 100) of the calls has ended; 0: no calls.
  int64_t PercentileNanos(double percent) const;

  struct Level {
    int64_t nanos_max;
    uint64_t calls;  // that took up to so long
  };
  // Calls by powers of two of about a microsecond; only the levels that add some.
  std::vector<Level> Levels() const;

 private:
  static constexpr int kHalfBits = 7;
  static constexpr size_t kHalf = size_t{1} << kHalfBits;
  static constexpr int kValueBits = 30;
  static constexpr size_t kBuckets = 2 * kHalf + (kValueBits - kHalfBits - 1) * kHalf;

  static size_t IndexOf(uint64_t value) {
    const int shift = std::max(0, static_cast<int>(std::bit_width(value)) - kHalfBits - 1);
    return static_cast<size_t>(shift) * kHalf + static_cast<size_t>(value >> shift);
  }
  static int64_t UpperEnd(size_t index);

  std::array<uint64_t, kBuckets> counts_ = {};
  uint64_t total_ = 0;
};

}  // namespace veddb
