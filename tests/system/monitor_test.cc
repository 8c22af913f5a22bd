// SPDX-License-Identifier: BSD-3-Clause
// MONITOR: several who listen, at what commands of all kinds of ways, and who no longer listens.
#include "tests/support/raw_socket.h"
#include "tests/system/server_test.h"

namespace veddb::testing {
namespace {

class MonitorTest : public ServerTest {
 protected:
  RespClient Monitor() const {
    RespClient monitor = Connect();
    EXPECT_EQ(monitor.Say({"MONITOR"}), "OK");
    return monitor;
  }
  // The next line without its time and the client's port.
  static std::string NextLine(RespClient& monitor) {
    const std::string line = monitor.Next().Print();
    const size_t open = line.find('[');
    const size_t colon = line.find(':', open);
    const size_t close = line.find(']', colon);
    if (close == std::string::npos) return line;
    return line.substr(open, colon - open) + line.substr(close);
  }
};

TEST_F(MonitorTest, EveryMonitorIsToldOfEveryCommandInTheirOrder) {
  ASSERT_TRUE(Start({"--shards", "4"}));
  std::vector<RespClient> monitors;
  for (int i = 0; i < 3; ++i) monitors.push_back(Monitor());
  RespClient client = Connect();
  constexpr int kCommands = 500;
  for (int i = 0; i < kCommands; ++i) client.Add({"SET", "k" + std::to_string(i), "v"});
  for (int i = 0; i < kCommands; ++i) ASSERT_EQ(client.Next().Print(), "OK");
  for (RespClient& monitor : monitors) {
    for (int i = 0; i < kCommands; ++i) {
      ASSERT_EQ(NextLine(monitor), "[0 127.0.0.1] \"SET\" \"k" + std::to_string(i) + "\" \"v\"");
    }
  }
}

TEST_F(MonitorTest, ColdKeysAndSnapshotsAreSeenToo) {
  ASSERT_TRUE(Start({"--shards", "4"}));
  RespClient client = Connect();
  ASSERT_EQ(client.Say({"SET", "k", "v"}), "OK");
  ASSERT_TRUE(Restart({"--shards", "4"}));
  RespClient monitor = Monitor();
  client = Connect();
  ASSERT_EQ(client.Say({"GET", "k"}), "v");
  ASSERT_EQ(client.Say({"KEYS", "*"}), "[k]");
  EXPECT_EQ(NextLine(monitor), "[0 127.0.0.1] \"GET\" \"k\"");
  EXPECT_EQ(NextLine(monitor), "[0 127.0.0.1] \"KEYS\" \"*\"");
}

TEST_F(MonitorTest, ATransactionIsSeenWhenItRunsWithItsDatabase) {
  ASSERT_TRUE(Start());
  RespClient monitor = Monitor();
  RespClient client = Connect();
  ASSERT_EQ(client.Say({"MULTI"}), "OK");
  ASSERT_EQ(client.Say({"SELECT", "5"}), "QUEUED");
  ASSERT_EQ(client.Say({"SET", "k", "v"}), "QUEUED");
  ASSERT_EQ(client.Say({"EXEC"}), "[OK, OK]");
  EXPECT_EQ(NextLine(monitor), "[0 127.0.0.1] \"MULTI\"");
  EXPECT_EQ(NextLine(monitor), "[5 127.0.0.1] \"SELECT\" \"5\"");
  EXPECT_EQ(NextLine(monitor), "[5 127.0.0.1] \"SET\" \"k\" \"v\"");
  EXPECT_EQ(NextLine(monitor), "[5 127.0.0.1] \"EXEC\"");
}

TEST_F(MonitorTest, SecretsAndAdministrationAreNotShown) {
  ASSERT_TRUE(Start());
  RespClient monitor = Monitor();
  RespClient client = Connect();
  client.Run({"AUTH", "wrong"});
  client.Run({"HELLO", "2", "AUTH", "default", "wrong", "SETNAME", "bob"});
  client.Run({"CONFIG", "SET", "requirepass", ""});
  client.Run({"PING"});
  EXPECT_EQ(NextLine(monitor), "[0 127.0.0.1] \"AUTH\" \"(redacted)\"");
  EXPECT_EQ(NextLine(monitor),
            "[0 127.0.0.1] \"HELLO\" \"2\" \"AUTH\" \"(redacted)\" \"(redacted)\" \"SETNAME\" "
            "\"bob\"");
  EXPECT_EQ(NextLine(monitor), "[0 127.0.0.1] \"PING\"");
}

TEST_F(MonitorTest, AMonitorThatDoesNotReadIsCutOffAtTheLimitOfItsClass) {
  ASSERT_TRUE(Start({"--client-output-buffer-limit", "normal 5mb 0 0"}));
  RawSocket deaf(server_.port());
  ASSERT_TRUE(deaf.Send("MONITOR\r\n"));
  RespClient client = Connect();
  const std::string value = ValueFor(1, 100'000);
  ASSERT_TRUE(PollUntil(kPatience, [&] {
    return client.Say({"CLIENT", "LIST"}).find("flags=O") != std::string::npos;
  }));
  ASSERT_TRUE(PollUntil(kPatience, [&] {
    EXPECT_EQ(client.Say({"SET", "k", value}), "OK");
    return InfoNumber(client, "connected_clients") == 1;
  }));
  EXPECT_EQ(client.Say({"CLIENT", "LIST"}).find("flags=O"), std::string::npos);
}

}  // namespace
}  // namespace veddb::testing
