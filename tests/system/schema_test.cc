// SPDX-License-Identifier: BSD-3-Clause
// A collection's schema holds for all writers from the moment that it is acknowledged, through kill
// -9 as well.
#include <atomic>
#include <thread>

#include "tests/system/server_test.h"

namespace veddb::testing {
namespace {

std::string Required(const std::string& field) { return R"({"required":[")" + field + R"("]})"; }

class SchemaTest : public ServerTest {
 protected:
  static Words Insert(const std::string& field, int64_t id) {
    return {"DOC.INSERT", "c", R"({"_id":)" + std::to_string(id) + R"(,")" + field + R"(":1})"};
  }
  static std::string SchemaOf(RespClient& client) {
    const RespReply stats = client.Run({"DOC.STATS", "c"});
    for (size_t i = 0; i + 1 < stats.elements.size(); i += 2) {
      if (stats.elements[i].text == "schema") return stats.elements[i + 1].text;
    }
    return stats.Print();
  }
  size_t LinesOfLog(const std::string& text) const {
    const std::string log = server_.Log();
    size_t lines = 0;
    for (size_t at = log.find(text); at != std::string::npos; at = log.find(text, at + 1)) ++lines;
    return lines;
  }
};

TEST_F(SchemaTest, TheLastAcknowledgedOneIsInForceAfterKills) {
  ASSERT_TRUE(Start({"--shards", "3"}));
  RespClient client = Connect();
  ASSERT_EQ(client.Say({"DOC.CREATE", "c", "SCHEMA", Required("a0")}), "OK");
  int64_t id = 0;
  for (int round = 1; round < 12; ++round) {
    const std::string field = "a" + std::to_string(round);
    if (round % 3 == 0) {
      ASSERT_EQ(client.Say({"SAVE"}), "OK");
    }
    ASSERT_EQ(client.Say({"DOC.ALTER", "c", "SCHEMA", Required(field)}), "OK");
    ASSERT_FALSE(client.Run(Insert(field, ++id)).is_error());
    ASSERT_TRUE(round % 4 == 1 ? RestartCleanly() : Restart());
    client = Connect();
    EXPECT_EQ(SchemaOf(client), Required(field));
    EXPECT_TRUE(client.Say(Insert("a0", id + 1)).starts_with("-VALIDATION '" + field + "' of"));
    EXPECT_EQ(client.Run(Insert(field, ++id)).elements.size(), 1U);
    ASSERT_EQ(client.Say({"DOC.RENAME", "c", "d"}), "OK");
    ASSERT_TRUE(Restart());
    client = Connect();
    ASSERT_EQ(client.Say({"DOC.RENAME", "d", "c"}), "OK");
    EXPECT_EQ(SchemaOf(client), Required(field));
  }
  EXPECT_EQ(client.Say({"DOC.COUNT", "c"}), std::to_string(id));
  ASSERT_EQ(client.Say({"DOC.ALTER", "c", "SCHEMA", "NONE"}), "OK");
  ASSERT_TRUE(Restart());
  client = Connect();
  EXPECT_EQ(SchemaOf(client), "");
  EXPECT_EQ(client.Run(Insert("a0", id + 1)).elements.size(), 1U);
}

TEST_F(SchemaTest, NobodyWritesPastIt) {
  ASSERT_TRUE(Start({"--shards", "4"}));
  RespClient client = Connect();
  ASSERT_EQ(client.Say({"DOC.CREATE", "c"}), "OK");
  std::atomic<bool> stop{false};
  std::atomic<int64_t> next_id{0};
  std::atomic<int64_t> refused{0};
  std::atomic<int64_t> strange{0};
  std::vector<std::thread> writers;
  for (int i = 0; i < 3; ++i) {
    writers.emplace_back([&] {
      RespClient writer = Connect();
      while (!stop) {
        constexpr int kPipelined = 16;
        for (int n = 0; n < kPipelined; ++n) writer.Add(Insert("x", next_id++));
        for (int n = 0; n < kPipelined; ++n) {
          const std::string answer = writer.Next().Print();
          if (answer.starts_with("-VALIDATION")) {
            ++refused;
          } else if (answer[0] != '[') {
            ++strange;
          }
        }
      }
    });
  }
  for (int round = 0; round < 20; ++round) {
    const int64_t before = next_id;
    ASSERT_TRUE(PollUntil(kPatience, [&] { return next_id > before + 200; }));
    ASSERT_EQ(client.Say({"DOC.ALTER", "c", "SCHEMA", Required("y")}), "OK");
    const std::string count = client.Say({"DOC.COUNT", "c"});
    const int64_t refused_before = refused;
    ASSERT_TRUE(PollUntil(kPatience, [&] { return refused > refused_before + 200; }));
    EXPECT_EQ(client.Say({"DOC.COUNT", "c"}), count);
    ASSERT_EQ(client.Say({"DOC.ALTER", "c", "SCHEMA", "NONE"}), "OK");
  }
  stop = true;
  for (std::thread& writer : writers) writer.join();
  EXPECT_EQ(strange.load(), 0);
  EXPECT_EQ(client.Say({"DOC.COUNT", "c"}), std::to_string(next_id - refused));
}

TEST_F(SchemaTest, WarningsAreLoggedOnceASecondAndCounted) {
  constexpr int kWrites = 2000;
  ASSERT_TRUE(Start());
  RespClient client = Connect();
  ASSERT_EQ(client.Say({"DOC.CREATE", "c", "SCHEMA", Required("y"), "VALIDATION", "WARN"}), "OK");
  const int64_t begun_s = InfoNumber(client, "uptime_in_seconds");
  for (int i = 0; i < kWrites; ++i) client.Add(Insert("x", i));
  for (int i = 0; i < kWrites; ++i) ASSERT_EQ(client.Next().elements.size(), 1U);
  const int64_t took_s = InfoNumber(client, "uptime_in_seconds") - begun_s;
  EXPECT_EQ(client.Say({"DOC.COUNT", "c"}), std::to_string(kWrites));
  const std::string text = "Collection 'c': 'y' of the document 0 breaks the rule required\n";
  EXPECT_EQ(LinesOfLog(text), 1U);
  EXPECT_LE(LinesOfLog("Collection 'c': "), static_cast<size_t>(took_s + 2));
  // The next message tells how many there were in between.
  int64_t id = kWrites;
  EXPECT_TRUE(PollUntil(kPatience, [&] {
    client.Run(Insert("x", id++));
    return LinesOfLog("breaks the rule required; so have ") > 0;
  }));
  // What was not stored is not warned of either.
  const size_t lines = LinesOfLog("Collection 'c': ");
  EXPECT_TRUE(client.Say(Insert("x", 0)).starts_with("-DUPLICATEKEY"));
  EXPECT_EQ(LinesOfLog("Collection 'c': "), lines);
}

}  // namespace
}  // namespace veddb::testing
