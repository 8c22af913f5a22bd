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

// --- many keys of the same second ---

class MassExpiryTest : public ExpiryTest, public ::testing::WithParamInterface<int> {
 protected:
  static constexpr int kKeys = 200'000;
  // Far more than a slice may take (1 ms), far less than deleting all at once would.
  static constexpr int64_t kSliceMicrosMax = 10'000;

  Words Shards() const { return {"--shards", std::to_string(GetParam())}; }
  // All end at the same millisecond, so long after the filling began.
  static void FillDueTogether(RespClient& client, int64_t lives_ms) {
    const RespReply now = client.Run({"TIME"});
    const std::string at_ms = std::to_string(std::stoll(now.elements[0].text) * 1000 + lives_ms);
    constexpr int kBatch = 1000;
    for (int i = 0; i < kKeys; i += kBatch) {
      for (int k = i; k < i + kBatch; ++k) {
        client.Add({"SET", "k" + std::to_string(k), "value", "PXAT", at_ms});
      }
      for (int k = 0; k < kBatch; ++k) client.Next();
    }
  }
};

TEST_P(MassExpiryTest, KeysInMemoryGoInShortSlicesAndGiveTheirMemoryBack) {
  Words arguments = Shards();
  arguments.insert(arguments.end(), {"--enable-debug-command", "yes"});
  ASSERT_TRUE(Start(arguments));
  RespClient client = Connect();
  EXPECT_EQ(client.Say({"DEBUG", "SET-ACTIVE-EXPIRE", "0"}), "OK");
  const int64_t before = InfoNumber(client, "used_memory");
  FillDueTogether(client, 1);
  EXPECT_EQ(client.Say({"DBSIZE"}), std::to_string(kKeys)) << "nobody looks at them";
  const int64_t full = InfoNumber(client, "used_memory");
  EXPECT_GT(full - before, kKeys * 64);
  EXPECT_EQ(client.Say({"DEBUG", "SET-ACTIVE-EXPIRE", "1"}), "OK");
  EXPECT_TRUE(BecomesEmpty(client)) << client.Say({"DBSIZE"});
  EXPECT_EQ(InfoNumber(client, "expired_keys"), kKeys);
  EXPECT_LE(InfoNumber(client, "expire_longest_slice_usec"), kSliceMicrosMax);
  EXPECT_GT(InfoNumber(client, "expired_time_cap_reached_count"), 1);
  EXPECT_LE(InfoNumber(client, "drain_longest_slice_usec"), kSliceMicrosMax);
  // Tables shrink as further operations pass; the keys' own memory is back at once.
  EXPECT_LT(InfoNumber(client, "used_memory") - before, (full - before) / 4);
  EXPECT_TRUE(PollUntil(kPatience, [&] { return InfoNumber(client, "pending_entries") == 0; }));
}

TEST_P(MassExpiryTest, KeysOnDiskOnlyGoAsWell) {
  ASSERT_TRUE(Start(Shards()));
  RespClient client = Connect();
  constexpr int64_t kLivesMillis = 15'000;
  FillDueTogether(client, kLivesMillis);
  ASSERT_EQ(client.Say({"SET", "stays", "here"}), "OK");
  ASSERT_TRUE(RestartCleanly(Shards()));
  client = Connect();
  EXPECT_TRUE(PollUntil(kPatience + Millis(kLivesMillis), [&] {
    return client.Say({"DBSIZE"}) == "1";
  })) << client.Say({"DBSIZE"});
  EXPECT_EQ(client.Say({"KEYS", "*"}), "[stays]");
  EXPECT_LE(InfoNumber(client, "expire_longest_slice_usec"), kSliceMicrosMax);
  // They stay gone.
  ASSERT_TRUE(Restart(Shards()));
  client = Connect();
  EXPECT_EQ(client.Say({"DBSIZE"}), "1");
}

INSTANTIATE_TEST_SUITE_P(Shards, MassExpiryTest, ::testing::Values(1, 4));

}  // namespace
}  // namespace veddb::testing
