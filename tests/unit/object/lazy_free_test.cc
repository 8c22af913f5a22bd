// SPDX-License-Identifier: BSD-3-Clause
// Large values leave by LazyFree where the cause's option says so, and are counted.
#include "object/lazy_free.h"

#include <gtest/gtest.h>

#include <vector>

#include "base/hash.h"
#include "object/keyspace.h"
#include "object/turn.h"

namespace veddb {
namespace {

class LazyFreeTest : public ::testing::Test {
 protected:
  LazyFreeTest()
      : lazy_free_([this](std::function<void()> work) { handed_over_.push_back(std::move(work)); }),
        keyspace_(KeyspaceKind::kKeys, 0, context_) {
    context_.turn = &turn_;
    context_.lazy_free = &lazy_free_;
  }
  Entry* Add(const std::string& key, size_t size) {
    Entry* entry = keyspace_.Insert(key, Hash64(key), size);
    keyspace_.SetBytes(entry, ObjectType::kString, Encoding::kRaw, std::string(size, 'x'));
    return entry;
  }

  std::vector<std::function<void()>> handed_over_;
  LazyFree lazy_free_;
  ObjectContext context_;
  Turn turn_;
  Keyspace keyspace_;
};

TEST_F(LazyFreeTest, ALargeValueIsHandedOverAndCountedWhenItIsFreed) {
  context_.lazy_causes.Set(BitOf(FreeCause::kUnlink));
  const int64_t before = context_.used_bytes.Get();
  keyspace_.Delete(Add("big", LazyFree::kBytesMin), FreeCause::kUnlink);
  ASSERT_EQ(handed_over_.size(), 1U);
  EXPECT_EQ(lazy_free_.pending_objects(), 1);
  EXPECT_EQ(lazy_free_.freed_objects(), 0);
  EXPECT_LT(context_.used_bytes.Get() - before, 1000) << "it counts as free at once";
  handed_over_[0]();
  EXPECT_EQ(lazy_free_.pending_objects(), 0);
  EXPECT_EQ(lazy_free_.freed_objects(), 1);
}

TEST_F(LazyFreeTest, SmallValuesAndCausesWithoutTheOptionAreFreedInPlace) {
  context_.lazy_causes.Set(BitOf(FreeCause::kUnlink) | BitOf(FreeCause::kExpiry));
  keyspace_.Delete(Add("small", LazyFree::kBytesMin - 1), FreeCause::kUnlink);
  keyspace_.Delete(Add("deleted", LazyFree::kBytesMin), FreeCause::kUserDelete);
  keyspace_.Delete(Add("evicted", LazyFree::kBytesMin), FreeCause::kEviction);
  EXPECT_EQ(handed_over_.size(), 0U);
  keyspace_.Delete(Add("expired", LazyFree::kBytesMin), FreeCause::kExpiry);
  ASSERT_EQ(handed_over_.size(), 1U);
  handed_over_[0]();
}

TEST_F(LazyFreeTest, AReplacedValueFollowsTheServersOption) {
  Entry* entry = Add("k", LazyFree::kBytesMin);
  context_.lazy_causes.Set(BitOf(FreeCause::kServerDelete));
  keyspace_.SetInteger(entry, 1);
  ASSERT_EQ(handed_over_.size(), 1U);
  handed_over_[0]();
}

TEST_F(LazyFreeTest, WhatIsAbsentAndAwaitsADrainIsCountedApart) {
  Entry* entry = Add("k", 100);
  EXPECT_EQ(context_.absent_bytes.Get(), 0);
  EXPECT_EQ(keyspace_.resident(), 1U);
  keyspace_.Delete(entry);
  EXPECT_EQ(context_.absent_bytes.Get(), context_.used_bytes.Get());
  EXPECT_GT(context_.absent_bytes.Get(), 0);
  EXPECT_EQ(keyspace_.resident(), 0U);
  keyspace_.SetInteger(entry, 5);
  EXPECT_EQ(context_.absent_bytes.Get(), 0);
  EXPECT_EQ(keyspace_.resident(), 1U);
}

}  // namespace
}  // namespace veddb
