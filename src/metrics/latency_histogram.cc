// SPDX-License-Identifier: BSD-3-Clause
#include "metrics/latency_histogram.h"

#include <cmath>

namespace veddb {

int64_t LatencyHistogram::UpperEnd(size_t index) {
  if (index < 2 * kHalf) return static_cast<int64_t>(index);
  const size_t shift = index / kHalf - 1;
  const size_t step = index % kHalf + kHalf;
  return static_cast<int64_t>(((step + 1) << shift) - 1);
}

int64_t LatencyHistogram::PercentileNanos(double percent) const {
  if (total_ == 0) return 0;
  const double part = std::clamp(percent, 0.0, 100.0) / 100.0 * static_cast<double>(total_);
  const auto wanted = std::max<uint64_t>(1, static_cast<uint64_t>(std::llround(part)));
  uint64_t seen = 0;
  for (size_t i = 0; i < kBuckets; ++i) {
    seen += counts_[i];
    if (seen >= wanted) return UpperEnd(i);
  }
  return kNanosMax;
}

std::vector<LatencyHistogram::Level> LatencyHistogram::Levels() const {
  constexpr int64_t kFirstNanos = 1024;
  // A level ends with the bucket that its power of two begins.
  constexpr int64_t kBucketNanos = kFirstNanos / static_cast<int64_t>(kHalf);
  std::vector<Level> levels;
  uint64_t seen = 0;
  size_t i = 0;
  for (int n = 0; seen < total_; ++n) {
    const int64_t end = ((kFirstNanos + kBucketNanos) << n) - 1;
    const uint64_t before = seen;
    for (; i < kBuckets && UpperEnd(i) <= end; ++i) seen += counts_[i];
    if (seen != before) levels.push_back({end, seen});
  }
  return levels;
}

}  // namespace veddb
