// SPDX-License-Identifier: BSD-3-Clause
// Updates of documents by many clients at once lose nothing: neither what operators add nor what
// compare-and-set writes, through kill -9 as well.
#include <atomic>
#include <thread>

#include "tests/system/server_test.h"

namespace veddb::testing {
namespace {

constexpr int kClients = 32;
constexpr int kDocuments = 100;
constexpr int kWritesEach = 200;

class DocumentUpdateTest : public ServerTest {
 protected:
  void InsertCounters() {
    Words insert{"DOC.INSERT", "c"};
    for (int i = 0; i < kDocuments; ++i) {
      insert.push_back(R"({"_id":)" + std::to_string(i) + R"(,"n":0})");
    }
    ASSERT_EQ(Connect().Run(insert).elements.size(), static_cast<size_t>(kDocuments));
  }

  // Of all documents, field n.
  int64_t Sum() {
    int64_t sum = 0;
    RespClient reader = Connect();
    for (int i = 0; i < kDocuments; ++i) {
      const std::string text = reader.Say({"DOC.GET", "c", std::to_string(i)});
      const size_t at = text.find(R"("n":)");
      if (at == std::string::npos) return -1;
      sum += std::stoll(text.substr(at + 4));
    }
    return sum;
  }

  template <typename Body>
  void RunClients(Body body) {
    std::vector<std::thread> threads;
    for (int i = 0; i < kClients; ++i) {
      threads.emplace_back([this, body, i] {
        RespClient one = Connect();
        body(one, i);
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
};

TEST_F(DocumentUpdateTest, IncrementsOfManyClientsAddUp) {
  ASSERT_TRUE(Start({"--shards", "4"}));
  InsertCounters();
  std::atomic<int64_t> wrong{0};
  RunClients([&wrong](RespClient& one, int seed) {
    for (int i = 0; i < kWritesEach; ++i) {
      const std::string id = std::to_string((seed * 7 + i) % kDocuments);
      // By id, and now and then by a scan.
      const std::string filter =
          i % 50 == 49 ? R"({"$and":[{"_id":{"$lte":)" + id + R"(}},{"_id":{"$gte":)" + id + "}}]}"
                       : R"({"_id":)" + id + "}";
      const RespReply reply = one.Run({"DOC.UPDATEONE", "c", filter, R"({"$inc":{"n":1}})"});
      if (reply.Print() != "[matched, 1, modified, 1, upserted, nil]") ++wrong;
    }
  });
  EXPECT_EQ(wrong.load(), 0);
  EXPECT_EQ(Sum(), kClients * kWritesEach);
  ASSERT_TRUE(Restart());
  EXPECT_EQ(Sum(), kClients * kWritesEach);
}

TEST_F(DocumentUpdateTest, CompareAndSetLosesNoUpdate) {
  ASSERT_TRUE(Start({"--shards", "4"}));
  InsertCounters();
  std::atomic<int64_t> written{0};
  std::atomic<int64_t> refused{0};
  RunClients([&](RespClient& one, int seed) {
    for (int i = 0; i < kWritesEach; ++i) {
      // Few documents, so that clients meet.
      const std::string id = std::to_string((seed + i) % 5);
      const RespReply read = one.Run({"DOC.GET", "c", id, "WITHVERSION"});
      if (read.elements.size() != 2) return;
      const std::string& text = read.elements[0].text;
      const int64_t n = std::stoll(text.substr(text.find(R"("n":)") + 4));
      const RespReply reply = one.Run({"DOC.UPDATEONE", "c", R"({"_id":)" + id + "}",
                                       R"({"$set":{"n":)" + std::to_string(n + 1) + "}}",
                                       "IFVERSION", std::to_string(read.elements[1].integer)});
      ++(reply.is_error() ? refused : written);
    }
  });
  EXPECT_EQ(written.load() + refused.load(), kClients * kWritesEach);
  EXPECT_GT(written.load(), 0);
  EXPECT_GT(refused.load(), 0);
  EXPECT_EQ(Sum(), written.load());
  ASSERT_TRUE(Restart());
  EXPECT_EQ(Sum(), written.load());
}

// What was acknowledged before kill -9 is there, and at most one write of each client more.
TEST_F(DocumentUpdateTest, KillInTheMiddleKeepsWhatWasAcknowledged) {
  ASSERT_TRUE(Start({"--shards", "2"}));
  InsertCounters();
  std::atomic<int64_t> acknowledged{0};
  std::atomic<bool> killed{false};
  std::vector<std::thread> threads;
  for (int c = 0; c < 8; ++c) {
    threads.emplace_back([&, c] {
      RespClient one = Connect();
      for (int i = 0; !killed.load(); ++i) {
        const std::string id = std::to_string((c * 13 + i) % kDocuments);
        const RespReply reply =
            one.Run({"DOC.FINDONEANDUPDATE", "c", R"({"_id":)" + id + "}", R"({"$inc":{"n":1}})"});
        if (reply.broken()) return;
        ++acknowledged;
      }
    });
  }
  ASSERT_TRUE(PollUntil(kPatience, [&] { return acknowledged > 2000; }));
  ASSERT_TRUE(server_.Kill());
  killed = true;
  for (std::thread& thread : threads) thread.join();
  ASSERT_TRUE(Start());
  const int64_t sum = Sum();
  EXPECT_GE(sum, acknowledged.load());
  EXPECT_LE(sum, acknowledged.load() + 8);
}

}  // namespace
}  // namespace veddb::testing
