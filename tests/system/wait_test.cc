// SPDX-License-Identifier: BSD-3-Clause
// WAITAOF under each appendfsync, WAIT, CLIENT UNBLOCK, and saves.
#include "tests/system/server_test.h"

namespace veddb::testing {
namespace {

class WaitAofTest : public ServerTest, public ::testing::WithParamInterface<const char*> {};

TEST_P(WaitAofTest, WaitAofReturnsWhenTheLogIsSyncedAndTheWriteSurvives) {
  ASSERT_TRUE(Start({"--appendfsync", GetParam()}));
  RespClient client = Connect();
  for (int i = 0; i < 20; ++i) {
    const std::string key = "key" + std::to_string(i);
    ASSERT_EQ(client.Say({"SET", key, "v"}), "OK");
    ASSERT_EQ(client.Say({"WAITAOF", "1", "0", "0"}), "[1, 0]");
    EXPECT_GE(InfoNumber(client, "log_synced"), InfoNumber(client, "log_end"));
  }
  ASSERT_TRUE(Restart());
  client = Connect();
  for (int i = 0; i < 20; ++i) EXPECT_EQ(client.Say({"GET", "key" + std::to_string(i)}), "v");
}

TEST_P(WaitAofTest, WaitAofInOnePipelineWithItsWrites) {
  ASSERT_TRUE(Start({"--appendfsync", GetParam(), "--shards", "4"}));
  RespClient client = Connect();
  for (int i = 0; i < 50; ++i) {
    client.Add({"SET", "key" + std::to_string(i), "v"});
    client.Add({"WAITAOF", "1", "0", "0"});
  }
  for (int i = 0; i < 50; ++i) {
    ASSERT_EQ(client.Next().Print(), "OK");
    ASSERT_EQ(client.Next().Print(), "[1, 0]");
  }
}

INSTANTIATE_TEST_SUITE_P(Policies, WaitAofTest, ::testing::Values("no", "everysec", "always"));

using WaitTest = ServerTest;

int64_t MillisSince(Clock::time_point begin) {
  return std::chrono::duration_cast<Millis>(Clock::now() - begin).count();
}

TEST_F(WaitTest, WhoWaitsForReplicasWaitsHisTimeAndHoldsUpNobody) {
  ASSERT_TRUE(Start());
  RespClient waiting = Connect();
  RespClient client = Connect();
  const Clock::time_point begin = Clock::now();
  waiting.Add({"WAIT", "1", "300"});
  waiting.Add({"SET", "behind", "1"});
  ASSERT_TRUE(waiting.Flush());
  ASSERT_TRUE(PollUntil(kPatience, [&] { return InfoNumber(client, "blocked_clients") == 1; }));
  EXPECT_TRUE(client.Run({"GET", "behind"}).is_nil()) << "what comes behind WAIT has to wait";
  EXPECT_EQ(waiting.Next().Print(), "0");
  EXPECT_GE(MillisSince(begin), 300);
  EXPECT_EQ(waiting.Next().Print(), "OK");
  EXPECT_EQ(client.Say({"GET", "behind"}), "1");
  EXPECT_EQ(InfoNumber(client, "blocked_clients"), 0);
}

TEST_F(WaitTest, WaitAofForReplicasTellsWhatIsTrueAtTheEndOfItsTime) {
  ASSERT_TRUE(Start());
  RespClient client = Connect();
  ASSERT_EQ(client.Say({"SET", "k", "v"}), "OK");
  EXPECT_EQ(client.Say({"WAITAOF", "1", "1", "200"}), "[1, 0]");
}

TEST_F(WaitTest, UnblockEndsAWait) {
  ASSERT_TRUE(Start());
  RespClient waiting = Connect();
  RespClient client = Connect();
  const std::string id = waiting.Say({"CLIENT", "ID"});
  const auto block = [&] {
    waiting.Add({"WAIT", "1", "0"});
    EXPECT_TRUE(waiting.Flush());
    EXPECT_TRUE(PollUntil(kPatience, [&] { return InfoNumber(client, "blocked_clients") == 1; }));
  };
  block();
  EXPECT_EQ(client.Say({"CLIENT", "UNBLOCK", id}), "1");
  EXPECT_EQ(waiting.Next().Print(), "0");
  block();
  EXPECT_EQ(client.Say({"CLIENT", "UNBLOCK", id, "ERROR"}), "1");
  EXPECT_EQ(waiting.Next().Print(), "-UNBLOCKED client unblocked via CLIENT UNBLOCK");
  EXPECT_EQ(client.Say({"CLIENT", "UNBLOCK", id}), "0");
  EXPECT_EQ(waiting.Say({"PING"}), "PONG");
}

TEST_F(WaitTest, AClientThatGoesWhileItWaitsLeavesNothingBehind) {
  ASSERT_TRUE(Start());
  RespClient client = Connect();
  {
    RespClient waiting = Connect();
    waiting.Add({"WAIT", "1", "0"});
    ASSERT_TRUE(waiting.Flush());
    ASSERT_TRUE(PollUntil(kPatience, [&] { return InfoNumber(client, "blocked_clients") == 1; }));
  }
  EXPECT_TRUE(PollUntil(kPatience, [&] { return InfoNumber(client, "connected_clients") == 1; }));
  EXPECT_EQ(InfoNumber(client, "blocked_clients"), 0);
}

TEST_F(WaitTest, ASaveBringsEverythingIntoTheStoreAndRetiresTheLog) {
  ASSERT_TRUE(Start({"--drain-interval", "3600000"}));
  RespClient client = Connect();
  ASSERT_EQ(Fill(client, "key", 1000, 100), 1000);
  EXPECT_EQ(InfoNumber(client, "rdb_changes_since_last_save"), 1000);
  EXPECT_EQ(client.Say({"SAVE"}), "OK");
  EXPECT_EQ(InfoNumber(client, "rdb_changes_since_last_save"), 0);
  EXPECT_EQ(InfoNumber(client, "rdb_saves"), 1);
  EXPECT_EQ(InfoNumber(client, "store_flushed_position"), InfoNumber(client, "log_end"));
  ASSERT_EQ(client.Say({"SET", "k", "v"}), "OK");
  EXPECT_EQ(client.Say({"BGREWRITEAOF"}), "Background append only file rewriting started");
  EXPECT_TRUE(PollUntil(kPatience, [&] { return InfoNumber(client, "aof_rewrites") == 1; }));
  EXPECT_EQ(InfoNumber(client, "aof_rewrite_in_progress"), 0);
  EXPECT_EQ(InfoNumber(client, "store_flushed_position"), InfoNumber(client, "log_end"));
  ASSERT_TRUE(Restart());
  client = Connect();
  EXPECT_EQ(InfoNumber(client, "log_replayed_records"), 0);
  EXPECT_EQ(client.Say({"GET", "k"}), "v");
  EXPECT_EQ(CountWrong(client, "key", 1000, 100), 0);
}

TEST_F(WaitTest, ChangesSinceTheLastSaveAreCountedByCommandAndKey) {
  ASSERT_TRUE(Start());
  RespClient client = Connect();
  ASSERT_EQ(client.Say({"CONFIG", "SET", "save", ""}), "OK");
  const auto changes = [&] { return InfoNumber(client, "rdb_changes_since_last_save"); };
  EXPECT_EQ(changes(), 0);
  ASSERT_EQ(client.Say({"SET", "a", "1", "EX", "100"}), "OK");
  ASSERT_EQ(client.Say({"INCR", "a"}), "2");
  ASSERT_EQ(client.Say({"MSET", "b", "1", "c", "1"}), "OK");
  EXPECT_EQ(changes(), 4);
  ASSERT_EQ(client.Say({"GET", "a"}), "2");
  ASSERT_EQ(client.Say({"DEL", "none"}), "0");
  EXPECT_EQ(changes(), 4);
  ASSERT_EQ(client.Say({"MULTI"}), "OK");
  ASSERT_EQ(client.Say({"INCR", "a"}), "QUEUED");
  ASSERT_EQ(client.Say({"INCR", "a"}), "QUEUED");
  client.Run({"EXEC"});
  EXPECT_EQ(changes(), 6);
  ASSERT_EQ(client.Say({"FLUSHALL"}), "OK");
  EXPECT_EQ(changes(), 9);
  ASSERT_EQ(client.Say({"SAVE"}), "OK");
  EXPECT_EQ(changes(), 0);
}

TEST_F(WaitTest, TheOptionSaveSavesByItself) {
  ASSERT_TRUE(Start({"--save", "1 5"}));
  RespClient client = Connect();
  for (int i = 0; i < 5; ++i) ASSERT_EQ(client.Say({"SET", std::to_string(i), "v"}), "OK");
  EXPECT_TRUE(PollUntil(kPatience, [&] { return InfoNumber(client, "rdb_saves") == 1; }));
  EXPECT_EQ(InfoNumber(client, "rdb_changes_since_last_save"), 0);
  // A FLUSHALL is saved, however few keys it dropped.
  ASSERT_EQ(client.Say({"FLUSHALL"}), "OK");
  EXPECT_EQ(InfoNumber(client, "rdb_changes_since_last_save"), 0);
  EXPECT_TRUE(PollUntil(kPatience, [&] { return InfoNumber(client, "rdb_saves") == 2; }));
}

}  // namespace
}  // namespace veddb::testing
