// SPDX-License-Identifier: BSD-3-Clause
// Appends and syncs that fail: the failed state, what Reopen keeps, and what a later start reads.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <filesystem>
#include <mutex>

#include "tests/unit/log/faults.h"
#include "tests/unit/log/log_fixture.h"

namespace veddb {
namespace {

class LogFailureTest : public LogTest {
 protected:
  void TearDown() override {
    fdatasync_fault = 0;
    ftruncate_fault = 0;
    pwrite_fault = 0;
  }

  // What a new start finds.
  std::vector<std::string> Recovered() {
    const auto report = CheckTail(dir(), 0);
    if (!report.ok()) return {report.error().message};
    return ReadKeys(0, report->tail);
  }
};

TEST_F(LogFailureTest, AFailedAppendRefusesUntilReopenAndLosesNothingBefore) {
  auto writer = Open();
  ASSERT_TRUE(Append(*writer, 0).ok());
  const LogPosition end = Append(*writer, 1).TakeValue();
  pwrite_fault = ENOSPC;
  const auto failed = Append(*writer, 2);
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(failed.error().code, ErrorCode::kMisconf);
  EXPECT_NE(failed.error().message.find("No space left"), std::string::npos);
  EXPECT_TRUE(writer->failed());
  EXPECT_EQ(writer->end(), end);
  pwrite_fault = 0;
  EXPECT_FALSE(Append(*writer, 3).ok()) << "not before Reopen, even if the disk has room again";
  EXPECT_FALSE(writer->SyncNow().ok());

  EXPECT_EQ(writer->Reopen().value(), end);
  EXPECT_TRUE(writer->failure().ok());
  ASSERT_TRUE(Append(*writer, 2).ok());
  EXPECT_EQ(ReadKeys(0, writer->end()), Keys(0, 3));
  writer.reset();
  EXPECT_EQ(Recovered(), Keys(0, 3));
}

TEST_F(LogFailureTest, ReopenFailsWhileTheDiskIsFullAndWorksAfterwards) {
  auto writer = Open();
  ASSERT_TRUE(Append(*writer, 0).ok());
  pwrite_fault = ENOSPC;
  ASSERT_FALSE(Append(*writer, 1).ok());
  EXPECT_FALSE(writer->Reopen().ok());
  EXPECT_TRUE(writer->failed());
  pwrite_fault = 0;
  ASSERT_TRUE(writer->Reopen().ok());
  ASSERT_TRUE(Append(*writer, 1).ok());
  writer.reset();
  EXPECT_EQ(Recovered(), Keys(0, 2));
}

TEST_F(LogFailureTest, AHalfWrittenRecordThatCantBeCutOffIsVoid) {
  auto writer = Open();
  ASSERT_TRUE(Append(*writer, 0).ok());
  pwrite_fault = EIO;
  ftruncate_fault = EIO;
  ASSERT_FALSE(Append(*writer, 1, std::string(1000, 'x')).ok());
  pwrite_fault = 0;
  ASSERT_TRUE(writer->Reopen().ok());
  ASSERT_TRUE(Append(*writer, 1).ok());
  EXPECT_EQ(ReadKeys(0, writer->end()), Keys(0, 2));
  writer.reset();
  ftruncate_fault = 0;
  EXPECT_EQ(Recovered(), Keys(0, 2));
}

TEST_F(LogFailureTest, WithoutReopenAHalfWrittenRecordIsATornTail) {
  auto writer = Open();
  ASSERT_TRUE(Append(*writer, 0).ok());
  pwrite_fault = EIO;
  ftruncate_fault = EIO;
  ASSERT_FALSE(Append(*writer, 1, std::string(1000, 'x')).ok());
  writer.reset();
  pwrite_fault = 0;
  ftruncate_fault = 0;
  const auto report = CheckTail(dir(), 0).TakeValue();
  EXPECT_GT(report.cut_bytes, 500u);
  EXPECT_EQ(ReadKeys(0, report.tail), Keys(0, 1));
}

TEST_F(LogFailureTest, AFailedSyncVoidsEverythingBehindTheLastGoodOne) {
  auto writer = Open();
  ASSERT_TRUE(Append(*writer, 0).ok());
  ASSERT_TRUE(writer->SyncNow().ok());
  const LogPosition synced = writer->synced();
  ASSERT_TRUE(Append(*writer, 1).ok());

  std::mutex mutex;
  std::condition_variable told;
  bool failure_told = false;
  LogPosition told_position = 0;
  writer->SetSyncListener([&](LogPosition position) {
    const std::lock_guard lock(mutex);
    failure_told = writer->failed();
    told_position = position;
    told.notify_all();
  });
  fdatasync_fault = EIO;
  const Status status = writer->SyncNow();
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ErrorCode::kMisconf);
  {
    std::unique_lock lock(mutex);
    ASSERT_TRUE(told.wait_for(lock, std::chrono::seconds(20), [&] { return failure_told; }));
    EXPECT_EQ(told_position, synced);
  }
  writer->SetSyncListener(nullptr);
  fdatasync_fault = 0;
  EXPECT_FALSE(writer->SyncNow().ok()) << "a second try must not succeed on the same file";
  EXPECT_EQ(writer->synced(), synced);

  EXPECT_EQ(writer->Reopen().value(), synced);
  EXPECT_EQ(writer->end(), synced);
  ASSERT_TRUE(Append(*writer, 7).ok());
  ASSERT_TRUE(writer->SyncNow().ok());
  EXPECT_EQ(ReadKeys(0, writer->end()), (std::vector<std::string>{"k0", "k7"}));
  writer.reset();
  EXPECT_EQ(Recovered(), (std::vector<std::string>{"k0", "k7"}));
}

TEST_F(LogFailureTest, AFailedSyncBeforeAnythingWasSyncedReplacesTheSegment) {
  auto writer = Open();
  ASSERT_TRUE(Append(*writer, 0).ok());
  fdatasync_fault = EIO;
  ASSERT_FALSE(writer->SyncNow().ok());
  fdatasync_fault = 0;
  ftruncate_fault = EIO;
  EXPECT_EQ(writer->Reopen().value(), 0u);
  ftruncate_fault = 0;
  ASSERT_TRUE(Append(*writer, 1).ok());
  writer.reset();
  EXPECT_EQ(Recovered(), Keys(1, 2));
}

TEST_F(LogFailureTest, AFailedSyncAtARollFailsTheAppend) {
  auto writer = Open(0, 200);
  ASSERT_TRUE(Append(*writer, 0).ok());
  fdatasync_fault = EIO;
  LogPosition end = writer->end();
  int number = 1;
  while (true) {
    const auto appended = Append(*writer, number);
    if (!appended.ok()) break;
    ++number;
    end = *appended;
  }
  EXPECT_LE(end, 200u);
  fdatasync_fault = 0;
  EXPECT_EQ(writer->Reopen().value(), 0u) << "nothing had been synced";
  ASSERT_TRUE(Append(*writer, 0).ok());
  writer.reset();
  EXPECT_EQ(Recovered(), Keys(0, 1));
}

TEST_F(LogFailureTest, AFileSizeLimitIsSurvived) {
  signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  auto writer = Open();
  rlimit small = before;
  small.rlim_cur = 20'000;
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  int appended = 0;
  while (appended < 1000 && Append(*writer, appended, std::string(100, 'v')).ok()) ++appended;
  EXPECT_GT(appended, 50);
  EXPECT_LT(appended, 1000);
  EXPECT_NE(writer->failure().error().message.find("File too large"), std::string::npos);
  // The next segment has room under the same limit.
  ASSERT_TRUE(writer->Reopen().ok());
  EXPECT_TRUE(Append(*writer, appended).ok());
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  writer.reset();
  EXPECT_EQ(Recovered(), Keys(0, appended + 1));
}

}  // namespace
}  // namespace veddb
