// SPDX-License-Identifier: BSD-3-Clause
#include "server/crash_log.h"

#include <sys/mman.h>

#include <csignal>

#include "base/check.h"
#include "server_testing.h"

namespace veddb {
namespace {

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

// Not inlined, so that it has a line of its own in the trace.
__attribute__((noinline)) void FunctionThatCrashes() {
  void* closed = mmap(nullptr, 1, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  *static_cast<volatile char*>(closed) = 1;
}

TEST(CrashLogDeathTest, ACrashIsReportedAndTakesItsCourse) {
  const TestDirectory directory;
  const std::string log = directory.Path("messages");
  EXPECT_EXIT(
      {
        InstallCrashLog(log);
        FunctionThatCrashes();
      },
      testing::KilledBySignal(SIGSEGV), "");
  const std::string text = FileText(log);
  EXPECT_NE(text.find("crashed by signal: 11 (SIGSEGV), accessing address 0x"), std::string::npos)
      << text;
  EXPECT_NE(text.find("------ STACK TRACE ------\n#0 0x"), std::string::npos) << text;
  EXPECT_NE(text.find("FunctionThatCrashes"), std::string::npos) << text;
}

TEST(CrashLogDeathTest, AFailedCheckIsReported) {
  const TestDirectory directory;
  const std::string log = directory.Path("messages");
  EXPECT_EXIT(
      {
        InstallCrashLog(log);
        const bool holds = log.empty();
        CHECK(holds);
      },
      testing::KilledBySignal(SIGABRT), "'holds' does not hold");
  const std::string text = FileText(log);
  EXPECT_NE(text.find("crashed by signal: 6 (SIGABRT), sent by process "), std::string::npos)
      << text;
  EXPECT_NE(text.find("CheckFailed"), std::string::npos) << text;
}

TEST(CrashLogDeathTest, RemovedItSaysNothing) {
  const TestDirectory directory;
  const std::string log = directory.Path("messages");
  EXPECT_EXIT(
      {
        InstallCrashLog(log);
        RemoveCrashLog();
        raise(SIGSEGV);
      },
      testing::KilledBySignal(SIGSEGV), "");
  EXPECT_EQ(FileText(log), "");
}

TEST(CrashLogDeathTest, ItIsAppendedToTheMessages) {
  const TestDirectory directory;
  const std::string log = directory.Path("messages");
  std::ofstream(log) << "before\n";
  EXPECT_EXIT(
      {
        InstallCrashLog(log);
        raise(SIGABRT);
      },
      testing::KilledBySignal(SIGABRT), "");
  EXPECT_TRUE(FileText(log).starts_with("before\n"));
  EXPECT_NE(FileText(log).find("crashed by signal: 6"), std::string::npos);
}

#endif

}  // namespace
}  // namespace veddb
