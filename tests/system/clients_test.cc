// SPDX-License-Identifier: BSD-3-Clause
// Clients that don't read, that are killed, that wait for the end of a pause.
#include <cstdlib>

#include "tests/support/raw_socket.h"
#include "tests/support/sanitizers.h"
#include "tests/system/server_test.h"

namespace veddb::testing {
namespace {

using ClientsTest = ServerTest;

constexpr int64_t kMegabyte = 1 << 20;

std::string GetRequest(const std::string& key) {
  return "*2\r\n$3\r\nGET\r\n$" + std::to_string(key.size()) + "\r\n" + key + "\r\n";
}

TEST_F(ClientsTest, AClientThatDoesNotReadHoldsUpNobodyAndNotTheMemory) {
  ASSERT_TRUE(Start());
  RespClient client = Connect();
  ASSERT_EQ(client.Say({"SET", "big", ValueFor(1, kMegabyte)}), "OK");
  const int64_t resident_before = server_.ResidentBytes();
  RawSocket deaf(server_.port());
  std::string requests;
  for (int i = 0; i < 1000; ++i) requests += GetRequest("big");  // 1 GB of answers
  ASSERT_TRUE(deaf.Send(requests));
  for (int i = 0; i < 200; ++i) ASSERT_EQ(client.Say({"SET", "k", std::to_string(i)}), "OK");
  ASSERT_EQ(client.Say({"GET", "big"}), ValueFor(1, kMegabyte));
  if (ResidentMemoryIsTelling()) {
    EXPECT_LT(server_.ResidentBytes() - resident_before, 200 * kMegabyte);
  }
  // When it reads at last it gets everything.
  const int64_t due =
      1000 * (kMegabyte + static_cast<int64_t>(std::string("$1048576\r\n\r\n").size()));
  EXPECT_EQ(deaf.Discard(due), due);
}

TEST_F(ClientsTest, ALargeReplyLeavesLittleMemoryBehind) {
  ASSERT_TRUE(Start());
  RespClient client = Connect();
  ASSERT_EQ(client.Say({"SET", "k", ValueFor(1, 12'000)}), "OK");
  RespClient reader = Connect();
  const std::string id = reader.Say({"CLIENT", "ID"});
  ASSERT_EQ(reader.Say({"GET", "k"}).size(), 12'000U);
  const std::string line = client.Say({"CLIENT", "LIST", "ID", id});
  const size_t at = line.find(" rbs=");
  ASSERT_NE(at, std::string::npos) << line;
  EXPECT_LE(std::strtoll(line.c_str() + at + 5, nullptr, 10), 4096) << line;
}

TEST_F(ClientsTest, OutputBufferLimitsCloseAClientThatDoesNotRead) {
  ASSERT_TRUE(Start({"--client-output-buffer-limit", "normal 10mb 0 0"}));
  RespClient client = Connect();
  ASSERT_EQ(client.Say({"SET", "big", ValueFor(1, kMegabyte)}), "OK");
  RawSocket deaf(server_.port());
  std::string requests;
  for (int i = 0; i < 60; ++i) requests += GetRequest("big");
  ASSERT_TRUE(deaf.Send(requests));
  EXPECT_TRUE(PollUntil(kPatience, [&] { return InfoNumber(client, "connected_clients") == 1; }));
}

TEST_F(ClientsTest, AKilledClientIsGoneAndOthersAreNot) {
  ASSERT_TRUE(Start());
  RespClient client = Connect();
  RespClient victim = Connect();
  const int64_t id = victim.Run({"CLIENT", "ID"}).integer;
  ASSERT_EQ(victim.Say({"WATCH", "k"}), "OK");
  ASSERT_EQ(victim.Say({"MULTI"}), "OK");
  ASSERT_EQ(victim.Say({"SET", "k", "v"}), "QUEUED");
  EXPECT_EQ(client.Say({"CLIENT", "KILL", "ID", std::to_string(id)}), "1");
  EXPECT_TRUE(victim.Run({"EXEC"}).broken());
  EXPECT_TRUE(client.Run({"GET", "k"}).is_nil()) << "its transaction ran";
  EXPECT_EQ(client.Say({"CLIENT", "KILL", "ID", std::to_string(id)}), "0");
  EXPECT_EQ(InfoNumber(client, "connected_clients"), 1);
}

TEST_F(ClientsTest, APauseHoldsWritesBackAndThenLetsThemThrough) {
  ASSERT_TRUE(Start());
  RespClient client = Connect();
  RespClient writer = Connect();
  ASSERT_EQ(client.Say({"CLIENT", "PAUSE", "60000", "WRITE"}), "OK");
  writer.Add({"SET", "k", "v"});
  writer.Add({"GET", "k"});
  ASSERT_TRUE(writer.Flush());
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(client.Run({"GET", "k"}).is_nil()) << "reads go on";
  ASSERT_EQ(client.Say({"CLIENT", "UNPAUSE"}), "OK");
  EXPECT_EQ(writer.Next().Print(), "OK");
  EXPECT_EQ(writer.Next().Print(), "v");
  EXPECT_EQ(client.Say({"GET", "k"}), "v");
}

TEST_F(ClientsTest, APauseEndsByItself) {
  ASSERT_TRUE(Start());
  RespClient client = Connect();
  const Clock::time_point begin = Clock::now();
  ASSERT_EQ(client.Say({"CLIENT", "PAUSE", "300"}), "OK");
  EXPECT_EQ(client.Say({"PING"}), "PONG");
  EXPECT_GE(std::chrono::duration_cast<Millis>(Clock::now() - begin).count(), 290);
}

TEST_F(ClientsTest, ThousandsOfConnectionsThatComeAndGoLeaveNothingBehind) {
  ASSERT_TRUE(Start());
  RespClient client = Connect();
  for (int round = 0; round < 20; ++round) {
    std::vector<std::unique_ptr<RawSocket>> sockets;
    for (int i = 0; i < 100; ++i) {
      sockets.push_back(std::make_unique<RawSocket>(server_.port()));
      ASSERT_TRUE(sockets.back()->ok());
      sockets.back()->Send("*2\r\n$3\r\nGET\r\n$1");  // half a request
    }
  }
  EXPECT_TRUE(PollUntil(kPatience, [&] { return InfoNumber(client, "connected_clients") == 1; }));
  EXPECT_EQ(client.Say({"PING"}), "PONG");
}

TEST_F(ClientsTest, IdleClientsAreClosedAfterTheTimeout) {
  ASSERT_TRUE(Start({"--timeout", "1"}));
  RespClient idle = Connect();
  ASSERT_EQ(idle.Say({"PING"}), "PONG");
  RespClient busy = Connect();
  EXPECT_TRUE(PollUntil(kPatience, [&] { return InfoNumber(busy, "connected_clients") == 1; }));
  EXPECT_TRUE(idle.Run({"PING"}).broken());
}

}  // namespace
}  // namespace veddb::testing
