// SPDX-License-Identifier: BSD-3-Clause
// What was answered is there after every kind of end and start, in memory or not.
#include "tests/system/dump.h"
#include "tests/system/server_test.h"

namespace veddb::testing {
namespace {

class RestartTest : public ServerTest {
 protected:
  // Some of everything, in several databases.
  void Populate() {
    RespClient client = Connect();
    EXPECT_EQ(Fill(client, "key:", 2000, 100), 2000);
    for (int i = 0; i < 100; ++i) {
      const std::string key = "key:" + std::to_string(i);
      EXPECT_EQ(client.Say({"PEXPIREAT", key, std::to_string(4102444800000 + i)}), "1");
      EXPECT_EQ(client.Say({"DEL", "key:" + std::to_string(1000 + i)}), "1");
      EXPECT_EQ(
          client.Say({"RENAME", "key:" + std::to_string(1500 + i), "moved:" + std::to_string(i)}),
          "OK");
    }
    EXPECT_EQ(client.Say({"INCRBY", "number", "41"}), "41");
    EXPECT_EQ(client.Say({"SET", "empty", ""}), "OK");
    EXPECT_EQ(client.Say({"SET", "large", ValueFor(7, 5'000'000)}), "OK");
    EXPECT_EQ(client.Say({"SET", std::string("zero\0byte", 9), std::string("\0\r\n", 3)}), "OK");
    for (const char* database : {"1", "2", "3", "15"}) {
      client.Run({"SELECT", database});
      EXPECT_EQ(Fill(client, std::string("db") + database + ":", 50, 40), 50);
    }
    client.Run({"SELECT", "0"});
    EXPECT_EQ(client.Say({"SWAPDB", "1", "2"}), "OK");
    client.Run({"SELECT", "3"});
    EXPECT_EQ(client.Say({"FLUSHDB"}), "OK");
    EXPECT_EQ(client.Say({"SET", "after", "the flush"}), "OK");
    client.Run({"SELECT", "0"});
    ASSERT_TRUE(HasDocuments());
    PopulateDocuments(client);
  }

  static void PopulateDocuments(RespClient& client) {
    for (int i = 0; i < 500; ++i) {
      client.Add({"DOC.INSERT", "people",
                  R"({"_id":)" + std::to_string(i) + R"(,"n":")" + ValueFor(i, 50) + R"("})"});
    }
    for (int i = 0; i < 500; ++i) EXPECT_EQ(client.Next().elements.size(), 1U);
    EXPECT_EQ(client.Say({"DOC.PUT", "people", "7", R"({"n":"other"})", "IFVERSION", "1"}), "2");
    EXPECT_EQ(client.Say({"DOC.DEL", "people", "8", "9"}), "2");
    EXPECT_EQ(client.Run({"DOC.INSERT", "gone", R"({"_id":1})"}).elements.size(), 1U);
    EXPECT_EQ(client.Say({"DOC.DROP", "gone"}), "1");
  }

  std::string DumpNow() {
    RespClient client = Connect();
    return Dump(client);
  }
};

TEST_F(RestartTest, AKillKeepsWhatWasAnswered) {
  ASSERT_TRUE(Start({"--drain-interval", "3600000"}));
  Populate();
  const std::string before = DumpNow();
  ASSERT_TRUE(Restart());
  EXPECT_EQ(DumpNow(), before);
}

TEST_F(RestartTest, AKillBeforeAnyDrainKeepsWhatWasAnswered) {
  // No dump before: it would drain.
  ASSERT_TRUE(Start({"--drain-interval", "3600000"}));
  RespClient client = Connect();
  ASSERT_EQ(Fill(client, "k", 5000, 200), 5000);
  ASSERT_TRUE(Restart());
  client = Connect();
  EXPECT_EQ(CountWrong(client, "k", 5000, 200), 0);
  EXPECT_EQ(client.Say({"DBSIZE"}), "5000");
}

TEST_F(RestartTest, SigtermKeepsWhatWasAnswered) {
  ASSERT_TRUE(Start());
  Populate();
  const std::string before = DumpNow();
  ASSERT_TRUE(RestartCleanly());
  EXPECT_EQ(DumpNow(), before);
}

TEST_F(RestartTest, ManyRestartsWithOtherShardsChangeNothing) {
  ASSERT_TRUE(Start({"--shards", "2"}));
  Populate();
  const std::string before = DumpNow();
  for (const char* shards : {"1", "4", "3", "7"}) {
    ASSERT_TRUE(Restart({"--shards", shards}));
    EXPECT_EQ(DumpNow(), before) << shards << " shards";
  }
}

TEST_F(RestartTest, AKillInEachPhaseOfFlushAndSwapKeepsTheLastState) {
  ASSERT_TRUE(Start({"--drain-interval", "20"}));
  for (int round = 0; round < 5; ++round) {
    RespClient client = Connect();
    client.Run({"SELECT", "4"});
    ASSERT_EQ(Fill(client, "x", 300 + round, 30), 300 + round);
    EXPECT_EQ(client.Say({"SWAPDB", "4", "5"}), "OK");
    EXPECT_EQ(client.Say({"FLUSHDB"}), "OK");
    EXPECT_EQ(client.Say({"SET", "after", std::to_string(round)}), "OK");
    ASSERT_TRUE(Restart({"--drain-interval", round % 2 == 0 ? "3600000" : "1"}));
    client = Connect();
    client.Run({"SELECT", "4"});
    EXPECT_EQ(client.Say({"DBSIZE"}), "1");
    EXPECT_EQ(client.Say({"GET", "after"}), std::to_string(round));
    EXPECT_EQ(client.Say({"DEL", "after"}), "1");
    client.Run({"SELECT", "5"});
    EXPECT_EQ(client.Say({"DBSIZE"}), std::to_string(300 + round));
    EXPECT_EQ(CountWrong(client, "x", 300 + round, 30), 0);
  }
}

TEST_F(RestartTest, DebugReloadKeepsEverything) {
  ASSERT_TRUE(Start({"--enable-debug-command", "yes"}));
  Populate();
  const std::string before = DumpNow();
  RespClient client = Connect();
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(client.Say({"SET", "round", std::to_string(i)}), "OK");
    ASSERT_EQ(client.Say({"DEBUG", "RELOAD"}), "OK");
    EXPECT_EQ(client.Say({"GET", "round"}), std::to_string(i));
  }
  client.Run({"DEL", "round"});
  EXPECT_EQ(DumpNow(), before);
}

TEST_F(RestartTest, DeletedDocumentsKeepTheirVersionsOverARestart) {
  ASSERT_TRUE(Start());
  ASSERT_TRUE(HasDocuments());
  RespClient client = Connect();
  EXPECT_EQ(client.Say({"DOC.PUT", "c", "a", R"({"n":1})"}), "1");
  EXPECT_EQ(client.Say({"DOC.PUT", "c", "a", R"({"n":2})"}), "2");
  EXPECT_EQ(client.Say({"DOC.DEL", "c", "a"}), "1");
  ASSERT_TRUE(Restart());
  client = Connect();
  EXPECT_EQ(client.Run({"DOC.PUT", "c", "a", R"({"n":3})", "IFVERSION", "2"}).text.substr(0, 15),
            "VERSIONMISMATCH");
  EXPECT_GT(client.Run({"DOC.PUT", "c", "a", R"({"n":3})"}).integer, 2);
}

}  // namespace
}  // namespace veddb::testing
