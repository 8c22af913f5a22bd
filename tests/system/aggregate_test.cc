// SPDX-License-Identifier: BSD-3-Clause
// DOC.AGGREGATE: it ends in time, with its client, and within its memory.
#include <chrono>
#include <filesystem>

#include "tests/system/server_test.h"

namespace veddb::testing {
namespace {

constexpr int kDocuments = 1000;

// A thousand million documents: nobody waits for its end.
constexpr const char* kEndless =
    R"([{"$lookup":{"from":"c","pipeline":[],"as":"x"}},{"$unwind":"$x"},)"
    R"({"$lookup":{"from":"c","pipeline":[],"as":"y"}},{"$unwind":"$y"},{"$count":"n"}])";

class AggregateTest : public ServerTest {
 protected:
  static void Insert(RespClient& client) {
    for (int i = 0; i < kDocuments; ++i) {
      client.Add({"DOC.INSERT", "c",
                  R"({"_id":)" + std::to_string(i) + R"(,"n":)" + std::to_string(i * 7919 % 1000) +
                      R"(,"text":")" + ValueFor(i, 100) + "\"}"});
    }
    for (int i = 0; i < kDocuments; ++i) ASSERT_FALSE(client.Next().is_error());
  }
};

TEST_F(AggregateTest, ATimeoutEndsIt) {
  ASSERT_TRUE(Start());
  RespClient client = Connect();
  Insert(client);
  const auto begin = std::chrono::steady_clock::now();
  const RespReply reply = client.Run({"DOC.AGGREGATE", "c", kEndless, "TIMEOUT", "100"});
  EXPECT_EQ(reply.Print(), "-TIMEOUT the command took longer than its TIMEOUT of 100 ms");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
}

TEST_F(AggregateTest, AClientThatGoesEndsItsWork) {
  ASSERT_TRUE(Start({"--query-threads", "1"}));
  RespClient other = Connect();
  Insert(other);
  {
    RespClient leaving = Connect();
    leaving.Add({"DOC.AGGREGATE", "c", kEndless});
    ASSERT_TRUE(leaving.Flush());
    // The only thread is at it.
    EXPECT_TRUE(PollUntil(kPatience, [&other] {
      const std::string clients = other.Run({"CLIENT", "LIST"}).text;
      return clients.find("cmd=doc.aggregate") != std::string::npos;
    }));
  }
  EXPECT_EQ(other.Say({"DOC.AGGREGATE", "c", R"([{"$count":"n"}])"}), "[{\"n\":1000}]");
}

TEST_F(AggregateTest, LittleMemoryGivesTheSame) {
  ASSERT_TRUE(Start());
  RespClient client = Connect();
  Insert(client);
  for (const std::string pipeline :
       {R"([{"$sort":{"text":1}},{"$project":{"n":1}}])",
        R"([{"$group":{"_id":"$text","n":{"$sum":"$n"}}}])",
        R"([{"$facet":{"a":[{"$sort":{"n":-1}},{"$limit":3}],"b":[{"$count":"n"}]}}])"}) {
    SCOPED_TRACE(pipeline);
    const std::string enough = client.Say({"DOC.AGGREGATE", "c", pipeline});
    EXPECT_EQ(client.Say({"DOC.AGGREGATE", "c", pipeline, "MEMORY", "20000"}), enough);
    const RespReply explained =
        client.Run({"DOC.EXPLAIN", "EXECUTE", "AGGREGATE", "c", pipeline, "MEMORY", "20000"});
    const size_t at = explained.text.rfind("\"spilledBytes\":");
    ASSERT_NE(at, std::string::npos) << explained.Print();
    EXPECT_GT(std::stoll(explained.text.substr(at + 15)), 50'000);
  }
  EXPECT_TRUE(std::filesystem::is_empty(temp_ / "data/tmp"));
  const RespReply refused =
      client.Run({"DOC.AGGREGATE", "c", R"([{"$group":{"_id":null,"all":{"$push":"$text"}}}])",
                  "MEMORY", "20000"});
  EXPECT_TRUE(refused.Print().starts_with("-MEMORYLIMIT ")) << refused.Print();
}

}  // namespace
}  // namespace veddb::testing
