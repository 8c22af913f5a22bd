// SPDX-License-Identifier: BSD-3-Clause
// What each policy looks at, and how long a turn may evict. Which keys go is tested on a whole
// server (tests/system/eviction_test.cc).
#include "server/evictor.h"

#include <gtest/gtest.h>

namespace veddb {
namespace {

struct PolicyRow {
  MaxmemoryPolicy policy;
  EvictionOrder order;
  bool volatile_only;
};

constexpr PolicyRow kPolicies[] = {
    {MaxmemoryPolicy::kAllkeysLru, EvictionOrder::kLeastRecent, false},
    {MaxmemoryPolicy::kAllkeysLfu, EvictionOrder::kLeastFrequent, false},
    {MaxmemoryPolicy::kAllkeysRandom, EvictionOrder::kRandom, false},
    {MaxmemoryPolicy::kVolatileLru, EvictionOrder::kLeastRecent, true},
    {MaxmemoryPolicy::kVolatileLfu, EvictionOrder::kLeastFrequent, true},
    {MaxmemoryPolicy::kVolatileRandom, EvictionOrder::kRandom, true},
    {MaxmemoryPolicy::kVolatileTtl, EvictionOrder::kNearestExpiry, true},
};

TEST(EvictionRules, OfEachPolicy) {
  for (const PolicyRow& row : kPolicies) {
    const std::optional<EvictionRules> rules = RulesOf(row.policy);
    ASSERT_TRUE(rules.has_value());
    EXPECT_EQ(rules->order, row.order);
    EXPECT_EQ(rules->volatile_only, row.volatile_only);
  }
  EXPECT_FALSE(RulesOf(MaxmemoryPolicy::kNoEviction).has_value());
}

struct SliceRow {
  int64_t tenacity;
  int64_t micros;
};

constexpr SliceRow kSlices[] = {{0, 50},    {1, 50},    {5, 250},    {10, 500},   {11, 575},
                                {20, 2022}, {30, 8183}, {32, 10000}, {100, 10000}};

TEST(EvictionSlice, GrowsWithTheTenacityUpToItsBound) {
  for (const SliceRow& row : kSlices) {
    EXPECT_EQ(EvictionSliceMicros(row.tenacity), row.micros) << row.tenacity;
  }
}

}  // namespace
}  // namespace veddb
