// SPDX-License-Identifier: BSD-3-Clause
#include "log/writer.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <thread>

#include "log/synced_mark.h"
#include "tests/unit/log/faults.h"
#include "tests/unit/log/log_fixture.h"

namespace veddb {
namespace {

class LogWriterTest : public LogTest {};

TEST_F(LogWriterTest, RecordsAreReadBackWithPositionTimeAndFlags) {
  const auto writer = Open();
  RecordBuilder record;
  record.Put(Family::kKeys, "a", "1");
  record.set_flags(5);
  const LogPosition first = writer->Append(record).TakeValue();
  EXPECT_EQ(first, kFrameBytes + record.bytes());
  EXPECT_EQ(writer->end(), first);
  const LogPosition second = Append(*writer, 2).TakeValue();

  auto reader = LogReader::Open(dir(), 0).TakeValue();
  reader->SetLimit(writer->end());
  RecordView view;
  ASSERT_TRUE(reader->Next(&view).value());
  EXPECT_EQ(view.position, 0u);
  EXPECT_EQ(view.end, first);
  EXPECT_EQ(view.flags, 5);
  EXPECT_GT(view.time_ms, 1'600'000'000'000);
  EXPECT_EQ(view.payload, record.payload());
  ASSERT_TRUE(reader->Next(&view).value());
  EXPECT_EQ(view.end, second);
  EXPECT_FALSE(reader->Next(&view).value());
  // The same reader goes on when there is more.
  const LogPosition third = Append(*writer, 3).TakeValue();
  EXPECT_FALSE(reader->Next(&view).value());
  reader->SetLimit(third);
  EXPECT_TRUE(reader->Next(&view).value());
}

TEST_F(LogWriterTest, SegmentsRollAndReadersCrossThem) {
  const auto writer = Open(0, 256);
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(Append(*writer, i).ok());
  EXPECT_GT(writer->stats().rolls, 10u);
  EXPECT_EQ(ReadKeys(0, writer->end()), Keys(0, 100));
  for (const LogPosition start : ListSegments(dir()).TakeValue()) {
    EXPECT_LE(std::filesystem::file_size(Segment(start)), 256 + kSegmentHeaderBytes);
  }
}

TEST_F(LogWriterTest, AReaderFollowsAWriterOverRolls) {
  const auto writer = Open(0, 300);
  constexpr int kRecords = 2000;
  std::thread appender([&] {
    for (int i = 0; i < kRecords; ++i) ASSERT_TRUE(Append(*writer, i).ok());
  });
  auto reader = LogReader::Open(dir(), 0).TakeValue();
  RecordView view;
  int seen = 0;
  while (seen < kRecords) {
    reader->SetLimit(writer->end());
    const auto next = reader->Next(&view);
    ASSERT_TRUE(next.ok()) << next.error().message;
    if (!*next) continue;
    ChangeReader changes(view.payload);
    Change change;
    ASSERT_TRUE(changes.Next(&change));
    EXPECT_EQ(change.key, "k" + std::to_string(seen++));
  }
  appender.join();
}

TEST_F(LogWriterTest, ARecordLargerThanASegmentFits) {
  const auto writer = Open(0, 1000);
  const std::string large(100'000, 'x');
  ASSERT_TRUE(Append(*writer, 0).ok());
  ASSERT_TRUE(Append(*writer, 1, large).ok());
  ASSERT_TRUE(Append(*writer, 2).ok());
  EXPECT_EQ(ReadKeys(0, writer->end()), Keys(0, 3));
}

TEST_F(LogWriterTest, RetireDeletesWholeSegmentsBelowAndNeverTheLast) {
  const auto writer = Open(0, 256);
  std::vector<LogPosition> ends;
  for (int i = 0; i < 50; ++i) ends.push_back(Append(*writer, i).TakeValue());
  const size_t before = ListSegments(dir()).TakeValue().size();
  ASSERT_TRUE(writer->Retire(ends[24]).ok());
  const auto left = ListSegments(dir()).TakeValue();
  EXPECT_LT(left.size(), before);
  EXPECT_LE(left.front(), ends[24]);
  EXPECT_GT(left[1], ends[24]);
  EXPECT_EQ(writer->begin(), left.front());
  EXPECT_EQ(ReadKeys(ends[24], writer->end()), Keys(25, 50));
  EXPECT_NE(ReadKeys(0, writer->end()).front().find("no segment"), std::string::npos);
  ASSERT_TRUE(writer->Retire(UINT64_MAX).ok());
  EXPECT_EQ(ListSegments(dir()).TakeValue().size(), 1u);
  ASSERT_TRUE(Append(*writer, 50).ok());
}

TEST_F(LogWriterTest, AppendsOfManyThreadsAreWholeAndOrdered) {
  const auto writer = Open(0, 4096);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 500; ++i) ASSERT_TRUE(Append(*writer, t * 1000 + i).ok());
    });
  }
  for (auto& thread : threads) thread.join();
  const auto keys = ReadKeys(0, writer->end());
  ASSERT_EQ(keys.size(), 2000u);
  std::vector<int> next(4, 0);
  for (const std::string& key : keys) {
    const int number = std::stoi(key.substr(1));
    EXPECT_EQ(number % 1000, next[static_cast<size_t>(number / 1000)]++) << "a thread's own order";
  }
}

// Collects what the listener is told.
struct Listener {
  std::mutex mutex;
  std::condition_variable changed;
  LogPosition last = 0;
  int calls = 0;

  LogWriter::SyncListener callback() {
    return [this](LogPosition synced) {
      const std::lock_guard lock(mutex);
      last = synced;
      ++calls;
      changed.notify_all();
    };
  }
  void WaitFor(LogPosition position) {
    std::unique_lock lock(mutex);
    ASSERT_TRUE(changed.wait_for(lock, std::chrono::seconds(20), [&] { return last >= position; }));
  }
};

TEST_F(LogWriterTest, ARequestedSyncIsToldToTheListener) {
  const auto writer = Open(0, 1 << 20, FsyncPolicy::kAlways);
  Listener listener;
  writer->SetSyncListener(listener.callback());
  const LogPosition end = Append(*writer, 1).TakeValue();
  EXPECT_LT(writer->synced(), end);
  writer->RequestSync();
  listener.WaitFor(end);
  EXPECT_EQ(writer->synced(), end);
  writer->SetSyncListener(nullptr);
}

TEST_F(LogWriterTest, EverysecSyncsBySelf) {
  const auto writer = Open(0, 1 << 20, FsyncPolicy::kEverysec);
  Listener listener;
  writer->SetSyncListener(listener.callback());
  const LogPosition end = Append(*writer, 1).TakeValue();
  listener.WaitFor(end);
  writer->SetSyncListener(nullptr);
}

TEST_F(LogWriterTest, NoPolicyNeverSyncsUnlessAsked) {
  const auto writer = Open(0, 1 << 20, FsyncPolicy::kNo);
  ASSERT_TRUE(Append(*writer, 1).ok());
  EXPECT_EQ(writer->stats().syncs, 0u);
  EXPECT_EQ(writer->synced(), 0u);
  ASSERT_TRUE(writer->SyncNow().ok());
  EXPECT_EQ(writer->synced(), writer->end());
  EXPECT_EQ(writer->stats().syncs, 1u);
}

TEST_F(LogWriterTest, ManyWaitersShareSyncs) {
  const auto writer = Open(0, 1 << 20, FsyncPolicy::kAlways);
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 50; ++i) {
        const LogPosition end = Append(*writer, t * 1000 + i).TakeValue();
        ASSERT_TRUE(writer->SyncNow().ok());
        ASSERT_GE(writer->synced(), end);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_LE(writer->stats().syncs, 400u);
  EXPECT_GE(writer->stats().syncs, 50u);
}

TEST_F(LogWriterTest, ACleanCloseSyncsAndMarksEverything) {
  LogPosition end = 0;
  {
    const auto writer = Open();
    end = Append(*writer, 1).TakeValue();
  }
  EXPECT_EQ(SyncedMark::Read(dir()).TakeValue(), end);
  const auto report = CheckTail(dir(), 0).TakeValue();
  EXPECT_EQ(report.tail, end);
  EXPECT_EQ(report.mark, end);
  EXPECT_EQ(report.cut_bytes, 0u);
}

TEST_F(LogWriterTest, GoesOnAfterReopeningTheDirectory) {
  LogPosition tail = 0;
  for (int round = 0; round < 5; ++round) {
    const auto writer = Open(tail);
    EXPECT_EQ(writer->end(), tail);
    EXPECT_EQ(writer->begin(), 0u);
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(Append(*writer, round * 3 + i).ok());
    tail = writer->end();
  }
  { const auto unused = Open(tail); }
  { const auto unused = Open(tail); }
  EXPECT_EQ(CheckTail(dir(), 0).TakeValue().tail, tail);
  EXPECT_EQ(ReadKeys(0, tail), Keys(0, 15));
}

TEST_F(LogWriterTest, OpenRefusesATailThatWouldHideRecords) {
  {
    const auto writer = Open();
    ASSERT_TRUE(Append(*writer, 1).ok());
  }
  EXPECT_FALSE(LogWriter::Open({.dir = dir()}, 0).ok());
  EXPECT_FALSE(LogWriter::Open({.dir = dir()}, 1'000'000).ok());
  EXPECT_EQ(ReadKeys(0, CheckTail(dir(), 0).TakeValue().tail), Keys(1, 2));
}

TEST_F(LogWriterTest, ReceivedFramesAreAppendedAsTheyAre) {
  const auto writer = Open();
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(Append(*writer, i).ok());
  TempDir other;
  const auto replica = LogWriter::Open({.dir = other.path()}, 0).TakeValue();
  auto reader = LogReader::Open(dir(), 0).TakeValue();
  reader->SetLimit(writer->end());
  RecordView view;
  ASSERT_TRUE(reader->Next(&view).value());
  ASSERT_TRUE(reader->Next(&view).value());
  EXPECT_FALSE(replica->AppendFrame(view.frame).ok()) << "the second record is not for position 0";
  reader = LogReader::Open(dir(), 0).TakeValue();
  reader->SetLimit(writer->end());
  while (reader->Next(&view).value()) {
    EXPECT_FALSE(replica->AppendFrame(view.frame.substr(0, view.frame.size() - 1)).ok());
    EXPECT_EQ(replica->AppendFrame(view.frame).value(), view.end);
  }
  EXPECT_FALSE(replica->failed());
  EXPECT_EQ(Bytes(ReadFile(SegmentPath(other.path(), 0))).substr(kSegmentHeaderBytes),
            Bytes(ReadFile(Segment(0))).substr(kSegmentHeaderBytes));
}

TEST_F(LogWriterTest, ReadersRefuseAPositionThatIsNoRecordsBegin) {
  const auto writer = Open();
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(Append(*writer, i).ok());
  for (LogPosition from = 1; from < writer->end(); ++from) {
    if (from % (writer->end() / 3) == 0) continue;
    const auto keys = ReadKeys(from, writer->end());
    ASSERT_EQ(keys.size(), 1u);
    EXPECT_NE(keys[0].find("last good position " + std::to_string(from)), std::string::npos);
  }
}

}  // namespace
}  // namespace veddb
