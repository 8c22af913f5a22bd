// SPDX-License-Identifier: BSD-3-Clause
// Options: CONFIG GET gives back what CONFIG SET took, and CONFIG REWRITE makes it last.
#include <fstream>

#include "tests/system/server_test.h"

namespace veddb::testing {
namespace {

class ConfigTest : public ServerTest {
 protected:
  std::string WriteFile(const std::string& text) {
    const std::string path = temp_ / "veddb.conf";
    std::ofstream(path) << text;
    return path;
  }
  // Starts with a file; it must come before all other arguments.
  bool StartFrom(const std::string& file) {
    server_.set_first_argument(file);
    return Start();
  }
};

TEST_F(ConfigTest, WhatIsSetIsGottenAndOutlivesARewriteAndARestart) {
  const std::string file = WriteFile("# a comment that stays\nmaxclients 500\n");
  ASSERT_TRUE(StartFrom(file));
  RespClient client = Connect();
  const std::vector<std::pair<std::string, std::string>> options = {
      {"maxmemory", "209715200"}, {"appendfsync", "always"},         {"drain-interval", "250"},
      {"slowlog-max-len", "77"},  {"notify-keyspace-events", "KEA"}, {"requirepass", "a b\"c"},
      {"save", "10 20 30 40"}};
  for (const auto& [name, value] : options) {
    EXPECT_EQ(client.Say({"CONFIG", "SET", name, value}), "OK") << name;
  }
  std::string before;
  for (const auto& [name, value] : options) before += client.Say({"CONFIG", "GET", name}) + '\n';
  EXPECT_NE(before.find("[maxmemory, 209715200]"), std::string::npos) << before;
  ASSERT_EQ(client.Say({"CONFIG", "REWRITE"}), "OK");
  EXPECT_EQ(server_.Terminate(), 0);
  ASSERT_TRUE(StartFrom(file));
  client = Connect();
  EXPECT_EQ(client.Say({"AUTH", "a b\"c"}), "OK");
  std::string after;
  for (const auto& [name, value] : options) after += client.Say({"CONFIG", "GET", name}) + '\n';
  EXPECT_EQ(after, before);
  EXPECT_EQ(client.Say({"CONFIG", "GET", "maxclients"}), "[maxclients, 500]");
  std::ifstream rewritten(file);
  const std::string text{std::istreambuf_iterator<char>(rewritten), {}};
  EXPECT_NE(text.find("# a comment that stays"), std::string::npos);
}

TEST_F(ConfigTest, EveryOptionThatCanBeGottenCanBeSetToWhatItIs) {
  ASSERT_TRUE(Start({"--enable-protected-configs", "yes"}));
  RespClient client = Connect();
  const RespReply all = client.Run({"CONFIG", "GET", "*"});
  ASSERT_GT(all.elements.size(), 200U);
  int set = 0;
  for (size_t i = 0; i + 1 < all.elements.size(); i += 2) {
    const std::string& name = all.elements[i].text;
    const std::string before = client.Say({"CONFIG", "GET", name});
    const std::string answer = client.Say({"CONFIG", "SET", name, all.elements[i + 1].text});
    if (!client.ok()) client = Connect();  // the listening options close the old sockets only
    set += answer == "OK" ? 1 : 0;
    EXPECT_EQ(client.Say({"CONFIG", "GET", name}), before) << "after " << answer;
  }
  EXPECT_GT(set, 80);
  EXPECT_EQ(client.Say({"PING"}), "PONG");
}

TEST_F(ConfigTest, AWrongValueChangesNothingAndSaysWhy) {
  ASSERT_TRUE(Start());
  RespClient client = Connect();
  const std::string before = client.Say({"CONFIG", "GET", "*"});
  for (const Words& words : {Words{"maxmemory", "lots"},
                             {"appendfsync", "sometimes"},
                             {"hz", "-3"},
                             {"maxmemory", "1mb", "hz", "none"},
                             {"no-such", "1"}}) {
    Words command = {"CONFIG", "SET"};
    command.insert(command.end(), words.begin(), words.end());
    EXPECT_TRUE(client.Run(command).is_error()) << words[0];
  }
  EXPECT_EQ(client.Say({"CONFIG", "GET", "*"}), before);
}

TEST_F(ConfigTest, AFileWithAnUnknownOptionRefusesTheStartAndNamesTheLine) {
  server_.set_first_argument(WriteFile("port 0\nno-such-option 1\n"));
  const std::optional<std::string> failure = server_.Start();
  ASSERT_TRUE(failure);
  EXPECT_NE(failure->find("no-such-option"), std::string::npos) << *failure;
}

TEST_F(ConfigTest, OptionsOfDurabilityAndDrainsChangeUnderLoadWithoutLoss) {
  ASSERT_TRUE(Start());
  RespClient writer = Connect();
  RespClient client = Connect();
  int64_t written = 0;
  for (const char* fsync : {"always", "no", "everysec", "always", "everysec"}) {
    for (const char* interval : {"1", "100000"}) {
      EXPECT_EQ(client.Say({"CONFIG", "SET", "appendfsync", fsync, "drain-interval", interval}),
                "OK");
      EXPECT_EQ(Fill(writer, "k" + std::to_string(written) + ":", 300, 100), 300);
      ++written;
    }
  }
  ASSERT_TRUE(Restart());
  client = Connect();
  for (int64_t i = 0; i < written; ++i) {
    EXPECT_EQ(CountWrong(client, "k" + std::to_string(i) + ":", 300, 100), 0);
  }
}

}  // namespace
}  // namespace veddb::testing
