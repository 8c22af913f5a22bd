// SPDX-License-Identifier: BSD-3-Clause
// What waits for the log, and what is one record of it. The disk is slow by intent (slow_sync.cc):
// whoever did not wait for it is seen at once.
#include <cstdlib>

#include "tests/system/server_test.h"

namespace veddb::testing {
namespace {

constexpr Millis kSyncTakes{400};

class DurabilityTest : public ServerTest {
 protected:
  bool StartWithSlowDisk(const Words& arguments) {
    setenv("LD_PRELOAD", VEDDB_SLOW_SYNC, 1);
    setenv("VEDDB_SLOW_SYNC_MS", std::to_string(kSyncTakes.count()).c_str(), 1);
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

}  // namespace
}  // namespace veddb::testing
