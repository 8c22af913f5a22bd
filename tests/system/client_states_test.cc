// SPDX-License-Identifier: BSD-3-Clause
// A client may be killed, evicted, reset or timed out whatever it waits for at the moment: what was
// under way for it ends without it, and nobody else notices.
#include <memory>

#include "tests/support/raw_socket.h"
#include "tests/system/server_test.h"

namespace veddb::testing {
namespace {

using Sockets = std::vector<std::unique_ptr<RawSocket>>;

constexpr int kKeys = 200;
constexpr int kClients = 12;

struct State {
  std::string name;
  std::string bytes;  // what brings a client into it
};

std::string ColdReads() {
  std::string text;
  for (int i = 0; i < kKeys; ++i) text += "GET cold" + std::to_string(i) + "\r\n";
  return text;
}

std::string ColdTransaction() {
  return "WATCH cold1\r\nMULTI\r\n" + ColdReads() + "APPEND cold2 x\r\nEXEC\r\nPING\r\n";
}

std::vector<State> States() {
  std::string writes;
  for (int i = 0; i < kKeys; ++i) writes += "SET written" + std::to_string(i) + " x\r\n";
  std::string big;
  for (int i = 0; i < 40; ++i) big += "GET big\r\n";
  return {{"for shards", ColdReads()},
          {"for the log", writes},
          {"for a snapshot read", "SCAN 0 COUNT 1000\r\nKEYS *\r\nSET behind x\r\nDBSIZE\r\n"},
          {"for the end of a transaction", ColdTransaction()},
          {"in MULTI", "WATCH big\r\nMULTI\r\nGET big\r\nSET k x\r\n"},
          {"to read its replies", big},
          {"to send the rest", "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$100000\r\nhalf"},
          {"for its invalidations", "HELLO 3\r\nCLIENT TRACKING ON\r\n" + ColdReads()},
          {"to hear of prefixes", "HELLO 3\r\nCLIENT TRACKING ON BCAST PREFIX written\r\n"},
          {"without replies", "CLIENT REPLY OFF\r\n" + ColdReads() + "SET k x\r\n"},
          {"to be closed", ColdReads() + "QUIT\r\n"}};
}

class ClientStatesTest : public ServerTest {
 protected:
  void Begin(const Words& more) {
    Words arguments = {"--shards", "3", "--enable-debug-command", "yes"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    ASSERT_TRUE(Start(arguments));
    client_ = Connect();
    ASSERT_EQ(Fill(client_, "cold", kKeys, 2000), kKeys);
    ASSERT_EQ(client_.Say({"SET", "big", ValueFor(7, 1 << 20)}), "OK");
    // While it is sought out and while others are, this one stays.
    ASSERT_EQ(client_.Say({"CLIENT", "NO-EVICT", "ON"}), "OK");
  }
  // Clients in the state, with everything on disk only.
  Sockets Enter(const State& state) {
    // Shards may be busy yet with what is left of the clients before.
    EXPECT_TRUE(PollUntil(kPatience, [&] { return client_.Say({"DEBUG", "RELOAD"}) == "OK"; }));
    Sockets sockets;
    for (int i = 0; i < kClients; ++i) {
      sockets.push_back(std::make_unique<RawSocket>(server_.port()));
      sockets.back()->Send(state.bytes);
    }
    return sockets;
  }
  // All of them are gone, and the data and the server are what they were.
  void ExpectNobodyElseNoticed(const State& state) {
    SCOPED_TRACE("waiting " + state.name);
    ASSERT_TRUE(
        PollUntil(kPatience, [&] { return InfoNumber(client_, "connected_clients") == 1; }));
    EXPECT_EQ(CountWrong(client_, "cold", 2, 2000), 0);
    EXPECT_EQ(client_.Say({"STRLEN", "big"}), std::to_string(1 << 20));
    ASSERT_TRUE(server_.Running()) << server_.Log();
  }

  RespClient client_;
};

TEST_F(ClientStatesTest, Killed) {
  Begin({"--appendfsync", "always"});
  for (const State& state : States()) {
    for (int round = 0; round < 3; ++round) {
      const Sockets sockets = Enter(state);
      LetPass(Millis(round));
      client_.Run({"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"});
      // Those that the server had not accepted yet.
      client_.Run({"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"});
    }
    ExpectNobodyElseNoticed(state);
  }
}

TEST_F(ClientStatesTest, GoneByThemselves) {
  Begin({"--appendfsync", "always"});
  for (const State& state : States()) {
    for (int round = 0; round < 3; ++round) {
      const Sockets sockets = Enter(state);
      LetPass(Millis(round));
    }
    ExpectNobodyElseNoticed(state);
  }
}

TEST_F(ClientStatesTest, Evicted) {
  Begin({});
  for (const State& state : States()) {
    const Sockets sockets = Enter(state);
    ASSERT_EQ(client_.Say({"CONFIG", "SET", "maxmemory-clients", "1"}), "OK");
    Sockets fat;
    for (int i = 0; i < 4; ++i) {
      fat.push_back(std::make_unique<RawSocket>(server_.port()));
      fat.back()->Send("*2\r\n$3\r\nGET\r\n$900000\r\n" + std::string(100'000, 'x'));
    }
    EXPECT_EQ(client_.Say({"PING"}), "PONG");
    ASSERT_EQ(client_.Say({"CONFIG", "SET", "maxmemory-clients", "0"}), "OK");
    client_.Run({"CLIENT", "KILL", "TYPE", "normal"});
    client_.Run({"CLIENT", "KILL", "TYPE", "normal"});
    ExpectNobodyElseNoticed(state);
  }
  EXPECT_GT(InfoNumber(client_, "evicted_clients"), 0);
}

TEST_F(ClientStatesTest, Paused) {
  Begin({});
  for (const State& state : States()) {
    ASSERT_EQ(client_.Say({"CLIENT", "PAUSE", "60000", "WRITE"}), "OK");
    // RELOAD is no write.
    Sockets sockets = Enter(state);
    EXPECT_EQ(client_.Say({"PING"}), "PONG");
    client_.Run({"CLIENT", "KILL", "TYPE", "normal"});
    Sockets others = Enter(state);
    ASSERT_EQ(client_.Say({"CLIENT", "UNPAUSE"}), "OK");
    others.clear();
    client_.Run({"CLIENT", "KILL", "TYPE", "normal"});
    sockets.clear();
    ExpectNobodyElseNoticed(state);
  }
}

TEST_F(ClientStatesTest, TimedOut) {
  Begin({});
  for (const State& state : States()) {
    if (state.name == "to be closed") continue;
    const Sockets sockets = Enter(state);
    ASSERT_EQ(client_.Say({"CONFIG", "SET", "timeout", "1"}), "OK");
    // Those that are owed replies they do not read are not idle; a kill ends them.
    if (state.name == "to read its replies") client_.Run({"CLIENT", "KILL", "TYPE", "normal"});
    ExpectNobodyElseNoticed(state);
    ASSERT_EQ(client_.Say({"CONFIG", "SET", "timeout", "0"}), "OK");
  }
}

}  // namespace
}  // namespace veddb::testing
