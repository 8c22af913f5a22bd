// SPDX-License-Identifier: BSD-3-Clause
// Sets of chunks against std::set, and what of a chunk is stored.
#include "object/chunks.h"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <string>

namespace veddb {
namespace {

std::set<uint32_t> MembersOf(const ChunkSet& set) {
  std::set<uint32_t> members;
  uint32_t last = 0;
  set.ForEach([&](uint32_t chunk) {
    EXPECT_TRUE(members.empty() || chunk > last) << "not in order";
    last = chunk;
    members.insert(chunk);
    return true;
  });
  return members;
}

TEST(ChunkSetTest, IsASet) {
  std::mt19937 random(1);
  for (int round = 0; round < 50; ++round) {
    ChunkSet set;
    std::set<uint32_t> model;
    for (int step = 0; step < 200; ++step) {
      const uint32_t first = random() % 300;
      switch (random() % 8) {
        case 0:
          set.Clear();
          model.clear();
          break;
        case 1:
        case 2:
        case 3:
          EXPECT_EQ(set.Remove(first), model.erase(first) == 1);
          break;
        default: {
          const uint32_t end = first + random() % 140;
          const size_t before = model.size();
          for (uint32_t chunk = first; chunk < end; ++chunk) model.insert(chunk);
          EXPECT_EQ(set.Add(first, end), model.size() - before);
        }
      }
      ASSERT_EQ(set.size(), model.size());
      ASSERT_EQ(set.empty(), model.empty());
      ASSERT_EQ(MembersOf(set), model);
      for (uint32_t chunk = 0; chunk < 500; ++chunk) {
        ASSERT_EQ(set.Contains(chunk), model.contains(chunk));
      }
    }
  }
}

TEST(ChunkSetTest, AVisitorMayRemoveAndStop) {
  ChunkSet set;
  set.Add(10, 200);
  int visited = 0;
  set.ForEach([&](uint32_t chunk) {
    set.Remove(chunk);
    return ++visited < 100;
  });
  EXPECT_EQ(set.size(), 90u);
  EXPECT_FALSE(set.Contains(109));
  EXPECT_TRUE(set.Contains(110));
}

TEST(StoredChunkTest, ZerosAtTheEndAreNotStored) {
  std::string text(3 * kChunkBytes, 'x');
  text.replace(kChunkBytes, kChunkBytes, kChunkBytes, '\0');
  text.append(5, 'y');
  EXPECT_EQ(StoredChunk(text, 0), std::string(kChunkBytes, 'x'));
  EXPECT_EQ(StoredChunk(text, 1), "");
  EXPECT_EQ(StoredChunk(text, 3), "yyyyy");
  EXPECT_EQ(StoredChunk(text, 4), "");
  EXPECT_EQ(StoredChunk(text, 1'000'000), "");
  for (size_t size = 1; size < 40; ++size) {
    std::string chunk(40, '\0');
    chunk[0] = 'a';
    chunk[size - 1] = 'b';
    EXPECT_EQ(StoredChunk(chunk, 0), chunk.substr(0, size));
  }
}

TEST(StoredChunkTest, ChunksCoverTheString) {
  EXPECT_EQ(ChunkCount(0), 0u);
  EXPECT_EQ(ChunkCount(1), 1u);
  EXPECT_EQ(ChunkCount(kChunkBytes), 1u);
  EXPECT_EQ(ChunkCount(kChunkBytes + 1), 2u);
}

}  // namespace
}  // namespace veddb
