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

int64_t MillisSince(Clock::time_point begun) {
  return std::chrono::duration_cast<Millis>(Clock::now() - begun).count();
}

std::string Key(int64_t i) { return "k" + std::to_string(i); }

struct Fault {
  const char* name;
  const char* inject;
  const char* cause;  // a part of what writes answer
  Words options;
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
  ExpectAllThere(client, "while calls fail");
  faults.End();
  ExpectItHeals(client);
  ExpectItLasts(fault.options);
}

INSTANTIATE_TEST_SUITE_P(
    , LogFaultsTest,
    ::testing::Values(Fault{"AppendEio", "pwrite64:error=EIO:when=5+", "Input/output error",
                            kLogOptions},
                      Fault{"AppendEnospc", "pwrite64:error=ENOSPC", "No space left", kLogOptions},
                      Fault{"AppendEfbig", "pwrite64:error=EFBIG", "File too large", kLogOptions}),
    [](const auto& fault) { return std::string(fault.param.name); });

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
