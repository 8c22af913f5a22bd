// SPDX-License-Identifier: BSD-3-Clause
#include "metrics/latency_histogram.h"

#include <gtest/gtest.h>

#include <random>

namespace veddb {
namespace {

// What one value alone is told as.
int64_t Told(int64_t nanos) {
  LatencyHistogram histogram;
  histogram.Record(nanos);
  return histogram.PercentileNanos(50);
}

TEST(LatencyHistogram, AValueIsToldWithTwoSignificantDigitsAndNeverTooLow) {
  std::mt19937_64 random(7);
  for (int bits = 1; bits <= 29; ++bits) {
    for (int i = 0; i < 200; ++i) {
      const auto value = static_cast<int64_t>(random() & ((uint64_t{1} << bits) - 1));
      const int64_t told = Told(value);
      EXPECT_GE(told, value);
      EXPECT_LE(told - value, value / 128) << value;
    }
  }
}

TEST(LatencyHistogram, WhatIsOutOfItsRangeCountsAtTheEnds) {
  EXPECT_EQ(Told(0), 0);
  EXPECT_EQ(Told(-5), 0);
  EXPECT_EQ(Told(LatencyHistogram::kNanosMax), Told(int64_t{1} << 60));
  EXPECT_GE(Told(int64_t{1} << 60), LatencyHistogram::kNanosMax);
}

TEST(LatencyHistogram, PercentilesOfAHundredValues) {
  LatencyHistogram histogram;
  for (int64_t i = 1; i <= 100; ++i) histogram.Record(i);
  EXPECT_EQ(histogram.total(), 100U);
  EXPECT_EQ(histogram.PercentileNanos(0), 1);
  EXPECT_EQ(histogram.PercentileNanos(50), 50);
  EXPECT_EQ(histogram.PercentileNanos(99), 99);
  EXPECT_EQ(histogram.PercentileNanos(99.9), 100);
  EXPECT_EQ(histogram.PercentileNanos(100), 100);
}

TEST(LatencyHistogram, WithoutCallsThereIsNothingToTell) {
  const LatencyHistogram histogram;
  EXPECT_EQ(histogram.PercentileNanos(50), 0);
  EXPECT_TRUE(histogram.Levels().empty());
}

// The limits redis-server shows: 1, 2, 4, 8, 16, 33, 66, 132, … microseconds.
TEST(LatencyHistogram, LevelsAreThoseOfRedis) {
  constexpr int64_t kMicros[] = {1,     2,     4,     8,      16,     33,    66,
                                 132,   264,   528,   1056,   2113,   4227,  8454,
                                 16908, 33816, 67633, 135266, 270532, 541065};
  LatencyHistogram histogram;
  uint64_t calls = 0;
  for (const int64_t micros : kMicros) {
    histogram.Record(micros * 1000);
    ++calls;
  }
  const auto levels = histogram.Levels();
  ASSERT_EQ(levels.size(), std::size(kMicros));
  for (size_t i = 0; i < levels.size(); ++i) {
    EXPECT_EQ(levels[i].nanos_max / 1000, kMicros[i]);
    EXPECT_EQ(levels[i].calls, i + 1);
  }
  EXPECT_EQ(levels.back().calls, calls);
}

TEST(LatencyHistogram, LevelsThatAddNothingAreLeftOut) {
  LatencyHistogram histogram;
  histogram.Record(500);
  histogram.Record(600);
  histogram.Record(100'000);
  histogram.Record(LatencyHistogram::kNanosMax);
  const auto levels = histogram.Levels();
  ASSERT_EQ(levels.size(), 3U);
  EXPECT_EQ(levels[0].calls, 2U);
  EXPECT_EQ(levels[1].nanos_max / 1000, 132);
  EXPECT_EQ(levels[1].calls, 3U);
  EXPECT_EQ(levels[2].calls, 4U);
}

}  // namespace
}  // namespace veddb
