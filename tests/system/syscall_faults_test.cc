// SPDX-License-Identifier: BSD-3-Clause
// System calls of the running server fail: writes are refused with MISCONF and the cause within a
// second, reads go on, all is well by itself once the calls work again, and nothing that was
// acknowledged is lost.
#include <sys/resource.h>

#include <filesystem>
#include <fstream>

#include "tests/support/syscall_faults.h"
#include "tests/system/server_test.h"

namespace veddb::testing {
namespace {

constexpr size_t kValueBytes = 2000;
constexpr int64_t kKeysBefore = 500;
constexpr Millis kRefusedWithin{1000};
constexpr Millis kHealedWithin{30'000};
constexpr Millis kEndsWithin{60'000};

int64_t MillisSince(Clock::time_point begun) {
  return std::chrono::duration_cast<Millis>(Clock::now() - begun).count();
}

std::string Key(int64_t i) { return "k" + std::to_string(i); }

struct Fault {
  const char* name;
  const char* inject;
  const char* cause;  // a part of what writes answer, and the log and INFO say
  Words options;
  bool lasts = true;
};

// Rare drains leave the log alone with the fault.
const Words kLogOptions = {"--appendfsync", "always", "--drain-interval", "600000"};

class SyscallFaultsTest : public ServerTest {
 protected:
  // SETs until one is refused, and what is answered then. good_ counts those that were
  // acknowledged. Whoever can't be told the outcome is disconnected, and comes back.
  std::string WriteUntilRefused(RespClient& client) {
    for (;;) {
      const RespReply reply = client.Run({"SET", Key(good_), ValueFor(good_, kValueBytes)});
      if (reply.broken()) {
        client = Connect();
        if (!client.ok()) return "no connection";
      } else if (reply.is_error()) {
        return reply.Print();
      } else {
        ++good_;
      }
    }
  }
  void ExpectAllThere(RespClient& client, const char* when) {
    EXPECT_EQ(CountWrong(client, "k", good_, kValueBytes), 0) << when;
  }
  void ExpectInfoSays(RespClient& client, const std::string& cause) {
    std::string info;
    EXPECT_TRUE(PollUntil(kPatience, [&] {
      info = client.Say({"INFO", "persistence"});
      const size_t at = info.find("writes_refused:");
      return at != std::string::npos &&
             info.substr(at, info.find('\r', at) - at).find(cause) != std::string::npos;
    })) << info;
  }
  void ExpectItHeals(RespClient& client) {
    const Clock::time_point begun = Clock::now();
    ASSERT_TRUE(PollUntil(kHealedWithin,
                          [&client] {
                            return client.Say({"SET", "probe", "1"}) == "OK";
                          }))
        << client.Say({"SET", "probe", "1"}) << server_.Log();
    RecordProperty("healed_ms", std::to_string(MillisSince(begun)));
    ExpectAllThere(client, "after it healed");
    ASSERT_EQ(client.Say({"SET", Key(good_), ValueFor(good_, kValueBytes)}), "OK");
    ++good_;
  }
  // Kill -9 and a clean restart: the same is there.
  void ExpectItLasts(const Words& options) {
    ASSERT_TRUE(Restart(options));
    RespClient client = Connect();
    ExpectAllThere(client, "after a kill");
    ASSERT_TRUE(RestartCleanly(options));
    client = Connect();
    ExpectAllThere(client, "after a restart");
  }

  int64_t good_ = kKeysBefore;
};

class LogFaultsTest : public SyscallFaultsTest, public ::testing::WithParamInterface<Fault> {};

TEST_P(LogFaultsTest, RefusesHealsLosesNothing) {
  const Fault& fault = GetParam();
  ASSERT_TRUE(Start(fault.options));
  RespClient client = Connect();
  ASSERT_EQ(Fill(client, "k", kKeysBefore, kValueBytes), kKeysBefore);
  SyscallFaults faults(server_.pid(), temp_.path(), fault.inject);
  if (faults.not_permitted()) GTEST_SKIP() << faults.failure();
  ASSERT_TRUE(faults.ok()) << faults.failure();
  const Clock::time_point begun = Clock::now();
  const std::string refusal = WriteUntilRefused(client);
  EXPECT_LE(MillisSince(begun), kRefusedWithin.count());
  EXPECT_TRUE(refusal.starts_with("-MISCONF")) << refusal;
  EXPECT_NE(refusal.find(fault.cause), std::string::npos) << refusal;
  EXPECT_NE(server_.Log().find(fault.cause), std::string::npos) << server_.Log();
  client = Connect();
  ExpectAllThere(client, "while calls fail");
  if (fault.lasts) ExpectInfoSays(client, fault.cause);
  faults.End();
  ExpectItHeals(client);
  ExpectItLasts(fault.options);
}

INSTANTIATE_TEST_SUITE_P(
    , LogFaultsTest,
    ::testing::Values(Fault{"AppendEio", "pwrite64:error=EIO:when=5+", "Input/output error",
                            kLogOptions},
                      Fault{"AppendEnospc", "pwrite64:error=ENOSPC", "No space left", kLogOptions},
                      Fault{"AppendEfbig", "pwrite64:error=EFBIG", "File too large", kLogOptions},
                      Fault{"SyncEioOnce", "fdatasync:error=EIO:when=1", "Input/output error",
                            kLogOptions, false},
                      Fault{"SyncEio", "fdatasync:error=EIO", "Input/output error", kLogOptions},
                      Fault{"SyncEnospc", "fdatasync:error=ENOSPC", "No space left", kLogOptions}),
    [](const auto& fault) { return std::string(fault.param.name); });

// --- the store ---

// Drains and flushes all the time.
const Words kStoreOptions = {"--appendfsync",    "everysec", "--drain-interval", "20",
                             "--log-replay-max", "1mb",      "--write-buffer",   "8mb"};

struct StoreFault {
  const char* name;
  const char* inject;
  const char* file;  // fails on the store's file that begins so, as it is at first; empty: any
  const char* cause;
};

class StoreFaultsTest : public SyscallFaultsTest {
 protected:
  std::string FileOfStore(const std::string& begin) const {
    if (begin.empty()) return {};
    for (const auto& each : std::filesystem::directory_iterator(server_.dir() + "/store")) {
      if (each.path().filename().string().starts_with(begin)) return each.path();
    }
    return "none begins with " + begin;
  }
  // SETs until the server's messages tell the cause. What was refused is written again.
  bool WriteUntilTold(RespClient& client, const std::string& cause) {
    return PollUntil(kPatience, [&] {
      constexpr int kWritesAtOnce = 100;
      for (int i = 0; i < kWritesAtOnce && client.ok(); ++i) {
        if (client.Say({"SET", Key(good_), ValueFor(good_, kValueBytes)}) == "OK") ++good_;
        if (i % 10 == 0 && server_.Log().find(cause) != std::string::npos) return true;
      }
      return server_.Log().find(cause) != std::string::npos;
    });
  }
};

class StoreFaultsHealTest : public StoreFaultsTest,
                            public ::testing::WithParamInterface<StoreFault> {};

// Reads may wait until the store is open again, but not longer.
TEST_P(StoreFaultsHealTest, HealsLosesNothing) {
  const StoreFault& fault = GetParam();
  ASSERT_TRUE(Start(kStoreOptions));
  RespClient client = Connect();
  ASSERT_EQ(Fill(client, "k", kKeysBefore, kValueBytes), kKeysBefore);
  SyscallFaults faults(server_.pid(), temp_.path(), fault.inject, FileOfStore(fault.file));
  if (faults.not_permitted()) GTEST_SKIP() << faults.failure();
  ASSERT_TRUE(faults.ok()) << faults.failure();
  RespClient writer = server_.Connect(kRefusedWithin);
  ASSERT_TRUE(WriteUntilTold(writer, fault.cause)) << server_.Log();
  faults.End();
  client = Connect();
  ExpectAllThere(client, "as soon as calls work");
  ExpectItHeals(client);
  ExpectItLasts(kStoreOptions);
}

INSTANTIATE_TEST_SUITE_P(
    , StoreFaultsHealTest,
    ::testing::Values(StoreFault{"TableOpenEmfile", "openat:error=EMFILE", "",
                                 "Too many open files"},
                      StoreFault{"ManifestWriteEio", "write,pwrite64:error=EIO", "MANIFEST",
                                 "Input/output error"},
                      StoreFault{"ManifestSyncEio", "fdatasync,fsync,sync_file_range:error=EIO",
                                 "MANIFEST", "Input/output error"}),
    [](const auto& fault) { return std::string(fault.param.name); });

TEST_F(StoreFaultsTest, AStoreThatCantBeOpenedAgainEndsTheServerWhichSaysWhy) {
  ASSERT_TRUE(Start(kStoreOptions));
  RespClient client = Connect();
  ASSERT_EQ(Fill(client, "k", kKeysBefore, kValueBytes), kKeysBefore);
  SyscallFaults faults(server_.pid(), temp_.path(), "openat:error=EMFILE");
  if (faults.not_permitted()) GTEST_SKIP() << faults.failure();
  ASSERT_TRUE(faults.ok()) << faults.failure();
  RespClient writer = server_.Connect(kRefusedWithin);
  ASSERT_TRUE(WriteUntilTold(writer, "can't be opened again")) << server_.Log();
  EXPECT_TRUE(client.Say({"SET", "probe", "1"}).starts_with("-MISCONF"));
  ExpectInfoSays(client, "the store failed");
  constexpr int kExitCode = 70;
  EXPECT_EQ(server_.WaitForEnd(kEndsWithin), kExitCode) << server_.Log();
  const std::string log = server_.Log();
  const size_t last = log.find("(exit code 70): ");
  ASSERT_NE(last, std::string::npos) << log;
  EXPECT_NE(log.find("Too many open files", last), std::string::npos) << log;
  faults.End();
  ASSERT_TRUE(Start(kStoreOptions));
  client = Connect();
  ExpectAllThere(client, "after the end");
}

TEST_F(StoreFaultsTest, ATableThatGetsTooLargeIsAFullDisk) {
  Words options = kStoreOptions;
  options.insert(options.end(), {"--log-segment-bytes", "1mb"});
  ASSERT_TRUE(Start(options));
  RespClient client = Connect();
  ASSERT_EQ(Fill(client, "k", kKeysBefore, kValueBytes), kKeysBefore);
  rlimit usual = {};
  ASSERT_EQ(prlimit(server_.pid(), RLIMIT_FSIZE, nullptr, &usual), 0);
  const rlimit small = {(1 << 20) + (1 << 18), usual.rlim_max};
  ASSERT_EQ(prlimit(server_.pid(), RLIMIT_FSIZE, &small, nullptr), 0);
  RespClient writer = server_.Connect(kRefusedWithin);
  ASSERT_TRUE(WriteUntilTold(writer, "File too large")) << server_.Log();
  ASSERT_EQ(prlimit(server_.pid(), RLIMIT_FSIZE, &usual, nullptr), 0);
  client = Connect();
  ExpectAllThere(client, "as soon as files may grow");
  ExpectItHeals(client);
  ExpectItLasts(options);
}

TEST_F(SyscallFaultsTest, AFileSizeLimitIsAFullDisk) {
  ASSERT_TRUE(Start(kLogOptions));
  RespClient client = Connect();
  ASSERT_EQ(Fill(client, "k", kKeysBefore, kValueBytes), kKeysBefore);
  rlimit usual = {};
  ASSERT_EQ(prlimit(server_.pid(), RLIMIT_FSIZE, nullptr, &usual), 0);
  const rlimit small = {1 << 20, usual.rlim_max};
  ASSERT_EQ(prlimit(server_.pid(), RLIMIT_FSIZE, &small, nullptr), 0);
  const std::string refusal = WriteUntilRefused(client);
  EXPECT_TRUE(refusal.starts_with("-MISCONF")) << refusal;
  EXPECT_NE(refusal.find("File too large"), std::string::npos) << refusal;
  ExpectAllThere(client, "at the limit");
  ASSERT_EQ(prlimit(server_.pid(), RLIMIT_FSIZE, &usual, nullptr), 0);
  ExpectItHeals(client);
  ExpectItLasts(kLogOptions);
}

TEST_F(SyscallFaultsTest, AConfigurationFileIsReplacedWholeOrNotAtAll) {
  const std::string file = temp_ / "veddb.conf";
  std::ofstream(file) << "slowlog-max-len 7\n";
  server_.set_first_argument(file);
  ASSERT_TRUE(Start());
  RespClient client = Connect();
  ASSERT_EQ(client.Say({"CONFIG", "SET", "slowlog-max-len", "8"}), "OK");
  for (const char* inject :
       {"rename,renameat,renameat2:error=EIO", "fsync:error=EIO:when=1", "openat:error=EMFILE"}) {
    SyscallFaults faults(server_.pid(), temp_.path(), inject);
    if (faults.not_permitted()) GTEST_SKIP() << faults.failure();
    ASSERT_TRUE(faults.ok()) << faults.failure();
    EXPECT_TRUE(client.Say({"CONFIG", "REWRITE"}).starts_with("-ERR Rewriting config file: "))
        << inject;
    faults.End();
    std::ifstream now(file);
    const std::string text{std::istreambuf_iterator<char>(now), {}};
    EXPECT_EQ(text, "slowlog-max-len 7\n") << inject;
    int files = 0;
    for (const auto& each : std::filesystem::directory_iterator(temp_.path())) {
      files += each.path().filename().string().starts_with("veddb.conf") ? 1 : 0;
    }
    EXPECT_EQ(files, 1) << inject << ": a temporary file is left";
  }
  EXPECT_EQ(client.Say({"CONFIG", "REWRITE"}), "OK");
  ASSERT_TRUE(RestartCleanly());
  EXPECT_EQ(Connect().Say({"CONFIG", "GET", "slowlog-max-len"}), "[slowlog-max-len, 8]");
}

}  // namespace
}  // namespace veddb::testing
