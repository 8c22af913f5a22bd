// SPDX-License-Identifier: BSD-3-Clause
// How many buckets a table has: they follow its entries, unless there is no room for more.
#include "object/table.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <limits>
#include <string>
#include <vector>

#include "base/hash.h"

namespace veddb {
namespace {

class TableTest : public testing::Test {
 protected:
  ~TableTest() override {
    std::vector<Entry*> all;
    table_.ForEach([&all](Entry* entry) { all.push_back(entry); });
    for (Entry* entry : all) std::free(entry);
  }
  void Insert(size_t count) {
    for (size_t i = 0; i < count; ++i) {
      const std::string key = "key:" + std::to_string(table_.size());
      table_.Insert(key, Hash64(key), 0);
    }
  }
  bool HoldsAll() {
    for (size_t i = 0; i < table_.size(); ++i) {
      const std::string key = "key:" + std::to_string(i);
      if (table_.Find(key, Hash64(key)) == nullptr) return false;
    }
    return true;
  }

  SharedCounter room_{std::numeric_limits<int64_t>::max()};
  Table table_{room_};
};

TEST_F(TableTest, GrowsWithItsEntries) {
  Insert(4097);
  EXPECT_GE(table_.bucket_bytes(), 8192 * sizeof(Entry*));
  EXPECT_TRUE(HoldsAll());
}

TEST_F(TableTest, DoesNotGrowBeyondTheRoomThereIs) {
  Insert(4096);
  EXPECT_TRUE(HoldsAll());  // the last growth has ended
  const size_t bytes = table_.bucket_bytes();
  room_.Set(static_cast<int64_t>(8192 * sizeof(Entry*)) - 1);
  Insert(4095);
  EXPECT_EQ(table_.bucket_bytes(), bytes);
  room_.Set(static_cast<int64_t>(8192 * sizeof(Entry*)));
  Insert(1);
  EXPECT_GT(table_.bucket_bytes(), bytes);
  EXPECT_TRUE(HoldsAll());
}

TEST_F(TableTest, GrowsWithoutRoomWhenItIsCrowded) {
  Insert(4096);
  EXPECT_TRUE(HoldsAll());
  const size_t bytes = table_.bucket_bytes();
  room_.Set(0);
  Insert(4096);
  EXPECT_EQ(table_.bucket_bytes(), bytes);
  Insert(1);
  EXPECT_GT(table_.bucket_bytes(), bytes);
}

}  // namespace
}  // namespace veddb
