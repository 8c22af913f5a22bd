// SPDX-License-Identifier: BSD-3-Clause
// Keys go when their time comes, whether anybody looks at them or not, in memory or on disk only.
#include "tests/system/server_test.h"

namespace veddb::testing {
namespace {

using ExpiryTest = ServerTest;

// So many keys with a short life.
void FillExpiring(RespClient& client, int count, int64_t lives_ms, size_t size) {
  for (int i = 0; i < count; ++i) {
    client.Add({"SET", "short" + std::to_string(i), ValueFor(i, size), "PX",
                std::to_string(lives_ms + i % 100)});
  }
  for (int i = 0; i < count; ++i) client.Next();
}

bool BecomesEmpty(RespClient& client) {
  return PollUntil(kPatience, [&client] { return client.Say({"DBSIZE"}) == "0"; });
}

TEST_F(ExpiryTest, KeysInMemoryGoWithoutBeingLookedAt) {
  ASSERT_TRUE(Start());
  RespClient client = Connect();
  FillExpiring(client, 5000, 500, 20);
  EXPECT_TRUE(BecomesEmpty(client)) << client.Say({"DBSIZE"});
  EXPECT_EQ(InfoNumber(client, "expired_keys"), 5000);
}

TEST_F(ExpiryTest, KeysOnDiskOnlyGoAfterARestartWithoutBeingLookedAt) {
  ASSERT_TRUE(Start());
  RespClient client = Connect();
  FillExpiring(client, 5000, 1500, 20);
  EXPECT_EQ(client.Say({"SET", "stays", "here"}), "OK");
  ASSERT_TRUE(RestartCleanly());
  client = Connect();
  EXPECT_TRUE(PollUntil(kPatience, [&] { return client.Say({"DBSIZE"}) == "1"; }))
      << client.Say({"DBSIZE"});
  EXPECT_EQ(client.Say({"KEYS", "*"}), "[stays]");
  EXPECT_EQ(client.Say({"GET", "stays"}), "here");
}

TEST_F(ExpiryTest, KeysThatLeftMemoryGoWithoutBeingLookedAt) {
  ASSERT_TRUE(Start({"--maxmemory", "48mb"}));
  RespClient client = Connect();
  FillExpiring(client, 5000, 8000, 200);
  ASSERT_EQ(Fill(client, "long", 60'000, 1000), 60'000);  // pushes the others out
  EXPECT_TRUE(PollUntil(kPatience, [&] { return client.Say({"DBSIZE"}) == "60000"; }))
      << client.Say({"DBSIZE"});
}

TEST_F(ExpiryTest, AKeyThatIsDueIsGoneForReadersAtOnceAlsoAfterAKill) {
  ASSERT_TRUE(Start({"--enable-debug-command", "yes"}));
  RespClient client = Connect();
  EXPECT_EQ(client.Say({"DEBUG", "SET-ACTIVE-EXPIRE", "0"}), "OK");
  EXPECT_EQ(client.Say({"SET", "k", "v", "PX", "50"}), "OK");
  EXPECT_TRUE(PollUntil(kPatience, [&] { return client.Run({"GET", "k"}).is_nil(); }));
  EXPECT_EQ(client.Say({"EXISTS", "k"}), "0");
  EXPECT_EQ(client.Say({"SET", "k2", "v", "PX", "50"}), "OK");
  ASSERT_TRUE(Restart());
  client = Connect();
  EXPECT_TRUE(PollUntil(kPatience, [&] { return client.Run({"GET", "k2"}).is_nil(); }));
  EXPECT_TRUE(BecomesEmpty(client));
}

TEST_F(ExpiryTest, ANewExpiryOrNoneReplacesTheOldOne) {
  ASSERT_TRUE(Start({"--drain-interval", "10"}));
  RespClient client = Connect();
  FillExpiring(client, 900, 1000, 20);
  for (int i = 0; i < 300; ++i) {
    client.Run({"PERSIST", "short" + std::to_string(i)});
    client.Run({"PEXPIRE", "short" + std::to_string(300 + i), "1000000"});
  }
  EXPECT_TRUE(PollUntil(kPatience, [&] { return client.Say({"DBSIZE"}) == "600"; }))
      << client.Say({"DBSIZE"});
  ASSERT_TRUE(Restart());
  client = Connect();
  EXPECT_EQ(CountWrong(client, "short", 600, 20), 0);
  EXPECT_EQ(client.Say({"DBSIZE"}), "600");
  EXPECT_EQ(client.Say({"TTL", "short5"}), "-1");
  EXPECT_GT(client.Run({"TTL", "short305"}).integer, 500);
}

}  // namespace
}  // namespace veddb::testing
