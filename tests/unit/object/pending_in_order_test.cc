// SPDX-License-Identifier: BSD-3-Clause
// Pending documents in order: what a command that holds the shard lays over a snapshot of the disk.
#include <gtest/gtest.h>

#include <string>

#include "base/hash.h"
#include "object/keyspace.h"
#include "object/turn.h"

namespace veddb {
namespace {

class PendingInOrderTest : public testing::Test {
 protected:
  PendingInOrderTest() { context_.turn = &turn_; }

  void Put(Bytes key) {
    Entry* entry = keyspace_.Find(key, Hash64(key));
    if (entry == nullptr) entry = keyspace_.Insert(key, Hash64(key), 1);
    keyspace_.SetBytes(entry, ObjectType::kDocument, Encoding::kRaw, "v");
  }
  void Delete(Bytes key) { keyspace_.Delete(keyspace_.Find(key, Hash64(key))); }
  std::string Pending() {
    std::string out;
    for (const Entry* entry : keyspace_.PendingInOrder()) {
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
  Keyspace keyspace_{KeyspaceKind::kDocuments, 1, context_};
  ChangeBatch batch_;
};

TEST_F(PendingInOrderTest, KnowsWhatComesAfterItWasMade) {
  for (const Bytes key : {"c", "a"}) Put(key);
  EXPECT_EQ(Pending(), "a c ");
  Put("b");
  Put("a");
  Delete("c");
  EXPECT_EQ(Pending(), "a b c- ");
}

TEST_F(PendingInOrderTest, KeepsWhatADrainHasNotBroughtToTheDisk) {
  for (const Bytes key : {"d", "b", "c"}) Put(key);
  Delete("d");
  EXPECT_EQ(Pending(), "b c d- ");
  Begin();
  Put("a");
  Put("c");
  EXPECT_EQ(Pending(), "a b c d- ");
  End();
  EXPECT_EQ(Pending(), "a c ");
  Begin();
  End();
  EXPECT_EQ(Pending(), "");
}

}  // namespace
}  // namespace veddb
