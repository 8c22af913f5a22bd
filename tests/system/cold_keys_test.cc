// SPDX-License-Identifier: BSD-3-Clause
// Keys that are on disk only, asked for by many clients at once, whose look-ups share a read: each
// command sees what those before it did, whether the key was there or not.
#include <thread>

#include "tests/system/server_test.h"

namespace veddb::testing {
namespace {

constexpr int kClients = 8;
constexpr int kKeysEach = 400;

class ColdKeysTest : public ServerTest {
 protected:
  // Several commands on one cold key and on one that is nowhere, in one pipeline.
  static void AskFor(RespClient& client, const std::string& key, const std::string& absent) {
    const std::pair<Words, std::string> steps[] = {
        {{"GET", key}, "7"},        {{"GET", absent}, "nil"},  {{"INCR", key}, "8"},
        {{"INCR", absent}, "1"},    {{"SET", key, "x"}, "OK"}, {{"GET", absent}, "1"},
        {{"GET", key}, "x"},        {{"DEL", key}, "1"},       {{"EXISTS", key}, "0"},
        {{"DEL", absent}, "1"},     {{"GET", absent}, "nil"},  {{"SETNX", absent, "5"}, "1"},
        {{"INCRBY", key, "3"}, "3"}};
    for (const auto& [words, reply] : steps) client.Add(words);
    for (const auto& [words, reply] : steps) {
      EXPECT_EQ(client.Next().Print(), reply) << words[0] << " " << words[1];
    }
  }
};

TEST_F(ColdKeysTest, ManyClientsSeeWhatIsThereAndWhatTheyDid) {
  ASSERT_TRUE(Start({"--shards", "2"}));
  {
    RespClient client = Connect();
    for (int i = 0; i < kClients * kKeysEach; ++i) {
      client.Add({"SET", "key" + std::to_string(i), "7"});
      client.Add({"SET", "other" + std::to_string(i), "7"});
    }
    for (int i = 0; i < 2 * kClients * kKeysEach; ++i) ASSERT_EQ(client.Next().Print(), "OK");
  }
  ASSERT_TRUE(RestartCleanly());
  std::vector<std::thread> threads;
  for (int c = 0; c < kClients; ++c) {
    threads.emplace_back([client = Connect(), c]() mutable {
      for (int i = c; i < kClients * kKeysEach; i += kClients) {
        AskFor(client, "key" + std::to_string(i), "absent" + std::to_string(i));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  RespClient client = Connect();
  EXPECT_EQ(client.Say({"DBSIZE"}), std::to_string(3 * kClients * kKeysEach));
  ASSERT_TRUE(Restart());
  client = Connect();
  EXPECT_EQ(client.Say({"DBSIZE"}), std::to_string(3 * kClients * kKeysEach));
  EXPECT_EQ(client.Say({"GET", "key0"}), "3");
  EXPECT_EQ(client.Say({"GET", "absent0"}), "5");
  EXPECT_EQ(client.Say({"GET", "other0"}), "7");
}

// Databases that change places between the look-up and the command.
TEST_F(ColdKeysTest, SwappedAndFlushedDatabasesAreNotMistaken) {
  ASSERT_TRUE(Start({"--shards", "2"}));
  RespClient client = Connect();
  for (int i = 0; i < kKeysEach; ++i) client.Add({"SET", "key" + std::to_string(i), "zero"});
  for (int i = 0; i < kKeysEach; ++i) ASSERT_EQ(client.Next().Print(), "OK");
  ASSERT_TRUE(RestartCleanly());
  client = Connect();
  const auto key = [](int i) { return "key" + std::to_string(i); };
  for (int i = 0; i + 4 < kKeysEach; i += 4) {
    // Database 1 has none of them; after the swap database 0 has none.
    for (const Words& words :
         {Words{"GET", key(i)}, Words{"SWAPDB", "0", "1"}, Words{"GET", key(i + 1)},
          Words{"SETNX", key(i + 2), "one"}, Words{"SWAPDB", "0", "1"}, Words{"GET", key(i + 2)},
          Words{"GET", key(i + 3)}}) {
      client.Add(words);
    }
    for (const char* reply : {"zero", "OK", "nil", "1", "OK", "zero", "zero"}) {
      ASSERT_EQ(client.Next().Print(), reply) << i;
    }
  }
  client.Add({"GET", key(kKeysEach - 1)});
  client.Add({"FLUSHDB"});
  client.Add({"GET", key(kKeysEach - 2)});
  client.Add({"DBSIZE"});
  EXPECT_EQ(client.Next().Print(), "zero");
  EXPECT_EQ(client.Next().Print(), "OK");
  EXPECT_EQ(client.Next().Print(), "nil");
  EXPECT_EQ(client.Next().Print(), "0");
}

// What a query by an index read from the store stays in memory.
TEST_F(ColdKeysTest, DocumentsThatAQueryFoundStayInMemory) {
  ASSERT_TRUE(Start({"--shards", "2"}));
  RespClient client = Connect();
  for (int i = 0; i < kKeysEach; ++i) {
    const std::string id = std::to_string(i);
    client.Add({"DOC.INSERT", "c", R"({"_id":)" + id + R"(,"a":)" + std::to_string(i / 8) + "}"});
  }
  for (int i = 0; i < kKeysEach; ++i) ASSERT_FALSE(client.Next().is_error());
  ASSERT_EQ(client.Say({"DOC.CREATEINDEX", "c", R"({"a":1})"}), "a_1");
  ASSERT_TRUE(RestartCleanly());
  client = Connect();
  const auto misses = [&client] {
    const std::string stats = client.Say({"DOC.STATS", "c"});
    const size_t at = stats.find("cache_misses");
    return at == std::string::npos ? std::string("none") : stats.substr(at, 24);
  };
  // The first time blocks are cold and nothing is known of the index.
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(client.Say({"DOC.COUNT", "c", R"({"a":3,"_id":{"$gt":-1}})"}), "8");
    ASSERT_FALSE(client.Run({"DOC.FIND", "c", R"({"a":3})"}).is_error());
  }
  const std::string before = misses();
  for (int i = 24; i < 32; ++i) {
    EXPECT_EQ(client.Say({"DOC.GET", "c", std::to_string(i)}),
              R"({"_id":)" + std::to_string(i) + R"(,"a":3})");
  }
  EXPECT_EQ(misses(), before);
  EXPECT_NE(client.Say({"DOC.GET", "c", "0"}), "nil");
  EXPECT_NE(misses(), before);  // that one was not found before
}

}  // namespace
}  // namespace veddb::testing
