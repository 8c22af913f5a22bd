// SPDX-License-Identifier: BSD-3-Clause
// Groups of a large collection are worked out by several threads: the answer is the one of a single
// thread, to the order of the groups. HINT _id_ asks for an index scan, which one thread does.
#include <random>

#include "tests/system/server_test.h"

namespace veddb::testing {
namespace {

// More than the four megabytes on disk from which on a collection is cut.
constexpr int kDocuments = 16'000;
constexpr int kDocumentsAtOnce = 200;
constexpr int kPadBytes = 600;

class ParallelGroupsTest : public ServerTest {
 protected:
  void Fill(RespClient& client) {
    std::mt19937_64 random(20);
    const auto below = [&random](uint64_t end) { return static_cast<int>(random() % end); };
    for (int i = 0; i < kDocuments; i += kDocumentsAtOnce) {
      Words insert = {"DOC.INSERT", "c"};
      for (int j = i; j < i + kDocumentsAtOnce; ++j) {
        // Text that does not compress.
        std::string pad(kPadBytes, ' ');
        for (char& c : pad) c = static_cast<char>('a' + below(26));
        insert.push_back(R"({"_id":)" + std::to_string(j) + R"(,"k":)" + std::to_string(below(7)) +
                         R"(,"wide":)" + std::to_string(below(5000)) + R"(,"v":)" +
                         std::to_string(below(1000)) + R"(.25,"list":[)" +
                         std::to_string(below(3)) + "," + std::to_string(below(9)) +
                         R"(],"pad":")" + pad + "\"}");
      }
      ASSERT_FALSE(client.Run(insert).is_error());
    }
    ASSERT_EQ(client.Say({"SAVE"}), "OK");
  }
  // Both ways to go. LIMIT-like stages are behind the $group.
  static void ExpectSame(RespClient& client, const std::string& pipeline,
                         const Words& options = {}) {
    Words words = {"DOC.AGGREGATE", "c", pipeline};
    words.insert(words.end(), options.begin(), options.end());
    const std::string parallel = client.Say(words);
    words.insert(words.end(), {"HINT", "_id_"});
    EXPECT_EQ(parallel, client.Say(words)) << pipeline;
    EXPECT_GT(parallel.size(), 2U) << pipeline;
  }
};

constexpr const char* kPipelines[] = {
    R"([{"$group":{"_id":"$k","n":{"$sum":1},"sum":{"$sum":"$v"},"avg":{"$avg":"$v"}}}])",
    R"([{"$group":{"_id":null,"first":{"$first":"$_id"},"last":{"$last":"$_id"},
        "min":{"$min":"$v"},"max":{"$max":"$v"},"wide":{"$addToSet":"$k"}}}])",
    R"([{"$match":{"k":{"$gt":2}}},{"$project":{"wide":1,"v":{"$multiply":["$v",4]}}},
        {"$group":{"_id":"$wide","ids":{"$push":"$_id"},"v":{"$sum":"$v"}}}])",
    R"([{"$unwind":"$list"},{"$group":{"_id":"$list","n":{"$sum":1}}},{"$sort":{"n":-1,"_id":1}},
        {"$limit":3}])",
    R"([{"$group":{"_id":{"k":"$k","w":{"$mod":["$wide",3]}},"top":{"$topN":{"n":2,
        "sortBy":{"v":-1,"_id":1},"output":"$_id"}},"sd":{"$max":"$list"}}}])",
    R"([{"$group":{"_id":"$_id","n":{"$sum":"$v"}}},{"$group":{"_id":null,"n":{"$sum":"$n"},
        "count":{"$sum":1}}}])",
};

TEST_F(ParallelGroupsTest, TheAnswerIsThatOfOneThread) {
  ASSERT_TRUE(Start({"--query-threads", "3", "--doc-memory-limit", "100mb"}));
  RespClient client = Connect();
  Fill(client);
  for (const char* pipeline : kPipelines) {
    ExpectSame(client, pipeline);
    // Groups that memory has no place for.
    ExpectSame(client, pipeline, {"MEMORY", "1048576"});
  }
}

TEST_F(ParallelGroupsTest, ErrorsAndTimeoutsEndAllParts) {
  ASSERT_TRUE(Start({"--query-threads", "3"}));
  RespClient client = Connect();
  Fill(client);
  EXPECT_EQ(client.Say({"DOC.AGGREGATE", "c",
                        R"([{"$group":{"_id":{"$divide":[1,{"$subtract":["$_id",9000]}]}}}])"}),
            "-BADQUERY $group: $divide: division by 0");
  EXPECT_EQ(client
                .Say({"DOC.AGGREGATE", "c",
                      R"([{"$group":{"_id":{"$reduce":{"input":{"$range":[0,20000]},
                            "initialValue":0,"in":{"$add":["$$value","$$this"]}}}}}])",
                      "TIMEOUT", "200"})
                .substr(0, 8),
            "-TIMEOUT");
  EXPECT_EQ(client.Say({"DOC.COUNT", "c"}), std::to_string(kDocuments));
}

}  // namespace
}  // namespace veddb::testing
