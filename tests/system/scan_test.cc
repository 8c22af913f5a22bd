// SPDX-License-Identifier: BSD-3-Clause
// Reads over the whole key space: what is there all the while is found, and a client finds what it
// wrote just before.
#include <algorithm>
#include <atomic>
#include <thread>

#include "tests/system/dump.h"
#include "tests/system/server_test.h"

namespace veddb::testing {
namespace {

using ScanTest = ServerTest;

TEST_F(ScanTest, AFullIterationReturnsEveryKeyThatIsThereAllTheTime) {
  constexpr int64_t kStable = 3000;
  ASSERT_TRUE(Start({"--drain-interval", "20", "--drain-bytes", "1mb"}));
  RespClient client = Connect();
  ASSERT_EQ(Fill(client, "stable", kStable, 20), kStable);
  std::atomic<bool> done = false;
  std::vector<std::thread> writers;
  for (int n = 0; n < 3; ++n) {
    writers.emplace_back([&done, n, client = Connect()]() mutable {
      for (int64_t i = 0; !done; ++i) {
        const std::string key = "moving" + std::to_string(n) + ':' + std::to_string(i % 2000);
        switch (i % 5) {
          case 0:
            client.Add({"DEL", key});
            break;
          case 1:
            client.Add({"SET", "stable" + std::to_string(i % kStable), "again"});
            break;
          case 2:
            client.Add({"SET", key, "v", "PX", "30"});
            break;
          default:
            client.Add({"SET", key, ValueFor(i, 100)});
            break;
        }
        if (i % 64 != 63) continue;
        for (int reply = 0; reply < 64; ++reply) client.Next();
      }
    });
  }
  for (int round = 0; round < 4; ++round) {
    const Words names = ScanAll(client, round % 2 == 0 ? 100 : 500);
    const auto stable = std::count_if(names.begin(), names.end(), [](const std::string& name) {
      return name.starts_with("stable");
    });
    EXPECT_EQ(stable, kStable) << "round " << round;
  }
  done = true;
  for (std::thread& writer : writers) writer.join();
}

TEST_F(ScanTest, SnapshotReadsSeeWhatTheSameClientJustWrote) {
  ASSERT_TRUE(Start({"--drain-interval", "3600000", "--shards", "4"}));
  RespClient client = Connect();
  for (int i = 0; i < 50; ++i) {
    const std::string key = "k" + std::to_string(i);
    client.Add({"SET", key, "v"});
    client.Add({"KEYS", key});
    client.Add({"SCAN", "0", "COUNT", "1000", "MATCH", key});
    client.Add({"DEL", key});
    client.Add({"KEYS", key});
    EXPECT_EQ(client.Next().Print(), "OK");
    EXPECT_EQ(client.Next().Print(), "[" + key + "]");
    EXPECT_EQ(client.Next().Print(), "[0, [" + key + "]]");
    EXPECT_EQ(client.Next().Print(), "1");
    EXPECT_EQ(client.Next().Print(), "[]");
  }
}

TEST_F(ScanTest, SnapshotReadsSeeWhatAnotherClientWasAnsweredBefore) {
  ASSERT_TRUE(Start({"--drain-interval", "3600000", "--shards", "3"}));
  RespClient writer = Connect();
  RespClient reader = Connect();
  for (int i = 0; i < 50; ++i) {
    const std::string key = "k" + std::to_string(i);
    ASSERT_EQ(writer.Say({"SET", key, "v"}), "OK");
    ASSERT_EQ(reader.Say({"KEYS", key}), "[" + key + "]");
  }
}

TEST_F(ScanTest, DocumentQueriesSeeWhatTheSameClientJustWrote) {
  ASSERT_TRUE(Start({"--drain-interval", "3600000"}));
  ASSERT_TRUE(HasDocuments());
  RespClient client = Connect();
  for (int i = 0; i < 50; ++i) {
    const std::string id = std::to_string(i);
    client.Add({"DOC.INSERT", "c", R"({"_id":)" + id + R"(,"n":)" + id + "}"});
    client.Add({"DOC.COUNT", "c"});
    client.Add({"DOC.FIND", "c", R"({"n":)" + id + "}"});
    EXPECT_EQ(client.Next().Print(), "[" + id + "]");
    EXPECT_EQ(client.Next().Print(), std::to_string(i + 1));
    EXPECT_EQ(client.Next().elements.size(), 1U);
  }
}

TEST_F(ScanTest, DocumentQueriesSeeTotalsThatTransactionsKeep) {
  constexpr int kAccounts = 20;
  ASSERT_TRUE(Start({"--drain-interval", "10", "--shards", "3"}));
  ASSERT_TRUE(HasDocuments());
  RespClient client = Connect();
  std::vector<int64_t> held(kAccounts, 100);
  const auto document = [&held](int i) { return "{\"n\":" + std::to_string(held[i]) + "}"; };
  for (int i = 0; i < kAccounts; ++i)
    client.Run({"DOC.PUT", "bank", std::to_string(i), document(i)});
  std::atomic<bool> done = false;
  std::thread reader([&done, client = Connect()]() mutable {
    while (!done) {
      int64_t total = 0;
      const RespReply all = client.Run({"DOC.FIND", "bank", "{}"});
      for (const RespReply& one : all.elements) {
        total += std::stoll(one.text.substr(one.text.find("\"n\":") + 4));
      }
      EXPECT_EQ(total, 100 * kAccounts) << all.Print();
    }
  });
  for (int i = 0; i < 500; ++i) {
    const int from = i * 7 % kAccounts;
    const int to = (i * 3 + 1) % kAccounts;
    held[from] -= 1;
    held[to] += 1;
    client.Run({"MULTI"});
    client.Run({"DOC.PUT", "bank", std::to_string(from), document(from)});
    client.Run({"DOC.PUT", "bank", std::to_string(to), document(to)});
    EXPECT_EQ(client.Run({"EXEC"}).elements.size(), 2U);
  }
  done = true;
  reader.join();
}

}  // namespace
}  // namespace veddb::testing
