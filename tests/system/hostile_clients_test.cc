// SPDX-License-Identifier: BSD-3-Clause
// Clients that mean harm, or are broken: they ask for much and don't read, they come and say
// nothing, they send by the byte, they reset, they announce what they never send. Each time other
// clients are served, and memory and file descriptors come back when the bad ones are gone.
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <sstream>

#include "tests/support/raw_socket.h"
#include "tests/support/sanitizers.h"
#include "tests/system/server_test.h"

namespace veddb::testing {
namespace {

constexpr int64_t kMegabyte = 1 << 20;

using Sockets = std::vector<std::unique_ptr<RawSocket>>;

std::string Repeat(std::string_view text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

size_t Occurrences(const std::string& text, std::string_view word) {
  size_t n = 0;
  for (size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++n;
  return n;
}

// Closes with a reset instead of an end.
void Reset(std::unique_ptr<RawSocket> socket) {
  const linger hard = {1, 0};
  setsockopt(socket->fd(), SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
}

class HostileClientsTest : public ServerTest {
 protected:
  // The server, a good client of it, and what it holds before the bad ones come.
  void Begin(const Words& arguments = {}) {
    ASSERT_TRUE(Start(arguments));
    client_ = Connect();
    ASSERT_EQ(client_.Say({"SET", "big", ValueFor(1, kMegabyte)}), "OK");
    resident_before_ = server_.ResidentBytes();
    sockets_before_ = OpenFiles("socket:");
  }
  // Those whose target begins so: "socket:", or any.
  int OpenFiles(const std::string& target = "") const {
    const std::string folder = "/proc/" + std::to_string(server_.pid()) + "/fd";
    int n = 0;
    std::error_code error;  // one may be closed while it is looked at
    for (const auto& file : std::filesystem::directory_iterator(folder, error)) {
      n += std::filesystem::read_symlink(file, error).string().starts_with(target) ? 1 : 0;
    }
    return n;
  }
  // Processor time of the server so far.
  Millis Spent() const {
    std::ifstream file("/proc/" + std::to_string(server_.pid()) + "/stat");
    std::string text((std::istreambuf_iterator<char>(file)), {});
    std::istringstream fields(text.substr(text.rfind(')') + 1));
    std::string field;
    int64_t ticks = 0;
    for (int i = 3; i <= 15 && fields >> field; ++i) {
      if (i >= 14) ticks += std::stoll(field);
    }
    return Millis(ticks * 1000 / sysconf(_SC_CLK_TCK));
  }
  void ExpectOthersServed() {
    for (int i = 0; i < 100; ++i) {
      ASSERT_EQ(client_.Say({"SET", "k", std::to_string(i)}), "OK");
      ASSERT_EQ(client_.Say({"GET", "k"}), std::to_string(i));
    }
    RespClient fresh = Connect();
    EXPECT_EQ(fresh.Say({"STRLEN", "big"}), std::to_string(kMegabyte));
  }
  // What the server's resident memory is larger by; 0 where that tells nothing.
  int64_t GrownBy() const {
    return ResidentMemoryIsTelling() ? server_.ResidentBytes() - resident_before_ : 0;
  }
  // The bad ones are gone: so is what they held.
  void ExpectAllBack(int64_t slack = 48 * kMegabyte) {
    EXPECT_TRUE(
        PollUntil(kPatience, [&] { return InfoNumber(client_, "connected_clients") == 1; }));
    EXPECT_TRUE(PollUntil(kPatience, [&] { return OpenFiles("socket:") <= sockets_before_; }))
        << OpenFiles("socket:") << " sockets are open, " << sockets_before_ << " were";
    EXPECT_TRUE(PollUntil(kPatience, [&] { return GrownBy() < slack; }))
        << GrownBy() << " bytes more than before";
  }

  RespClient client_;
  int64_t resident_before_ = 0;
  int sockets_before_ = 0;
};

TEST_F(HostileClientsTest, AHundredReadersThatStopShareABoundedMemory) {
  Begin();
  Sockets deaf;
  for (int i = 0; i < 100; ++i) {
    deaf.push_back(std::make_unique<RawSocket>(server_.port()));
    ASSERT_TRUE(deaf.back()->Send(Repeat("GET big\r\n", 1000)));  // 1 GB each
  }
  ExpectOthersServed();
  EXPECT_LT(GrownBy(), 450 * kMegabyte);
  // One that reads again is sent on.
  EXPECT_GE(deaf.front()->Discard(100 * kMegabyte), 100 * kMegabyte);
  ExpectOthersServed();
  EXPECT_LT(GrownBy(), 450 * kMegabyte);
  deaf.clear();
  ExpectAllBack();
}

TEST_F(HostileClientsTest, LargeRepliesThatAreUnderWayShareItToo) {
  Begin({"--shards", "4", "--enable-debug-command", "yes"});
  std::string requests;
  for (int i = 0; i < 20; ++i) {
    const std::string key = "big" + std::to_string(i);
    ASSERT_EQ(client_.Say({"SET", key, ValueFor(i, kMegabyte)}), "OK");
    requests += "GET " + key + "\r\n";
  }
  ASSERT_EQ(client_.Say({"DEBUG", "RELOAD"}), "OK");  // read from disk, by the shards' threads
  Sockets deaf;
  for (int i = 0; i < 50; ++i) {
    deaf.push_back(std::make_unique<RawSocket>(server_.port()));
    ASSERT_TRUE(deaf.back()->Send(Repeat(requests, 20)));
  }
  int64_t most = 0;
  for (int i = 0; i < 20; ++i) {
    ExpectOthersServed();
    most = std::max(most, GrownBy());
  }
  EXPECT_LT(most, 450 * kMegabyte);
  deaf.clear();
  ExpectAllBack();
}

TEST_F(HostileClientsTest, WithAMemoryLimitTheirShareIsSmaller) {
  Begin({"--maxmemory", "200mb"});
  Sockets deaf;
  for (int i = 0; i < 20; ++i) {
    deaf.push_back(std::make_unique<RawSocket>(server_.port()));
    ASSERT_TRUE(deaf.back()->Send(Repeat("GET big\r\n", 1000)));
  }
  ExpectOthersServed();
  EXPECT_LT(GrownBy(), 180 * kMegabyte);
  deaf.clear();
  ExpectAllBack();
}

TEST_F(HostileClientsTest, ReadersThatStopAreClosedAtTheirLimit) {
  Begin({"--client-output-buffer-limit", "normal 4mb 0 0"});
  Sockets deaf;
  for (int i = 0; i < 50; ++i) {
    deaf.push_back(std::make_unique<RawSocket>(server_.port()));
    deaf.back()->Send(Repeat("GET big\r\n", 100));
  }
  ExpectAllBack();
  ExpectOthersServed();
}

TEST_F(HostileClientsTest, AStoppedProcessHoldsUpNobody) {
  Begin();
  const pid_t child = fork();
  if (child == 0) {
    RawSocket socket(server_.port());
    socket.Send(Repeat("GET big\r\n", 300));
    raise(SIGSTOP);
    _exit(0);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, WUNTRACED), child);
  ASSERT_TRUE(WIFSTOPPED(status));
  ExpectOthersServed();
  EXPECT_LT(GrownBy(), 200 * kMegabyte);
  kill(child, SIGKILL);
  waitpid(child, &status, 0);
  ExpectAllBack();
}

TEST_F(HostileClientsTest, SilentAndHalfSpokenConnectionsCostLittle) {
  Begin();
  Sockets silent;
  for (int i = 0; i < 500; ++i) {
    silent.push_back(std::make_unique<RawSocket>(server_.port()));
    ASSERT_TRUE(silent.back()->ok());
    if (i % 2 == 1) {
      ASSERT_TRUE(silent.back()->Send("*3\r\n$3\r\nSET\r\n$1\r\nk"));
    }
  }
  ExpectOthersServed();
  EXPECT_LT(GrownBy(), 32 * kMegabyte);
  silent.clear();
  ExpectAllBack();
}

TEST_F(HostileClientsTest, MemoryFollowsWhatArrivedNotWhatWasAnnounced) {
  Begin();
  Sockets boasters;
  for (int i = 0; i < 200; ++i) {
    boasters.push_back(std::make_unique<RawSocket>(server_.port()));
    ASSERT_TRUE(boasters.back()->Send(i % 2 == 0 ? "*2147483647\r\n$1\r\nx"
                                                 : "*2\r\n$3\r\nGET\r\n$536870912\r\nabc"));
  }
  ExpectOthersServed();
  EXPECT_LT(GrownBy(), 32 * kMegabyte);
  EXPECT_LT(InfoNumber(client_, "used_memory"), resident_before_ + 100 * kMegabyte);
  boasters.clear();
  ExpectAllBack();
}

TEST_F(HostileClientsTest, RequestsByTheByteAreAnswered) {
  Begin();
  Sockets slow;
  const std::string request = "*2\r\n$4\r\nECHO\r\n$11\r\nhello there\r\n";
  for (int i = 0; i < 50; ++i) slow.push_back(std::make_unique<RawSocket>(server_.port()));
  for (int round = 0; round < 3; ++round) {
    for (const char byte : request) {
      for (auto& socket : slow) ASSERT_TRUE(socket->Send({&byte, 1}));
    }
  }
  ExpectOthersServed();
  for (auto& socket : slow) {
    const std::string reply = "$11\r\nhello there\r\n";
    EXPECT_EQ(socket->Discard(static_cast<int64_t>(3 * reply.size())),
              static_cast<int64_t>(3 * reply.size()));
  }
  slow.clear();
  ExpectAllBack();
}

TEST_F(HostileClientsTest, ResetsInRequestsAndInRepliesLeaveNothing) {
  Begin();
  for (int round = 0; round < 5; ++round) {
    for (const std::string& bytes :
         {std::string("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1000000\r\nhalf"), Repeat("GET big\r\n", 50),
          std::string("MULTI\r\nSET k x\r\nGET k\r\n"), std::string("WATCH k big\r\n"),
          std::string("")}) {
      for (int i = 0; i < 10; ++i) {
        auto socket = std::make_unique<RawSocket>(server_.port());
        ASSERT_TRUE(socket->Send(bytes));
        if (i % 2 == 0 && bytes.starts_with("GET")) socket->Discard(kMegabyte / 2);
        Reset(std::move(socket));
      }
    }
    ExpectOthersServed();
  }
  ExpectAllBack();
}

TEST_F(HostileClientsTest, AHalfClosedConnectionIsAnsweredAndThenClosed) {
  Begin({"--shards", "4", "--enable-debug-command", "yes"});
  ASSERT_EQ(Fill(client_, "cold", 300, 100), 300);
  ASSERT_EQ(client_.Say({"DEBUG", "RELOAD"}), "OK");
  std::string requests;
  for (int i = 0; i < 300; ++i) requests += "GET cold" + std::to_string(i) + "\r\nPING\r\n";
  RawSocket half(server_.port());
  ASSERT_TRUE(half.Send(requests));
  half.FinishSending();
  const std::string replies = half.ReadToEnd();
  EXPECT_TRUE(half.closed());
  EXPECT_EQ(Occurrences(replies, "+PONG\r\n"), 300u);
  EXPECT_EQ(Occurrences(replies, "$100\r\n"), 300u);
  // One that asked for nothing is closed at once; so is one whose wait might be long.
  RawSocket mute(server_.port());
  mute.FinishSending();
  EXPECT_EQ(mute.ReadToEnd(), "");
  EXPECT_TRUE(mute.closed());
  ASSERT_EQ(client_.Say({"CLIENT", "PAUSE", "60000", "WRITE"}), "OK");
  RawSocket paused(server_.port());
  ASSERT_TRUE(paused.Send("SET k paused\r\n"));
  paused.FinishSending();
  EXPECT_EQ(paused.ReadToEnd(), "");
  EXPECT_TRUE(paused.closed());
  ASSERT_EQ(client_.Say({"CLIENT", "UNPAUSE"}), "OK");
  ExpectAllBack();
}

TEST_F(HostileClientsTest, AMillionCommandsWithoutReadingAreAllAnswered) {
  constexpr int64_t kCommands = 1'000'000;
  Begin();
  RawSocket socket(server_.port());
  const std::string some = Repeat("PING\r\n", 10'000);
  for (int64_t sent = 0; sent < kCommands; sent += 10'000) ASSERT_TRUE(socket.Send(some));
  ExpectOthersServed();
  EXPECT_LT(GrownBy(), 100 * kMegabyte);
  EXPECT_EQ(socket.Discard(kCommands * 7), kCommands * 7);
  ASSERT_TRUE(socket.Send("QUIT\r\n"));
  EXPECT_EQ(socket.ReadToEnd(), "+OK\r\n");
  ExpectAllBack();
}

// Lowers a limit of the server's process for as long as it lives.
class FileLimit {
 public:
  FileLimit(pid_t pid, rlim_t files) : pid_(pid) {
    prlimit(pid, RLIMIT_NOFILE, nullptr, &before_);
    const rlimit lowered = {files, before_.rlim_max};
    ok_ = prlimit(pid, RLIMIT_NOFILE, &lowered, nullptr) == 0;
  }
  ~FileLimit() { prlimit(pid_, RLIMIT_NOFILE, &before_, nullptr); }
  bool ok() const { return ok_; }

 private:
  const pid_t pid_;
  rlimit before_ = {};
  bool ok_ = false;
};

TEST_F(HostileClientsTest, WithoutFileDescriptorsNewClientsWaitAndTheLoopDoesNotSpin) {
  if (SanitizerOpensFiles()) GTEST_SKIP() << "the sanitizer opens files itself";
  Begin();
  // The limit counts numbers, not files: those in use are dense.
  const FileLimit limit(server_.pid(), static_cast<rlim_t>(OpenFiles()) + 8);
  ASSERT_TRUE(limit.ok());
  Sockets crowd;
  for (int i = 0; i < 40; ++i) crowd.push_back(std::make_unique<RawSocket>(server_.port()));
  const auto told = [&] { return Occurrences(server_.Log(), "Accepting client"); };
  ASSERT_TRUE(PollUntil(kPatience, [&] { return told() > 0; }));
  const Millis spent_before = Spent();
  const Clock::time_point begin = Clock::now();
  while (Clock::now() - begin < Millis(1500)) {
    ASSERT_EQ(client_.Say({"PING"}), "PONG") << "those who are in are served";
    LetPass(Millis(50));
  }
  EXPECT_LT(Spent() - spent_before, Millis(500)) << "it spins";
  EXPECT_EQ(told(), 1u) << server_.Log();
  // Some leave, and those who waited get in: the last of them too.
  for (int i = 0; i < 39; ++i) crowd[static_cast<size_t>(i)].reset();
  ASSERT_TRUE(crowd.back()->Send("PING\r\n"));
  EXPECT_EQ(crowd.back()->ReadUntil("\r\n"), "+PONG\r\n");
  crowd.clear();
  // The store, which had none left for its files either, works again.
  EXPECT_TRUE(PollUntil(kPatience, [&] { return client_.Say({"SET", "k", "v"}) == "OK"; }));
  ExpectAllBack();
}

TEST_F(HostileClientsTest, TenThousandIdleConnectionsCostAFewKilobytesEach) {
  rlimit files = {};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  constexpr size_t kWanted = 10'000;
  constexpr size_t kOwnFiles = 200;
  const size_t count = std::min<size_t>(kWanted, files.rlim_cur - kOwnFiles);
  Begin({"--maxclients", "11000"});
  Sockets idle;
  for (size_t i = 0; i < count; ++i) {
    idle.push_back(std::make_unique<RawSocket>(server_.port()));
    ASSERT_TRUE(idle.back()->ok());
    if (i % 100 == 0) {
      ASSERT_TRUE(idle.back()->Send("PING\r\n"));
    }
  }
  ASSERT_TRUE(PollUntil(kPatience, [&] {
    return InfoNumber(client_, "connected_clients") == static_cast<int64_t>(count) + 1;
  }));
  ExpectOthersServed();
  const int64_t each = GrownBy() / static_cast<int64_t>(count);
  RecordProperty("bytes_each", std::to_string(each));
  EXPECT_LT(each, 8 * 1024);
  idle.clear();
  ExpectAllBack(96 * kMegabyte);
}

}  // namespace
}  // namespace veddb::testing
