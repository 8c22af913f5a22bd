// SPDX-License-Identifier: BSD-3-Clause
// How the server starts and ends, and who may talk to it.
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include "tests/system/server_test.h"

namespace veddb::testing {
namespace {

using LifeTest = ServerTest;

std::string ReadFile(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST_F(LifeTest, ASecondServerOnTheSameDirectoryRefusesToStart) {
  ASSERT_TRUE(Start());
  ServerProcess second(ServerBinary(), server_.dir());
  const std::optional<std::string> failure = second.Start();
  ASSERT_TRUE(failure);
  EXPECT_NE(failure->find("Another server uses this data directory"), std::string::npos)
      << *failure;
  EXPECT_EQ(Connect().Say({"PING"}), "PONG");
}

TEST_F(LifeTest, APortInUseRefusesTheStart) {
  ASSERT_TRUE(Start());
  ServerProcess second(ServerBinary(), temp_ / "second");
  second.Spawn({"--port", std::to_string(server_.port())});
  const std::optional<int> code = second.WaitForEnd();
  ASSERT_TRUE(code);
  EXPECT_EQ(*code, 1);
}

TEST_F(LifeTest, TheTitleOfTheProcessFollowsItsTemplate) {
  ASSERT_TRUE(Start());
  const auto title = [&] {
    const std::string line = ReadFile("/proc/" + std::to_string(server_.pid()) + "/cmdline");
    return line.substr(0, line.find('\0'));
  };
  const std::string port = std::to_string(server_.port());
  EXPECT_NE(title().find("veddb-server"), std::string::npos) << title();
  EXPECT_EQ(title().find("--port"), std::string::npos) << title();
  EXPECT_EQ(Connect().Say({"CONFIG", "SET", "proc-title-template", "db {port} here"}), "OK");
  EXPECT_EQ(title(), "db " + port + " here");
  // Longer than there is room: cut off, and the process goes on.
  const std::string longest(100'000, 'x');
  EXPECT_EQ(Connect().Say({"CONFIG", "SET", "proc-title-template", longest}), "OK");
  EXPECT_EQ(title().substr(0, 3), "xxx");
  EXPECT_EQ(Connect().Say({"PING"}), "PONG");
}

TEST_F(LifeTest, AUnixSocketServesLikeAPort) {
  const std::string path = temp_ / "socket";
  ASSERT_TRUE(Start({"--unixsocket", path, "--unixsocketperm", "700"}));
  RespClient client = RespClient::Unix(path);
  EXPECT_EQ(client.Say({"SET", "k", "v"}), "OK");
  EXPECT_EQ(Connect().Say({"GET", "k"}), "v");
  const auto mode = std::filesystem::status(path).permissions();
  EXPECT_EQ(mode, std::filesystem::perms::owner_all);
  EXPECT_EQ(server_.Terminate(), 0);
  EXPECT_FALSE(std::filesystem::exists(path)) << "the socket stays behind";
}

TEST_F(LifeTest, AUnixSocketLeftByAKillDoesNotHinderTheNextStart) {
  const std::string path = temp_ / "socket";
  ASSERT_TRUE(Start({"--unixsocket", path}));
  ASSERT_TRUE(Restart({"--unixsocket", path}));
  EXPECT_EQ(RespClient::Unix(path).Say({"PING"}), "PONG");
}

TEST_F(LifeTest, APasswordKeepsStrangersOut) {
  ASSERT_TRUE(Start({"--requirepass", "secret"}));
  RespClient client = Connect();
  EXPECT_EQ(client.Say({"SET", "k", "v"}), "-NOAUTH Authentication required.");
  EXPECT_TRUE(client.Say({"AUTH", "wrong"}).starts_with("-WRONGPASS"));
  EXPECT_EQ(client.Say({"GET", "k"}), "-NOAUTH Authentication required.");
  EXPECT_EQ(client.Say({"AUTH", "secret"}), "OK");
  EXPECT_EQ(client.Say({"SET", "k", "v"}), "OK");
  RespClient other = Connect();
  EXPECT_EQ(other.Say({"AUTH", "default", "secret"}), "OK");
  EXPECT_EQ(other.Say({"GET", "k"}), "v");
  EXPECT_EQ(client.Say({"CONFIG", "SET", "requirepass", ""}), "OK");
  EXPECT_EQ(Connect().Say({"GET", "k"}), "v");
}

TEST_F(LifeTest, ShutdownEndsItWithEverythingKept) {
  ASSERT_TRUE(Start());
  RespClient client = Connect();
  ASSERT_EQ(Fill(client, "k", 1000, 50), 1000);
  EXPECT_TRUE(client.Run({"SHUTDOWN"}).broken());
  EXPECT_EQ(server_.WaitForEnd(), 0);
  ASSERT_TRUE(Start());
  client = Connect();
  EXPECT_EQ(CountWrong(client, "k", 1000, 50), 0);
}

TEST_F(LifeTest, SigtermEndsItUnderLoad) {
  ASSERT_TRUE(Start());
  std::vector<RespClient> clients;
  for (int i = 0; i < 8; ++i) clients.push_back(Connect());
  for (RespClient& client : clients) {
    for (int n = 0; n < 50'000; ++n) client.Add({"INCR", "n" + std::to_string(n % 100)});
    client.Flush();
  }
  EXPECT_EQ(server_.Terminate(), 0) << server_.Log();
}

TEST_F(LifeTest, SigtermEndsItWhileClientsNeverStop) {
  ASSERT_TRUE(Start());
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([client = Connect(), i]() mutable {
      while (!client.Run({"INCR", "n" + std::to_string(i)}).broken()) continue;
    });
  }
  EXPECT_TRUE(PollUntil(kPatience, [&] { return Connect().Run({"GET", "n3"}).text.size() > 3; }));
  EXPECT_EQ(server_.Terminate(), 0) << server_.Log();
  server_.Kill();
  for (std::thread& thread : threads) thread.join();
}

TEST_F(LifeTest, ADaemonWritesItsPidFileAndRemovesItAtTheEnd) {
  const std::string pidfile = temp_ / "pid";
  const std::string logfile = temp_ / "log";
  server_.Spawn({"--daemonize", "yes", "--pidfile", pidfile, "--logfile", logfile});
  EXPECT_EQ(server_.WaitForEnd(), 0) << "the parent leaves";
  ASSERT_TRUE(PollUntil(kPatience, [this] { return server_.Answers(); })) << ReadFile(logfile);
  const std::string pid = ReadFile(pidfile);
  RespClient client = Connect();
  EXPECT_EQ(InfoNumber(client, "process_id"), std::atoll(pid.c_str()));
  EXPECT_EQ(kill(static_cast<pid_t>(std::atoll(pid.c_str())), SIGTERM), 0);
  EXPECT_TRUE(PollUntil(kPatience, [&] { return !std::filesystem::exists(pidfile); }));
  EXPECT_NE(ReadFile(logfile).find("bye bye"), std::string::npos);
}

TEST_F(LifeTest, MaxclientsRefusesFurtherConnections) {
  ASSERT_TRUE(Start({"--maxclients", "4"}));
  std::vector<RespClient> clients;
  while (clients.size() < 4) {
    // The connection that found the server ready may not have been seen off yet.
    ASSERT_TRUE(PollUntil(kPatience, [&] {
      clients.push_back(Connect());
      if (clients.back().Say({"PING"}) == "PONG") return true;
      clients.pop_back();
      return false;
    }));
  }
  EXPECT_EQ(Connect().Say({"PING"}), "-ERR max number of clients reached");
  clients.pop_back();
  EXPECT_TRUE(PollUntil(kPatience, [this] { return Connect().Say({"PING"}) == "PONG"; }));
}

}  // namespace
}  // namespace veddb::testing
