// SPDX-License-Identifier: BSD-3-Clause
// A drain is the picture of one moment, and the hints of the expiry family follow the expiries.
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "base/hash.h"
#include "object/keyspace.h"
#include "object/serialize.h"
#include "object/turn.h"

namespace veddb {
namespace {

class DrainTest : public testing::Test {
 protected:
  DrainTest() { context_.turn = &turn_; }

  Entry* Get(Bytes key) {
    Entry* entry = keyspace_.Find(key, Hash64(key));
    return entry != nullptr ? entry : keyspace_.Insert(key, Hash64(key), 1);
  }
  void Set(Bytes key, Bytes value) {
    keyspace_.SetBytes(Get(key), ObjectType::kString, Encoding::kRaw, value);
  }
  // As a shard does it.
  void Begin() {
    batch_ = ChangeBatch();
    keyspace_.BeginDrain(batch_);
    ++context_.epoch;
  }
  void WriteAll() {
    while (!keyspace_.DrainWritten()) keyspace_.DrainSome(1, batch_);
  }
  void Finish() {
    context_.drained_epoch = context_.epoch - 1;
    keyspace_.BeginFinish();
    keyspace_.FinishSome(SIZE_MAX);
  }
  // What the batch makes of the keys: the value, or "deleted".
  std::map<std::string, std::string> Drained() {
    std::map<std::string, std::string> out;
    batch_.Sort();
    for (const auto& change : batch_.Sorted(Family::kKeys)) {
      const auto key = ParseStorageKey(change.key());
      Bytes value = change.value();
      KeyHeader header;
      const bool put = change.op == ChangeOp::kPut && GetKeyHeader(&value, &header);
      out[std::string(key->key)] = put ? std::string(value) : "deleted";
    }
    return out;
  }
  using Changes = std::vector<std::pair<ChangeOp, int64_t>>;
  // The changes of the expiry family that a turn would log for the key: op and time.
  Changes Hints(Bytes key) {
    RecordBuilder record;
    keyspace_.LogExpiryHint(Get(key), record);
    Changes out;
    ChangeReader reader(record.payload());
    Change change;
    while (reader.Next(&change)) out.emplace_back(change.op, ParseExpiryKey(change.key)->time_ms);
    return out;
  }

  ObjectContext context_;
  Turn turn_;
  Keyspace keyspace_{KeyspaceKind::kKeys, 1, context_};
  ChangeBatch batch_;
};

TEST_F(DrainTest, WhatChangesWhileItIsWrittenIsWrittenAsItWas) {
  for (const Bytes key : {"a", "b", "c"}) Set(key, "1");
  Begin();
  keyspace_.DrainSome(1, batch_);
  Set("a", "2");
  Set("b", "2");
  keyspace_.Delete(Get("c"));
  Set("d", "2");
  WriteAll();
  EXPECT_EQ(Drained(), (std::map<std::string, std::string>{{"a", "1"}, {"b", "1"}, {"c", "1"}}));
  Finish();
  Begin();
  WriteAll();
  EXPECT_EQ(Drained(), (std::map<std::string, std::string>{
                           {"a", "2"}, {"b", "2"}, {"c", "deleted"}, {"d", "2"}}));
  Finish();
}

TEST_F(DrainTest, ATombstoneIsKeptUntilTheStoreHasForgotten) {
  Set("a", "1");
  Begin();
  WriteAll();
  Finish();
  keyspace_.Delete(Get("a"));
  Begin();
  WriteAll();
  EXPECT_EQ(Drained(), (std::map<std::string, std::string>{{"a", "deleted"}}));
  ASSERT_NE(keyspace_.Find("a", Hash64("a")), nullptr);
  Finish();
  EXPECT_EQ(keyspace_.Find("a", Hash64("a")), nullptr);
}

TEST_F(DrainTest, OneHintFollowsTheExpiry) {
  Set("a", "1");
  EXPECT_EQ(Hints("a"), Changes());
  keyspace_.SetExpiry(Get("a"), 1000);
  EXPECT_EQ(Hints("a"), (Changes{{ChangeOp::kPut, 1000}}));
  EXPECT_EQ(Hints("a"), Changes());
  keyspace_.SetExpiry(Get("a"), 2000);
  EXPECT_EQ(Hints("a"), (Changes{{ChangeOp::kDelete, 1000}, {ChangeOp::kPut, 2000}}));
  keyspace_.SetExpiry(Get("a"), 0);
  EXPECT_EQ(Hints("a"), (Changes{{ChangeOp::kDelete, 2000}}));
}

}  // namespace
}  // namespace veddb
