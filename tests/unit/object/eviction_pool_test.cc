// SPDX-License-Identifier: BSD-3-Clause
#include "object/eviction_pool.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace veddb {
namespace {

struct Offered {
  uint64_t score;
  const char* key;
};
struct Case {
  const char* what;
  std::vector<Offered> offers;
  std::vector<std::string> expected;  // best first
};

std::vector<std::string> Drain(EvictionPool& pool) {
  std::vector<std::string> out;
  for (; !pool.empty(); pool.DropBest()) out.push_back(pool.Best().key);
  return out;
}

TEST(EvictionPool, GivesTheHighestScoresFirst) {
  const std::vector<Case> cases = {
      {"nothing was offered", {}, {}},
      {"in order", {{1, "a"}, {2, "b"}, {3, "c"}}, {"c", "b", "a"}},
      {"against the order", {{3, "a"}, {2, "b"}, {1, "c"}}, {"a", "b", "c"}},
      {"what was offered first goes first among equals", {{5, "a"}, {5, "b"}}, {"a", "b"}},
      {"a key is kept once, with its last score", {{1, "a"}, {2, "b"}, {3, "a"}}, {"a", "b"}},
      {"which may be lower", {{3, "a"}, {2, "b"}, {1, "a"}}, {"b", "a"}},
  };
  for (const Case& one : cases) {
    EvictionPool pool;
    for (const Offered& offered : one.offers) pool.Offer(offered.score, 0, 0, offered.key);
    EXPECT_EQ(Drain(pool), one.expected) << one.what;
  }
}

TEST(EvictionPool, AFullPoolForgetsTheWorst) {
  EvictionPool pool;
  for (uint64_t i = 0; i < 100; ++i) pool.Offer(i * 37 % 100, 0, 0, std::to_string(i * 37 % 100));
  EXPECT_EQ(pool.size(), EvictionPool::kSize);
  for (uint64_t i = 0; i < EvictionPool::kSize; ++i, pool.DropBest()) {
    EXPECT_EQ(pool.Best().score, 99 - i);
    EXPECT_EQ(pool.Best().key, std::to_string(99 - i));
  }
  EXPECT_TRUE(pool.empty());
}

TEST(EvictionPool, AFullPoolRefusesWhatIsNoBetter) {
  EvictionPool pool;
  for (uint64_t i = 0; i < EvictionPool::kSize; ++i) pool.Offer(10, 0, 0, std::to_string(i));
  pool.Offer(10, 0, 0, "equal");
  pool.Offer(9, 0, 0, "worse");
  std::vector<std::string> keys = Drain(pool);
  EXPECT_EQ(keys.size(), EvictionPool::kSize);
  EXPECT_EQ(std::count(keys.begin(), keys.end(), "equal"), 0);
  EXPECT_EQ(std::count(keys.begin(), keys.end(), "worse"), 0);
}

TEST(EvictionPool, TheSameNameElsewhereIsAnotherKey) {
  EvictionPool pool;
  pool.Offer(1, 0, 0, "k");
  pool.Offer(2, 1, 0, "k");
  pool.Offer(3, 0, 1, "k");
  EXPECT_EQ(pool.size(), 3U);
  EXPECT_EQ(pool.Best().database, 1U);
  pool.DropBest();
  EXPECT_EQ(pool.Best().shard, 1U);
}

TEST(EvictionPool, AKnownKeyOfAFullPoolTakesNoOthersPlace) {
  EvictionPool pool;
  for (uint64_t i = 0; i < EvictionPool::kSize; ++i) pool.Offer(10 + i, 0, 0, std::to_string(i));
  pool.Offer(50, 0, 0, "0");
  EXPECT_EQ(pool.size(), EvictionPool::kSize);
  EXPECT_EQ(pool.Best().key, "0");
}

}  // namespace
}  // namespace veddb
