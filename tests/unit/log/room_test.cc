// SPDX-License-Identifier: BSD-3-Clause
// Room that is prepared ahead of the records under `appendfsync always`: when it is there, when it
// goes, and that nobody takes it for records.
#include <gtest/gtest.h>

#include <cerrno>
#include <filesystem>

#include "log/synced_mark.h"
#include "log/verify_log.h"
#include "tests/support/poll_until.h"
#include "tests/unit/log/faults.h"
#include "tests/unit/log/log_fixture.h"

namespace veddb {
namespace {

namespace fs = std::filesystem;

class LogRoomTest : public LogTest {
 protected:
  static constexpr uint64_t kSegmentBytes = 1 << 20;

  std::unique_ptr<LogWriter> OpenAlways(LogPosition tail = 0) {
    return Open(tail, kSegmentBytes, FsyncPolicy::kAlways);
  }
  uint64_t RecordBytes(LogPosition end, LogPosition start = 0) const {
    return kSegmentHeaderBytes + (end - start);
  }
  // It is prepared behind the waiters' backs, once they have been told.
  bool HasRoom(LogPosition end, uint64_t bytes = 1) const {
    return testing::PollUntil(testing::kPatience,
                              [&] { return FileBytes() >= RecordBytes(end) + bytes; });
  }
  uint64_t FileBytes(LogPosition start = 0) const { return fs::file_size(Segment(start)); }
};

TEST_F(LogRoomTest, LiesBehindTheRecordsAndGoesAtTheClose) {
  LogPosition end = 0;
  {
    const auto writer = OpenAlways();
    for (int i = 0; i < 100; ++i) {
      end = Append(*writer, i).TakeValue();
      ASSERT_TRUE(writer->SyncNow().ok());
    }
    ASSERT_TRUE(HasRoom(end, 64 << 10));
    const std::string bytes = ReadFile(Segment(0));
    EXPECT_EQ(bytes.find_first_not_of('\0', RecordBytes(end)), std::string::npos);
    EXPECT_EQ(ReadKeys(0, end), Keys(0, 100));
  }
  EXPECT_EQ(FileBytes(), RecordBytes(end));
}

TEST_F(LogRoomTest, IsForAlwaysOnlyAndNotForLargeSyncs) {
  {
    const auto writer = Open(0, kSegmentBytes, FsyncPolicy::kEverysec);
    const LogPosition end = Append(*writer, 0).TakeValue();
    ASSERT_TRUE(writer->SyncNow().ok());
    EXPECT_EQ(FileBytes(), RecordBytes(end));
    writer->SetPolicy(FsyncPolicy::kAlways);
    const LogPosition large = Append(*writer, 1, std::string(100'000, 'x')).TakeValue();
    ASSERT_TRUE(writer->SyncNow().ok());
    EXPECT_EQ(FileBytes(), RecordBytes(large));
    const LogPosition small = Append(*writer, 2).TakeValue();
    ASSERT_TRUE(writer->SyncNow().ok());
    EXPECT_TRUE(HasRoom(small));
  }
}

TEST_F(LogRoomTest, AfterAKillItIsCutAndTheLogGoesOn) {
  LogPosition end = 0;
  std::string killed;
  {
    const auto writer = OpenAlways();
    for (int i = 0; i < 10; ++i) end = Append(*writer, i).TakeValue();
    ASSERT_TRUE(writer->SyncNow().ok());
    ASSERT_TRUE(HasRoom(end));
    killed = ReadFile(Segment(0));
  }
  WriteFile(Segment(0), killed);
  const LogReport seen = VerifyLog(dir()).TakeValue();
  EXPECT_EQ(seen.damage, "");
  EXPECT_EQ(seen.end, end);
  EXPECT_EQ(seen.records, 10u);
  const TailReport report = CheckTail(dir(), 0).TakeValue();
  EXPECT_EQ(report.tail, end);
  EXPECT_EQ(report.cut_bytes, 0u);
  EXPECT_EQ(FileBytes(), RecordBytes(end));
  const auto writer = OpenAlways(end);
  const LogPosition more = Append(*writer, 10).TakeValue();
  EXPECT_EQ(ReadKeys(0, more), Keys(0, 11));
}

TEST_F(LogRoomTest, ATornRecordInRoomIsCutAndCountedWithoutTheZeros) {
  LogPosition end = 0;
  LogPosition before = 0;
  std::string killed;
  {
    const auto writer = OpenAlways();
    for (int i = 0; i < 3; ++i) {
      before = end;
      end = Append(*writer, i).TakeValue();
      ASSERT_TRUE(writer->SyncNow().ok());
    }
    ASSERT_TRUE(HasRoom(end));
    killed = ReadFile(Segment(0));
  }
  // The mark of an earlier second.
  auto mark = SyncedMark::Open(dir()).TakeValue();
  ASSERT_TRUE(mark->Renew(before).ok());
  ASSERT_TRUE(mark->Renew(before).ok());
  for (uint64_t lost = 1; lost < end - before; ++lost) {
    std::string torn = killed;
    torn.replace(RecordBytes(end) - lost, lost, lost, '\0');
    WriteFile(Segment(0), torn);
    const TailReport report = CheckTail(dir(), 0).TakeValue();
    EXPECT_EQ(report.tail, before);
    EXPECT_LE(report.cut_bytes, end - before - lost);
    EXPECT_EQ(ReadKeys(0, report.tail), Keys(0, 2));
  }
  // What was known as synced is missed although zeros look like room.
  ASSERT_TRUE(mark->Renew(end).ok());
  killed.replace(RecordBytes(before), end - before, end - before, '\0');
  WriteFile(Segment(0), killed);
  EXPECT_NE(VerifyLog(dir()).TakeValue().damage, "");
  EXPECT_FALSE(CheckTail(dir(), 0).ok());
  const TailReport forced = CheckTail(dir(), 0, TailRepair::kForceTruncate).TakeValue();
  EXPECT_EQ(forced.tail, before);
  EXPECT_EQ(forced.cut_from, before);
}

TEST_F(LogRoomTest, ARollCutsItAndAnUndurableCutIsForgiven) {
  LogPosition end = 0;
  LogPosition rolled = 0;
  int count = 0;
  {
    const auto writer = OpenAlways();
    while (writer->stats().rolls == 0) {
      rolled = end;
      end = Append(*writer, count++, std::string(50'000, 'x')).TakeValue();
      ASSERT_TRUE(writer->SyncNow().ok());
    }
    EXPECT_EQ(FileBytes(), RecordBytes(rolled));
  }
  WriteFile(Segment(0), ReadFile(Segment(0)) + std::string(100'000, '\0'));
  EXPECT_EQ(CheckTail(dir(), 0).TakeValue().tail, end);
  EXPECT_EQ(ReadKeys(0, end), Keys(0, count));
  WriteFile(Segment(0), ReadFile(Segment(0)) + "x");
  EXPECT_FALSE(CheckTail(dir(), 0).ok());
}

TEST_F(LogRoomTest, AReaderThatFollowsDoesNotKeepTheZeros) {
  const auto writer = OpenAlways();
  LogPosition end = Append(*writer, 0).TakeValue();
  ASSERT_TRUE(writer->SyncNow().ok());
  ASSERT_TRUE(HasRoom(end));
  auto reader = LogReader::Open(dir(), 0).TakeValue();
  RecordView record;
  for (int i = 1; i < 50; ++i) {
    reader->SetLimit(end);
    const auto next = reader->Next(&record);
    ASSERT_TRUE(next.ok()) << next.error().message;
    EXPECT_TRUE(*next);
    EXPECT_FALSE(reader->Next(&record).TakeValue());
    end = Append(*writer, i).TakeValue();
  }
}

TEST_F(LogRoomTest, NoSpaceForItIsNoFailure) {
  const auto writer = OpenAlways();
  LogPosition end = Append(*writer, 0).TakeValue();
  pwrite_failures = 0;
  pwrite_fault = ENOSPC;
  EXPECT_TRUE(writer->SyncNow().ok());
  EXPECT_TRUE(testing::PollUntil(testing::kPatience, [] { return pwrite_failures > 0; }));
  pwrite_fault = 0;
  EXPECT_FALSE(writer->failed());
  end = Append(*writer, 1).TakeValue();
  ASSERT_TRUE(writer->SyncNow().ok());
  EXPECT_EQ(ReadKeys(0, end), Keys(0, 2));
}

}  // namespace
}  // namespace veddb
