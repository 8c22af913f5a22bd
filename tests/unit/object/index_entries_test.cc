// SPDX-License-Identifier: BSD-3-Clause
// Entries of an index: in order while they are in memory, and there no longer than a drain needs.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/hash.h"
#include "object/keyspace.h"
#include "object/turn.h"

namespace veddb {
namespace {

class IndexEntriesTest : public testing::Test {
 protected:
  IndexEntriesTest() { context_.turn = &turn_; }

  void Put(Bytes key) {
    Entry* entry = keyspace_.Find(key, Hash64(key));
    if (entry == nullptr) entry = keyspace_.Insert(key, Hash64(key), 1);
    keyspace_.SetBytes(entry, ObjectType::kDocument, Encoding::kRaw, {});
  }
  // One that lies in the store.
  void DeleteStored(Bytes key) { keyspace_.Delete(keyspace_.InsertLoaded(key, Hash64(key), {})); }
  std::string InMemory() {
    std::string out;
    for (const Entry* entry : keyspace_.ordered()) {
      out += std::string(entry->key()) + (entry->present() ? " " : "- ");
    }
    return out;
  }
  void Begin() {
    batch_ = ChangeBatch();
    keyspace_.BeginDrain(batch_);
    ++context_.epoch;
  }
  void End() {
    while (!keyspace_.DrainWritten()) keyspace_.DrainSome(1, batch_);
    context_.drained_epoch = context_.epoch - 1;
    keyspace_.BeginFinish();
    keyspace_.FinishSome(SIZE_MAX);
  }

  ObjectContext context_;
  Turn turn_;
  Keyspace keyspace_{KeyspaceKind::kIndex, 1, context_};
  ChangeBatch batch_;
};

TEST_F(IndexEntriesTest, LeaveMemoryWithTheDrainThatHoldsThem) {
  for (const Bytes key : {"c", "a", "b"}) Put(key);
  DeleteStored("bb");
  EXPECT_EQ(InMemory(), "a b bb- c ");
  EXPECT_EQ(keyspace_.count(), 2);
  Begin();
  EXPECT_EQ(InMemory(), "a b bb- c ");
  End();
  EXPECT_EQ(InMemory(), "");
  EXPECT_EQ(keyspace_.entries(), 0U);
  EXPECT_EQ(keyspace_.used_bytes(), 0);
  EXPECT_EQ(keyspace_.count(), 2);
}

TEST_F(IndexEntriesTest, StayWhileTheyHaveChangedSince) {
  Put("a");
  Put("b");
  Begin();
  keyspace_.DrainSome(1, batch_);
  keyspace_.Delete(keyspace_.Find("a", Hash64("a")));
  Put("c");
  End();
  EXPECT_EQ(InMemory(), "a- c ");
  Begin();
  End();
  EXPECT_EQ(InMemory(), "");
  EXPECT_EQ(keyspace_.count(), 2);
}

TEST_F(IndexEntriesTest, AreNoChangesOfTheirOwn) {
  Put("a");
  EXPECT_EQ(context_.changes.Get(), 0);
}

}  // namespace
}  // namespace veddb
