// SPDX-License-Identifier: BSD-3-Clause
// The limits that protect the server from its clients, each with the client that passes it and one
// that must not notice.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

#include "tests/support/raw_socket.h"
#include "tests/system/server_test.h"

namespace veddb::testing {
namespace {

using ClientLimitsTest = ServerTest;

constexpr int64_t kMegabyte = 1 << 20;

std::string HalfSet(size_t announced, size_t sent) {
  return "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$" + std::to_string(announced) + "\r\n" +
         std::string(sent, 'v');
}

bool OnlyOneIsLeft(RespClient& client) {
  return PollUntil(kPatience, [&] { return InfoNumber(client, "connected_clients") == 1; });
}

TEST_F(ClientLimitsTest, WhoDoesNotAuthenticateInTimeIsClosed) {
  ASSERT_TRUE(Start({"--requirepass", "secret", "--unauthenticated-timeout", "1"}));
  RawSocket silent(server_.port());
  RawSocket talker(server_.port());
  ASSERT_TRUE(talker.Send("PING\r\n"));
  RespClient client = Connect();
  ASSERT_EQ(client.Say({"AUTH", "secret"}), "OK");
  EXPECT_EQ(silent.ReadToEnd(), "");
  EXPECT_TRUE(silent.closed());
  EXPECT_EQ(talker.ReadToEnd(), "-NOAUTH Authentication required.\r\n");
  EXPECT_TRUE(talker.closed());
  EXPECT_EQ(client.Say({"PING"}), "PONG");
}

TEST_F(ClientLimitsTest, WhoHasNotAuthenticatedMaySendAndIsSentLittle) {
  ASSERT_TRUE(Start({"--requirepass", "secret"}));
  RawSocket many(server_.port());
  ASSERT_TRUE(many.Send("*11\r\n"));
  EXPECT_EQ(many.ReadToEnd(), "-ERR Protocol error: unauthenticated multibulk length\r\n");
  RawSocket large(server_.port());
  ASSERT_TRUE(large.Send("*2\r\n$4\r\nAUTH\r\n$16385\r\n"));
  EXPECT_EQ(large.ReadToEnd(), "-ERR Protocol error: unauthenticated bulk length\r\n");
  // 64 KB of replies that it does not read are too many; a pipeline that it does read is not.
  RawSocket deaf(server_.port());
  std::string pings;
  for (int i = 0; i < 200'000; ++i) pings += "PING\r\n";
  deaf.Send(pings);
  EXPECT_TRUE(deaf.ReadToEnd().size() < pings.size());
  EXPECT_TRUE(deaf.closed());
  RawSocket good(server_.port());
  std::string few;
  for (int i = 0; i < 100; ++i) few += "PING\r\n";
  ASSERT_TRUE(good.Send(few + "AUTH secret\r\n"));
  EXPECT_NE(good.ReadUntil("+OK\r\n").find("+OK"), std::string::npos);
}

TEST_F(ClientLimitsTest, TheSoftLimitOfRepliesLeavesTime) {
  ASSERT_TRUE(Start({"--client-output-buffer-limit", "normal 0 1mb 1"}));
  RespClient client = Connect();
  ASSERT_EQ(client.Say({"SET", "big", ValueFor(1, 30 * kMegabyte)}), "OK");
  RawSocket deaf(server_.port());
  ASSERT_TRUE(deaf.Send("PING\r\n"));
  ASSERT_EQ(deaf.ReadUntil("\r\n"), "+PONG\r\n");  // it is in: else only one is left at once
  const Clock::time_point begin = Clock::now();
  ASSERT_TRUE(deaf.Send("GET big\r\n"));
  EXPECT_TRUE(OnlyOneIsLeft(client));
  EXPECT_GE(std::chrono::duration_cast<Millis>(Clock::now() - begin).count(), 1000);
  RawSocket reader(server_.port());
  ASSERT_TRUE(reader.Send("GET big\r\n"));
  const int64_t due =
      30 * kMegabyte + static_cast<int64_t>(std::string("$31457280\r\n\r\n").size());
  EXPECT_EQ(reader.Discard(due), due);
}

TEST_F(ClientLimitsTest, TheHardLimitOfRepliesCountsWithinOneCommand) {
  ASSERT_TRUE(Start({"--client-output-buffer-limit", "normal 100000 0 0"}));
  RespClient client = Connect();
  ASSERT_EQ(client.Say({"SET", "big", ValueFor(1, 200'000)}), "OK");
  RawSocket greedy(server_.port());
  ASSERT_TRUE(greedy.Send("GET big\r\n"));
  EXPECT_EQ(greedy.ReadToEnd(), "");
  EXPECT_TRUE(greedy.closed());
  EXPECT_EQ(client.Say({"STRLEN", "big"}), "200000");
}

TEST_F(ClientLimitsTest, TheFattestClientsGoUntilTheRestFits) {
  ASSERT_TRUE(Start({"--maxmemory-clients", "10mb"}));
  RespClient client = Connect();
  RespClient kept = Connect();
  ASSERT_EQ(kept.Say({"CLIENT", "NO-EVICT", "ON"}), "OK");
  std::vector<std::unique_ptr<RawSocket>> small;
  for (int i = 0; i < 5; ++i) {
    small.push_back(std::make_unique<RawSocket>(server_.port()));
    ASSERT_TRUE(small.back()->Send(HalfSet(kMegabyte, kMegabyte / 2)));
  }
  for (int i = 0; i < 20; ++i) {
    RawSocket fat(server_.port());
    fat.Send(HalfSet(100 * kMegabyte, 12 * kMegabyte));  // closed before it has sent all
    EXPECT_EQ(fat.ReadToEnd(), "");
    EXPECT_TRUE(fat.closed());
  }
  EXPECT_EQ(InfoNumber(client, "evicted_clients"), 20);
  for (auto& one : small) {
    ASSERT_TRUE(one->Send(std::string(kMegabyte / 2, 'v') + "\r\n"));
    EXPECT_EQ(one->ReadUntil("\r\n"), "+OK\r\n");
  }
  EXPECT_EQ(kept.Say({"PING"}), "PONG");
}

TEST_F(ClientLimitsTest, MaxclientsRefusesWithAWordAndTakesTheNextWhenOneLeaves) {
  ASSERT_TRUE(Start({"--maxclients", "3"}));
  RespClient client = Connect();
  ASSERT_EQ(client.Say({"PING"}), "PONG");
  auto second = std::make_unique<RawSocket>(server_.port());
  RawSocket third(server_.port());
  ASSERT_TRUE(second->Send("PING\r\n") && third.Send("PING\r\n"));
  ASSERT_EQ(second->ReadUntil("\r\n") + third.ReadUntil("\r\n"), "+PONG\r\n+PONG\r\n");
  RawSocket fourth(server_.port());
  EXPECT_EQ(fourth.ReadToEnd(), "-ERR max number of clients reached\r\n");
  second.reset();
  EXPECT_TRUE(PollUntil(kPatience, [&] { return InfoNumber(client, "connected_clients") == 2; }));
  RawSocket fifth(server_.port());
  ASSERT_TRUE(fifth.Send("PING\r\n"));
  EXPECT_EQ(fifth.ReadUntil("\r\n"), "+PONG\r\n");
  EXPECT_GE(InfoNumber(client, "rejected_connections"), 1);
}

// The server's own end of the client's connection.
class PeerSocket {
 public:
  PeerSocket(pid_t pid, RespClient& client) {
    const std::string info = client.Say({"CLIENT", "INFO"});
    const size_t at = info.find(" fd=");
    const auto process = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
    fd_ = static_cast<int>(syscall(SYS_pidfd_getfd, process, std::stoi(info.substr(at + 4)), 0));
    error_ = fd_ < 0 ? errno : 0;
    close(process);
  }
  ~PeerSocket() { close(fd_); }
  int error() const { return error_; }
  int Option(int level, int name) const {
    int value = -1;
    socklen_t size = sizeof value;
    getsockopt(fd_, level, name, &value, &size);
    return value;
  }

 private:
  int fd_ = -1;
  int error_ = 0;
};

TEST_F(ClientLimitsTest, SilentPeersAreProbedAsTcpKeepaliveSays) {
  ASSERT_TRUE(Start({"--tcp-keepalive", "300"}));
  RespClient client = Connect();
  const PeerSocket socket(server_.pid(), client);
  if (socket.error() == EPERM) GTEST_SKIP() << "no right to look at another process's sockets";
  ASSERT_EQ(socket.error(), 0);
  EXPECT_EQ(socket.Option(SOL_SOCKET, SO_KEEPALIVE), 1);
  EXPECT_EQ(socket.Option(IPPROTO_TCP, TCP_KEEPIDLE), 300);
  EXPECT_EQ(socket.Option(IPPROTO_TCP, TCP_KEEPINTVL), 100);
  EXPECT_EQ(socket.Option(IPPROTO_TCP, TCP_KEEPCNT), 3);
  ASSERT_EQ(client.Say({"CONFIG", "SET", "tcp-keepalive", "60"}), "OK");
  EXPECT_EQ(socket.Option(IPPROTO_TCP, TCP_KEEPIDLE), 60);
  EXPECT_EQ(socket.Option(IPPROTO_TCP, TCP_KEEPINTVL), 20);
  ASSERT_EQ(client.Say({"CONFIG", "SET", "tcp-keepalive", "0"}), "OK");
  EXPECT_EQ(socket.Option(SOL_SOCKET, SO_KEEPALIVE), 0);
}

}  // namespace
}  // namespace veddb::testing
