// SPDX-License-Identifier: BSD-3-Clause
#include "metrics/slow_log.h"

#include <gtest/gtest.h>

namespace veddb {
namespace {

std::vector<std::string> ShownOf(const std::vector<std::string>& words) {
  SlowLog log;
  const std::vector<Bytes> argv(words.begin(), words.end());
  log.Add(argv, 1, 1, "a", "n");
  return log.entries().front().arguments;
}

TEST(SlowLog, TheNewestComesFirstAndTheOldestGoes) {
  SlowLog log;
  log.set_entries_max(2);
  const Bytes get = "GET";
  for (int64_t i = 0; i < 3; ++i) log.Add({&get, 1}, 10 * i, 100 + i, "10.0.0.1:5", "bob");
  ASSERT_EQ(log.entries().size(), 2U);
  const SlowLog::Entry& newest = log.entries().front();
  EXPECT_EQ(newest.id, 2U);
  EXPECT_EQ(newest.micros, 20);
  EXPECT_EQ(newest.time_s, 102);
  EXPECT_EQ(newest.client_address, "10.0.0.1:5");
  EXPECT_EQ(newest.client_name, "bob");
  EXPECT_EQ(log.entries().back().id, 1U);
}

TEST(SlowLog, ASmallerLimitDropsTheOldestAtOnce) {
  SlowLog log;
  const Bytes get = "GET";
  for (int i = 0; i < 5; ++i) log.Add({&get, 1}, 0, 0, "", "");
  log.set_entries_max(2);
  ASSERT_EQ(log.entries().size(), 2U);
  EXPECT_EQ(log.entries().front().id, 4U);
  log.set_entries_max(0);
  log.Add({&get, 1}, 0, 0, "", "");
  EXPECT_TRUE(log.entries().empty());
}

TEST(SlowLog, ResetForgetsTheEntriesAndNotTheCount) {
  SlowLog log;
  const Bytes get = "GET";
  log.Add({&get, 1}, 0, 0, "", "");
  log.Reset();
  EXPECT_TRUE(log.entries().empty());
  log.Add({&get, 1}, 0, 0, "", "");
  EXPECT_EQ(log.entries().front().id, 1U);
}

TEST(SlowLog, ALongArgumentIsCutOff) {
  EXPECT_EQ(ShownOf({"SET", std::string(128, 'a')})[1], std::string(128, 'a'));
  EXPECT_EQ(ShownOf({"SET", std::string(131, 'a')})[1],
            std::string(128, 'a') + "... (3 more bytes)");
}

TEST(SlowLog, ManyArgumentsAreCutOff) {
  EXPECT_EQ(ShownOf(std::vector<std::string>(32, "x")).size(), 32U);
  EXPECT_EQ(ShownOf(std::vector<std::string>(32, "x")).back(), "x");
  const std::vector<std::string> shown = ShownOf(std::vector<std::string>(33, "x"));
  ASSERT_EQ(shown.size(), 32U);
  EXPECT_EQ(shown.back(), "... (2 more arguments)");
}

}  // namespace
}  // namespace veddb
