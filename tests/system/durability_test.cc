// SPDX-License-Identifier: BSD-3-Clause
// What waits for the log, and what is one record of it. The disk is slow by intent (slow_sync.cc):
// whoever did not wait for it is seen at once.
#include <csignal>
#include <cstdlib>

#include "tests/system/server_test.h"

namespace veddb::testing {
namespace {

constexpr Millis kSyncTakes{400};

class DurabilityTest : public ServerTest {
 protected:
  bool StartWithSlowDisk(const Words& arguments, Millis sync_takes = kSyncTakes) {
    setenv("LD_PRELOAD", VEDDB_SLOW_SYNC, 1);
    setenv("VEDDB_SLOW_SYNC_MS", std::to_string(sync_takes.count()).c_str(), 1);
    const bool started = Start(arguments);
    unsetenv("LD_PRELOAD");
    unsetenv("VEDDB_SLOW_SYNC_MS");
    return started;
  }
};

Millis TimeOf(RespClient& client, const Words& words, const std::string& answer) {
  const auto begin = Clock::now();
  EXPECT_EQ(client.Say(words), answer);
  return std::chrono::duration_cast<Millis>(Clock::now() - begin);
}

TEST_F(DurabilityTest, UnderAlwaysAWriteIsAnsweredWhenItIsOnTheDisk) {
  ASSERT_TRUE(StartWithSlowDisk({"--appendfsync", "always"}));
  RespClient client = Connect();
  for (int i = 0; i < 3; ++i) {
    EXPECT_GE(TimeOf(client, {"SET", "key", std::to_string(i)}, "OK"), kSyncTakes);
    EXPECT_GE(InfoNumber(client, "log_synced"), InfoNumber(client, "log_end"));
  }
}

TEST_F(DurabilityTest, TheStoreNeverKnowsMoreThanTheDiskHoldsOfTheLog) {
  ASSERT_TRUE(StartWithSlowDisk({"--appendfsync", "no", "--drain-interval", "600000"}));
  RespClient client = Connect();
  for (int i = 0; i < 3; ++i) {
    EXPECT_LT(TimeOf(client, {"SET", "key", std::to_string(i)}, "OK"), kSyncTakes);
    // KEYS reads the store, which first has to take the write over.
    EXPECT_GE(TimeOf(client, {"KEYS", "*"}, "[key]"), kSyncTakes);
  }
}

TEST_F(DurabilityTest, ATransactionIsOneRecord) {
  ASSERT_TRUE(Start({"--shards", "3"}));
  RespClient client = Connect();
  client.Run({"DOC.PUT", "some", "d", "{}"});
  for (int i = 0; i < 10; ++i) {
    const int64_t before = InfoNumber(client, "log_appends");
    client.Add({"MULTI"});
    for (int key = 0; key < 5; ++key) client.Add({"INCR", "key" + std::to_string(key)});
    client.Add({"DOC.PUT", "some", "d", "{\"i\":" + std::to_string(i) + "}"});
    if (i % 2 == 1) client.Add({"DBSIZE"});  // needs every shard: another way through the server
    client.Add({"EXEC"});
    RespReply reply;
    for (int n = 0; n < 8 + i % 2; ++n) reply = client.Next();
    ASSERT_EQ(reply.elements.size(), static_cast<size_t>(6 + i % 2)) << reply.Print();
    EXPECT_EQ(InfoNumber(client, "log_appends"), before + 1) << "transaction " << i;
  }
}

// While it ends it waits for what is under way, here for a drain and a client's sync. What comes
// behind that in the client's input does not begin, or the end would never come under load.
TEST_F(DurabilityTest, WhatHasNotBegunWhenTheServerEndsIsNotDone) {
  constexpr Millis kLong{600};
  ASSERT_TRUE(StartWithSlowDisk({"--appendfsync", "no", "--drain-interval", "600000"}, kLong));
  RespClient client = Connect();
  client.Add({"SET", "begun", "1"});
  client.Add({"WAITAOF", "1", "0", "0"});
  client.Add({"SET", "late", "1"});
  ASSERT_TRUE(client.Flush());
  RespClient other = Connect();
  ASSERT_TRUE(PollUntil(kPatience, [&] { return InfoNumber(other, "blocked_clients") == 1; }));
  EXPECT_EQ(other.Say({"BGSAVE"}), "Background saving started");
  kill(server_.pid(), SIGTERM);
  // From here on it waits for nothing but its disk.
  EXPECT_TRUE(PollUntil(kPatience, [this] {
    return server_.Log().find("User requested shutdown") != std::string::npos;
  })) << server_.Log();
  server_.Kill();
  EXPECT_EQ(client.Next().Print(), "OK");
  ASSERT_TRUE(Start());
  EXPECT_EQ(Connect().Say({"MGET", "begun", "late"}), "[1, nil]");
}

}  // namespace
}  // namespace veddb::testing
