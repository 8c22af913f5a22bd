// SPDX-License-Identifier: BSD-3-Clause
// SLOWLOG, LATENCY and the statistics of commands, wherever the command ran.
#include "tests/system/server_test.h"

namespace veddb::testing {
namespace {

using SlowLogTest = ServerTest;

constexpr int kKeys = 400;

// The arguments of all entries, the newest first.
std::vector<std::string> Logged(RespClient& client) {
  std::vector<std::string> lines;
  for (const RespReply& entry : client.Run({"SLOWLOG", "GET", "-1"}).elements) {
    lines.push_back(entry.elements[3].Print());
  }
  return lines;
}

std::string StatsLine(RespClient& client, const std::string& section, const std::string& name) {
  const std::string text = client.Say({"INFO", section});
  const size_t begin = text.find(name + ":");
  return begin == std::string::npos ? "" : text.substr(begin, text.find("\r\n", begin) - begin);
}

// A cold key is read by its shard's thread, so that its command runs there.
TEST_F(SlowLogTest, CommandsOnShardThreadsAreLoggedWithTheirClient) {
  ASSERT_TRUE(Start({"--shards", "4"}));
  RespClient client = Connect();
  ASSERT_EQ(Fill(client, "key", kKeys, 100), kKeys);
  ASSERT_TRUE(
      Restart({"--shards", "4", "--slowlog-log-slower-than", "0", "--slowlog-max-len", "10000"}));
  client = Connect();
  ASSERT_EQ(client.Say({"CLIENT", "SETNAME", "reader"}), "OK");
  ASSERT_EQ(client.Say({"SLOWLOG", "RESET"}), "OK");
  for (int i = 0; i < kKeys; ++i) client.Add({"GET", "key" + std::to_string(i)});
  for (int i = 0; i < kKeys; ++i) ASSERT_EQ(client.Next().Print(), ValueFor(i, 100));
  EXPECT_GT(InfoNumber(client, "loaded_objects"), 0) << "they were not cold";
  const RespReply log = client.Run({"SLOWLOG", "GET", "-1"});
  int gets = 0;
  for (const RespReply& entry : log.elements) {
    if (entry.elements[3].elements[0].text != "GET") continue;
    ++gets;
    EXPECT_EQ(entry.elements[5].text, "reader");
    EXPECT_NE(entry.elements[4].text.find("127.0.0.1:"), std::string::npos);
    EXPECT_LT(entry.elements[2].integer, 10'000'000);
  }
  EXPECT_EQ(gets, kKeys);
  EXPECT_NE(StatsLine(client, "commandstats", "cmdstat_get").find("calls=400,"), std::string::npos);
  EXPECT_NE(StatsLine(client, "latencystats", "latency_percentiles_usec_get").find("p99.9="),
            std::string::npos);
}

TEST_F(SlowLogTest, SnapshotReadsAreLogged) {
  ASSERT_TRUE(Start({"--slowlog-log-slower-than", "0"}));
  RespClient client = Connect();
  ASSERT_EQ(client.Say({"SET", "k", "v"}), "OK");
  ASSERT_EQ(client.Say({"KEYS", "*"}), "[k]");
  const std::vector<std::string> logged = Logged(client);
  ASSERT_FALSE(logged.empty());
  EXPECT_EQ(logged[0], "[KEYS, *]");
}

TEST_F(SlowLogTest, OfATransactionItsCommandsAreLogged) {
  ASSERT_TRUE(Start({"--slowlog-log-slower-than", "0", "--shards", "4"}));
  RespClient client = Connect();
  for (const char* word : {"MULTI", "PING", "DBSIZE", "EXEC"}) client.Run({word});
  const std::vector<std::string> logged = Logged(client);
  ASSERT_GE(logged.size(), 3U);
  EXPECT_EQ(logged[0], "[DBSIZE]");
  EXPECT_EQ(logged[1], "[PING]");
  EXPECT_EQ(logged[2], "[MULTI]");
  EXPECT_NE(StatsLine(client, "commandstats", "cmdstat_exec").find("calls=1,"), std::string::npos);
}

TEST_F(SlowLogTest, OnlyWhatIsSlowEnoughIsLoggedAndTheTimeIsTrue) {
  constexpr int64_t kSleptMicros = 600'000;
  ASSERT_TRUE(Start({"--slowlog-log-slower-than", "500000", "--latency-monitor-threshold", "500",
                     "--enable-debug-command", "yes"}));
  RespClient client = Connect();
  ASSERT_EQ(client.Say({"SET", "k", "v"}), "OK");
  ASSERT_EQ(client.Say({"DEBUG", "SLEEP", "0.6"}), "OK");
  const RespReply log = client.Run({"SLOWLOG", "GET"});
  ASSERT_EQ(log.elements.size(), 1U);
  EXPECT_GE(log.elements[0].elements[2].integer, kSleptMicros);
  const RespReply history = client.Run({"LATENCY", "HISTORY", "command"});
  ASSERT_EQ(history.elements.size(), 1U);
  EXPECT_GE(history.elements[0].elements[1].integer, kSleptMicros / 1000);
  EXPECT_EQ(client.Say({"CONFIG", "RESETSTAT"}), "OK");
  EXPECT_EQ(StatsLine(client, "commandstats", "cmdstat_debug"), "");
  EXPECT_EQ(client.Run({"LATENCY", "HISTOGRAM", "debug"}).elements.size(), 0U);
}

TEST_F(SlowLogTest, WithoutTrackingNoHistogramIsKept) {
  ASSERT_TRUE(Start({"--latency-tracking", "no"}));
  RespClient client = Connect();
  ASSERT_EQ(client.Say({"SET", "k", "v"}), "OK");
  EXPECT_EQ(client.Run({"LATENCY", "HISTOGRAM"}).elements.size(), 0U);
  EXPECT_EQ(StatsLine(client, "latencystats", "latency_percentiles_usec_set"), "");
  EXPECT_NE(StatsLine(client, "commandstats", "cmdstat_set"), "");
  ASSERT_EQ(client.Say({"CONFIG", "SET", "latency-tracking", "yes"}), "OK");
  ASSERT_EQ(client.Say({"SET", "k", "v"}), "OK");
  EXPECT_NE(StatsLine(client, "latencystats", "latency_percentiles_usec_set"), "");
}

}  // namespace
}  // namespace veddb::testing
