// SPDX-License-Identifier: BSD-3-Clause
// Cursors: exactly one moment however long they are read, and an end to each.
#include <atomic>
#include <thread>

#include "tests/system/server_test.h"

namespace veddb::testing {
namespace {

constexpr int kDocuments = 4000;

std::string Document(int id, int n) {
  return R"({"_id":)" + std::to_string(id) + R"(,"n":)" + std::to_string(n) + "}";
}

class CursorTest : public ServerTest {
 protected:
  // Documents 0 to count-1, with so much text in each.
  static void Insert(RespClient& client, const std::string& collection, int count,
                     size_t text = 0) {
    for (int i = 0; i < count; ++i) {
      const std::string rest = text == 0 ? "" : R"(,"f":")" + ValueFor(i, text) + '"';
      client.Add(
          {"DOC.INSERT", collection, R"({"_id":)" + std::to_string(i) + R"(,"n":0)" + rest + "}"});
    }
    for (int i = 0; i < count; ++i) ASSERT_FALSE(client.Next().is_error());
  }

  // The ids of open cursors' first batches of one document.
  static std::string Open(RespClient& client, const std::string& collection,
                          const Words& more = {}) {
    Words words{"DOC.FIND", collection, "{}", "BATCH", "1"};
    words.insert(words.end(), more.begin(), more.end());
    const RespReply reply = client.Run(words);
    return reply.elements.size() == 2 ? reply.elements[0].text : reply.Print();
  }

  // All further batches as one list.
  static Words ReadOn(RespClient& client, std::string id, const std::string& batch) {
    Words found;
    while (id != "0") {
      const RespReply reply = client.Run({"DOC.NEXT", id, "BATCH", batch});
      if (reply.elements.size() != 2) return {reply.Print()};
      id = reply.elements[0].text;
      for (const RespReply& one : reply.elements[1].elements) found.push_back(one.text);
    }
    return found;
  }
};

TEST_F(CursorTest, ItReadsOneMomentWhileWritersGoOn) {
  ASSERT_TRUE(Start({"--shards", "3"}));
  RespClient reader = Connect();
  Insert(reader, "c", kDocuments);
  std::atomic<bool> stop{false};
  std::atomic<int64_t> written{0};
  std::atomic<int64_t> failed{0};
  std::thread writer([&] {
    RespClient client = Connect();
    // Each transaction moves one from a document to another, inserts and deletes: the sum of n
    // stays 0, and so does the number of documents.
    for (int i = 0; !stop; ++i) {
      const std::string from = R"({"_id":)" + std::to_string(i % kDocuments) + "}";
      const std::string to = R"({"_id":)" + std::to_string((i * 7 + 1) % kDocuments) + "}";
      client.Run({"MULTI"});
      client.Run({"DOC.UPDATEONE", "c", from, R"({"$inc":{"n":-1}})"});
      client.Run({"DOC.UPDATEONE", "c", to, R"({"$inc":{"n":1}})"});
      client.Run({"DOC.INSERT", "c", Document(kDocuments + 1 + i, 0)});
      client.Run({"DOC.DEL", "c", std::to_string(kDocuments + i)});
      const RespReply done = client.Run({"EXEC"});
      const bool good = done.elements.size() == 4 &&
                        done.elements[0].Print() == "[matched, 1, modified, 1, upserted, nil]" &&
                        done.elements[1].Print() == "[matched, 1, modified, 1, upserted, nil]" &&
                        done.elements[2].elements.size() == 1 &&
                        done.elements[3].integer == (i == 0 ? 0 : 1);
      ++(good ? written : failed);
    }
  });
  for (int round = 0; round < 6; ++round) {
    const Words sorted = round % 2 == 0 ? Words{} : Words{"SORT", R"({"n":1})"};
    const RespReply first = reader.Run([&] {
      Words words{"DOC.FIND", "c", "{}", "BATCH", "100"};
      words.insert(words.end(), sorted.begin(), sorted.end());
      return words;
    }());
    ASSERT_EQ(first.elements.size(), 2U) << first.Print();
    const int64_t before = written;
    ASSERT_TRUE(PollUntil(kPatience, [&] { return written > before + 20; }));
    Words all;
    for (const RespReply& one : first.elements[1].elements) all.push_back(one.text);
    for (std::string& one : ReadOn(reader, first.elements[0].text, "331")) all.push_back(one);
    int64_t sum = 0;
    for (const std::string& one : all) sum += std::stoll(one.substr(one.find(R"("n":)") + 4));
    EXPECT_EQ(sum, 0);
    // The first transaction only inserts.
    EXPECT_GE(all.size(), static_cast<size_t>(kDocuments));
    EXPECT_LE(all.size(), static_cast<size_t>(kDocuments + 1));
  }
  stop = true;
  writer.join();
  EXPECT_EQ(failed.load(), 0);
  EXPECT_EQ(InfoNumber(reader, "cursors_open"), 0);
  EXPECT_EQ(InfoNumber(reader, "cursors_memory"), 0);
  EXPECT_EQ(InfoNumber(reader, "cursors_opened"), 6);
}

TEST_F(CursorTest, ItOutlivesItsCollectionAndHoldsTheDiskSpaceBack) {
  ASSERT_TRUE(Start({"--shards", "2", "--drain-interval", "50"}));
  RespClient client = Connect();
  Insert(client, "c", kDocuments, 300);
  ASSERT_EQ(client.Say({"SAVE"}), "OK");
  const int64_t full = InfoNumber(client, "store_sst_bytes");
  const std::string id = Open(client, "c");
  ASSERT_EQ(client.Say({"DOC.DROP", "c"}), "1");
  Insert(client, "c", 3);
  ASSERT_EQ(client.Say({"SAVE"}), "OK");
  // Another collection's space is not given back either: it was dropped after the cursor began.
  Insert(client, "d", kDocuments, 300);
  ASSERT_EQ(client.Say({"SAVE"}), "OK");
  ASSERT_EQ(client.Say({"DOC.DROP", "d"}), "1");
  ASSERT_EQ(client.Say({"SAVE"}), "OK");
  const int64_t uptime = InfoNumber(client, "uptime_in_seconds");
  // Space is given back once a second.
  ASSERT_TRUE(
      PollUntil(kPatience, [&] { return InfoNumber(client, "uptime_in_seconds") >= uptime + 3; }));
  EXPECT_GE(InfoNumber(client, "store_sst_bytes"), full + full / 2);
  const Words rest = ReadOn(client, id, "500");
  ASSERT_EQ(rest.size(), static_cast<size_t>(kDocuments - 1));
  EXPECT_EQ(rest.front().substr(0, 14), R"({"_id":1,"n":0)");
  EXPECT_TRUE(PollUntil(kPatience, [&] {
    return InfoNumber(client, "store_sst_bytes") < full / 2;
  })) << "with the cursor's end the space comes back";
  EXPECT_EQ(client.Say({"DOC.COUNT", "c"}), "3");
}

TEST_F(CursorTest, OneThatNobodyReadsIsClosed) {
  ASSERT_TRUE(Start({"--cursor-timeout", "3"}));
  RespClient client = Connect();
  Insert(client, "c", 100'000);
  const std::string id = Open(client, "c");
  ASSERT_NE(id, "0");
  EXPECT_TRUE(PollUntil(kPatience, [&] { return InfoNumber(client, "cursors_timed_out") == 1; }));
  EXPECT_EQ(InfoNumber(client, "cursors_open"), 0);
  EXPECT_EQ(client.Say({"DOC.NEXT", id}), "-NOCURSOR there is no cursor '" + id + "'");
  EXPECT_EQ(client.Say({"DOC.CLOSE", id}), "0");
  // Reading keeps one for longer than that.
  const std::string read = Open(client, "c");
  const int64_t uptime = InfoNumber(client, "uptime_in_seconds");
  ASSERT_TRUE(PollUntil(kPatience, [&] {
    EXPECT_EQ(client.Run({"DOC.NEXT", read}).elements.size(), 2U);
    return InfoNumber(client, "uptime_in_seconds") >= uptime + 5;
  }));
  EXPECT_EQ(client.Say({"DOC.CLOSE", read}), "1");
}

TEST_F(CursorTest, NumberAndMemoryAreBounded) {
  ASSERT_TRUE(Start({"--cursor-max", "3", "--doc-memory-limit", "1mb"}));
  RespClient client = Connect();
  Insert(client, "c", kDocuments, 300);
  Words ids;
  for (int i = 0; i < 3; ++i) ids.push_back(Open(client, "c"));
  EXPECT_EQ(Open(client, "c"), "-ERR there are 3 open cursors, at most 3 may be (cursor-max)");
  EXPECT_EQ(client.Say({"DOC.CLOSE", ids[0], ids[1], ids[0]}), "2");
  EXPECT_NE(Open(client, "c")[0], '-');
  // What has to be kept as a whole.
  const std::string too_much =
      "-MEMORYLIMIT the query would keep more than 1048576 bytes in memory (doc-memory-limit)";
  EXPECT_EQ(Open(client, "c", {"SORT", R"({"n":1})"}), too_much);
  EXPECT_NE(Open(client, "c", {"SORT", R"({"n":1})", "LIMIT", "1000"})[0], '-');
  EXPECT_EQ(client.Say({"MULTI"}), "OK");
  EXPECT_EQ(client.Say({"DOC.FIND", "c", "{}", "BATCH", "1"}), "QUEUED");
  EXPECT_EQ(client.Say({"EXEC"}), "[" + too_much + "]");
  // All together.
  ASSERT_EQ(client.Say({"CONFIG", "SET", "doc-memory-limit", "100mb", "cursor-memory-limit", "1mb",
                        "cursor-max", "100"}),
            "OK");
  EXPECT_EQ(Open(client, "c", {"SORT", R"({"n":1})"}),
            "-MEMORYLIMIT all open cursors together would hold more than 1048576 bytes "
            "(cursor-memory-limit)");
  EXPECT_EQ(InfoNumber(client, "cursors_open"), 3);
  EXPECT_GT(InfoNumber(client, "cursors_memory"), 300'000);
}

TEST_F(CursorTest, ARestartEndsAll) {
  ASSERT_TRUE(Start());
  RespClient client = Connect();
  Insert(client, "c", 10);
  const std::string id = Open(client, "c");
  const std::string sorted = Open(client, "c", {"SORT", R"({"n":1})"});
  ASSERT_TRUE(Restart());
  client = Connect();
  EXPECT_EQ(client.Say({"DOC.NEXT", id}), "-NOCURSOR there is no cursor '" + id + "'");
  EXPECT_EQ(client.Say({"DOC.CLOSE", id, sorted}), "0");
  // A server that ends well lets go of the cursors that are open.
  ASSERT_NE(Open(client, "c"), "0");
  ASSERT_NE(Open(client, "c", {"SORT", R"({"n":1})"}), "0");
  ASSERT_TRUE(RestartCleanly());
  client = Connect();
  EXPECT_EQ(InfoNumber(client, "cursors_open"), 0);
  EXPECT_EQ(client.Say({"DOC.COUNT", "c"}), "10");
}

TEST_F(CursorTest, AnErrorOnTheWayEndsIt) {
  ASSERT_TRUE(Start());
  RespClient client = Connect();
  ASSERT_FALSE(client
                   .Run({"DOC.INSERT", "c", R"({"_id":1,"s":"x"})", R"({"_id":2,"s":"y"})",
                         R"({"_id":3,"s":")" + std::string(5000, 'a') + "b\"}"})
                   .is_error());
  const RespReply first = client.Run({"DOC.FIND", "c", R"({"s":{"$not":{"$regex":"^(a+)+$"}}})",
                                      "BATCH", "1", "TIMEOUT", "60000"});
  ASSERT_EQ(first.elements.size(), 2U);
  const std::string id = first.elements[0].text;
  EXPECT_EQ(client.Run({"DOC.NEXT", id}).elements.size(), 2U);
  EXPECT_EQ(client.Say({"DOC.NEXT", id}),
            "-BADQUERY $regex of 's': the pattern takes too much work");
  EXPECT_EQ(client.Say({"DOC.NEXT", id}), "-NOCURSOR there is no cursor '" + id + "'");
  EXPECT_EQ(InfoNumber(client, "cursors_open"), 0);
}

}  // namespace
}  // namespace veddb::testing
