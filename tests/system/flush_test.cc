// SPDX-License-Identifier: BSD-3-Clause
// FLUSHALL while a drain is being written, and what a dropped database leaves on disk.
#include "storage/engine.h"
#include "tests/system/server_test.h"

namespace veddb::testing {
namespace {

class FlushTest : public ServerTest, public ::testing::WithParamInterface<const char*> {
 protected:
  Words Shards() const { return {"--shards", GetParam(), "--drain-interval", "600000"}; }
  // Rows of the expiry family in the store of the server, which must not run.
  int64_t StoredHints() {
    const auto engine = Engine::Open({.dir = server_.dir() + "/store", .create_if_missing = false});
    EXPECT_TRUE(engine.ok()) << (engine.ok() ? "" : engine.error().message);
    if (!engine.ok()) return -1;
    const auto view = (*engine)->NewReadView();
    const auto it = view->NewIterator(Family::kExpiry, {}, {});
    int64_t rows = 0;
    for (it->SeekToFirst(); it->Valid(); it->Next()) ++rows;
    return rows;
  }
};

TEST_P(FlushTest, WhatADrainIsWritingGoesWithoutHoldingItUp) {
  constexpr int kKeys = 100'000;
  ASSERT_TRUE(Start(Shards()));
  RespClient client = Connect();
  for (int round = 0; round < 3; ++round) {
    ASSERT_EQ(Fill(client, "k", kKeys, 50), kKeys);
    const int64_t drains = InfoNumber(client, "drains");
    for (const Words& words : {Words{"BGSAVE"}, Words{"FLUSHALL"}, Words{"SET", "k1", "new"}}) {
      client.Add(words);
    }
    EXPECT_EQ(client.Next().Print(), "Background saving started");
    EXPECT_EQ(client.Next().Print(), "OK");
    EXPECT_EQ(client.Next().Print(), "OK");
    EXPECT_EQ(client.Say({"DBSIZE"}), "1");
    if (round == 1) {
      EXPECT_TRUE(PollUntil(kPatience, [&] { return InfoNumber(client, "drains") > drains; }));
      // It holds what the moment before FLUSHALL was: everything.
      EXPECT_GE(InfoNumber(client, "drained_changes"), kKeys);
    }
    ASSERT_TRUE(round == 2 ? RestartCleanly(Shards()) : Restart(Shards()));
    client = Connect();
    EXPECT_EQ(client.Say({"DBSIZE"}), "1");
    EXPECT_EQ(client.Say({"GET", "k1"}), "new");
    EXPECT_EQ(client.Say({"KEYS", "*"}), "[k1]");
  }
}

TEST_P(FlushTest, HintsOfKeysThatWereFlushedGoWhenTheirTimeComes) {
  constexpr int kKeys = 900;
  ASSERT_TRUE(Start(Shards()));
  RespClient client = Connect();
  for (int i = 0; i < kKeys; ++i) {
    client.Add({"SET", "k" + std::to_string(i), "v", "PX", std::to_string(3000 + i % 100)});
  }
  for (int i = 0; i < kKeys; ++i) EXPECT_EQ(client.Next().Print(), "OK");
  ASSERT_EQ(client.Say({"SAVE"}), "OK");
  // Their hints change, which the store does not hear of, and then all goes.
  client.Add({"MULTI"});
  for (int i = 0; i < kKeys / 3; ++i) {
    client.Add({"PERSIST", "k" + std::to_string(i)});
    client.Add({"PEXPIRE", "k" + std::to_string(kKeys / 3 + i), "4000"});
  }
  client.Add({"FLUSHALL"});
  client.Add({"EXEC"});
  for (int i = 0; i < 2 * (kKeys / 3) + 2; ++i) client.Next();
  ASSERT_EQ(client.Next().elements.size(), static_cast<size_t>(2 * (kKeys / 3) + 1));
  ASSERT_EQ(client.Say({"SAVE"}), "OK");
  const int64_t drained = InfoNumber(client, "drained_changes");
  EXPECT_TRUE(PollUntil(kPatience, [&] {
    client.Say({"SAVE"});
    return InfoNumber(client, "drained_changes") >= drained + kKeys;
  })) << "the search for what is due drops them";
  EXPECT_EQ(server_.Terminate(), 0);
  EXPECT_EQ(StoredHints(), 0);
}

INSTANTIATE_TEST_SUITE_P(Shards, FlushTest, ::testing::Values("1", "3"));

}  // namespace
}  // namespace veddb::testing
