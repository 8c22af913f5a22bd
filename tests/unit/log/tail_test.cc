// SPDX-License-Identifier: BSD-3-Clause
// Every kind of damage to a log directory has one documented outcome: cut, or refused with a
// reason.
#include "log/tail.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <iterator>
#include <map>
#include <random>

#include "base/coding.h"
#include "base/hash.h"
#include "log/synced_mark.h"
#include "tests/unit/log/log_fixture.h"

namespace veddb {
namespace {

namespace fs = std::filesystem;

class TailTest : public LogTest {
 protected:
  // `count` records; synced up to `synced` of them; the writer's end is as after kill -9: without
  // the clean close's mark.
  void Fill(int count, int synced, uint64_t segment_bytes = 1 << 20) {
    {
      const auto writer = Open(0, segment_bytes);
      for (int i = 0; i < count; ++i) {
        ends_.push_back(Append(*writer, i).TakeValue());
        if (i + 1 == synced) mark_ = ends_.back();
      }
    }
    auto again = SyncedMark::Open(dir()).TakeValue();
    ASSERT_TRUE(again->Renew(mark_).ok());
    ASSERT_TRUE(again->Renew(mark_).ok());
  }

  LogPosition BeginOf(int record) const {
    return record == 0 ? 0 : ends_[static_cast<size_t>(record) - 1];
  }

  void Flip(LogPosition segment, uint64_t offset) {
    std::string bytes = ReadFile(Segment(segment));
    ASSERT_LT(offset, bytes.size());
    bytes[offset] = static_cast<char>(bytes[offset] ^ 0x40);
    WriteFile(Segment(segment), bytes);
  }

  void ExpectRefused(Bytes reason, LogPosition from = 0) {
    const auto report = CheckTail(dir(), from);
    ASSERT_FALSE(report.ok()) << "expected: " << reason;
    EXPECT_EQ(report.error().code, ErrorCode::kIoErr);
    EXPECT_NE(report.error().message.find(reason), std::string::npos) << report.error().message;
  }

  std::vector<LogPosition> ends_;
  LogPosition mark_ = 0;
};

TEST_F(TailTest, AnAbsentDirectoryIsAnEmptyLog) {
  const auto report = CheckTail(dir(), 0);
  ASSERT_TRUE(report.ok()) << report.error().message;
  EXPECT_EQ(report->tail, 0u);
  // A store that came from elsewhere (a snapshot) starts a log of its own at its position.
  EXPECT_EQ(CheckTail(dir(), 500).TakeValue().tail, 500u);
}

TEST_F(TailTest, EveryCutBehindTheMarkIsATornTailAndCounted) {
  Fill(6, 3);
  const std::string whole = ReadFile(Segment(0));
  for (uint64_t size = kSegmentHeaderBytes + mark_; size <= whole.size(); ++size) {
    WriteFile(Segment(0), Bytes(whole).substr(0, size));
    const auto report = CheckTail(dir(), 0);
    ASSERT_TRUE(report.ok()) << report.error().message;
    int records = 3;
    while (records < 6 && kSegmentHeaderBytes + BeginOf(records + 1) <= size) ++records;
    EXPECT_EQ(report->tail, BeginOf(records));
    // Zeros at the end of a file are no bytes of a record that was begun.
    const Bytes torn = Bytes(whole).substr(0, size).substr(kSegmentHeaderBytes + BeginOf(records));
    EXPECT_EQ(report->cut_bytes, torn.find_last_not_of('\0') + 1);
    EXPECT_EQ(fs::file_size(Segment(0)), kSegmentHeaderBytes + report->tail);
    EXPECT_EQ(ReadKeys(0, report->tail), Keys(0, records));
  }
}

TEST_F(TailTest, EveryCutBelowTheMarkIsRefused) {
  Fill(4, 4);
  const std::string whole = ReadFile(Segment(0));
  for (uint64_t size = kSegmentHeaderBytes; size < whole.size(); ++size) {
    WriteFile(Segment(0), Bytes(whole).substr(0, size));
    const auto report = CheckTail(dir(), 0);
    ASSERT_FALSE(report.ok()) << size;
    EXPECT_EQ(fs::file_size(Segment(0)), size) << "nothing is changed";
  }
}

TEST_F(TailTest, ZerosAtTheEndAreRoomAndCutUncounted) {
  Fill(4, 2);
  WriteFile(Segment(0), ReadFile(Segment(0)) + std::string(5000, '\0'));
  const auto report = CheckTail(dir(), 0).TakeValue();
  EXPECT_EQ(report.cut_bytes, 0u);
  EXPECT_EQ(fs::file_size(Segment(0)), kSegmentHeaderBytes + BeginOf(4));
  EXPECT_EQ(ReadKeys(0, report.tail), Keys(0, 4));
}

TEST_F(TailTest, TheLastBytesZeroedAreATornTail) {
  Fill(4, 2);
  std::string bytes = ReadFile(Segment(0));
  bytes.replace(bytes.size() - 20, 20, 20, '\0');
  WriteFile(Segment(0), bytes);
  EXPECT_EQ(ReadKeys(0, CheckTail(dir(), 0).TakeValue().tail), Keys(0, 3));
}

TEST_F(TailTest, GarbageAtTheEndIsATornTail) {
  Fill(4, 4);
  WriteFile(Segment(0), ReadFile(Segment(0)) + "garbage that is no record VL, whatever it says");
  EXPECT_EQ(ReadKeys(0, CheckTail(dir(), 0).TakeValue().tail), Keys(0, 4));
}

TEST_F(TailTest, AFlipInTheLastRecordBeyondTheMarkIsATornTail) {
  Fill(4, 2);
  for (uint64_t at = BeginOf(3); at < BeginOf(4); ++at) {
    const std::string whole = ReadFile(Segment(0));
    Flip(0, kSegmentHeaderBytes + at);
    const auto report = CheckTail(dir(), 0);
    ASSERT_TRUE(report.ok()) << report.error().message;
    EXPECT_EQ(report->tail, BeginOf(3));
    WriteFile(Segment(0), whole);
  }
}

TEST_F(TailTest, AFlipWithGoodRecordsBehindItIsRefused) {
  Fill(6, 2);
  for (uint64_t at = BeginOf(3); at < BeginOf(4); ++at) {
    const std::string whole = ReadFile(Segment(0));
    Flip(0, kSegmentHeaderBytes + at);
    ExpectRefused("a damaged record with good ones behind it");
    ExpectRefused("last good position " + std::to_string(BeginOf(3)));
    ExpectRefused("offset " + std::to_string(kSegmentHeaderBytes + BeginOf(3)));
    ExpectRefused(Segment(0));
    ExpectRefused("choose:");
    WriteFile(Segment(0), whole);
  }
}

TEST_F(TailTest, AFlipBelowTheMarkIsRefusedEvenInTheLastRecord) {
  Fill(4, 4);
  Flip(0, kSegmentHeaderBytes + BeginOf(3) + 35);
  ExpectRefused("a record that was synced is damaged");
}

TEST_F(TailTest, AnUnwrittenPageBeyondTheMarkIsATornTail) {
  // As after a loss of power: a later page reached the disk, an earlier one did not.
  {
    const auto writer = Open();
    for (int i = 0; i < 10; ++i)
      ends_.push_back(Append(*writer, i, std::string(2000, 'v')).TakeValue());
  }
  auto mark = SyncedMark::Open(dir()).TakeValue();
  ASSERT_TRUE(mark->Renew(ends_[1]).ok());
  std::string bytes = ReadFile(Segment(0));
  bytes.replace(8192, 4096, 4096, '\0');
  WriteFile(Segment(0), bytes);
  const auto report = CheckTail(dir(), 0);
  ASSERT_TRUE(report.ok()) << report.error().message;
  EXPECT_EQ(ReadKeys(0, report->tail), Keys(0, 3));
}

TEST_F(TailTest, AnUnwrittenPageBelowTheMarkIsRefused) {
  {
    const auto writer = Open();
    for (int i = 0; i < 10; ++i) ASSERT_TRUE(Append(*writer, i, std::string(2000, 'v')).ok());
  }
  std::string bytes = ReadFile(Segment(0));
  bytes.replace(8192, 4096, 4096, '\0');
  WriteFile(Segment(0), bytes);
  ExpectRefused("a record that was synced is damaged");
}

TEST_F(TailTest, AMissingMiddleSegmentIsRefused) {
  Fill(40, 40, 200);
  const auto starts = ListSegments(dir()).TakeValue();
  ASSERT_GT(starts.size(), 5u);
  fs::remove(Segment(starts[3]));
  ExpectRefused("a segment behind it is missing");
  ExpectRefused("last good position " + std::to_string(starts[3]));
}

TEST_F(TailTest, AMissingFirstSegmentIsRefusedIfTheStoreNeedsIt) {
  Fill(40, 40, 200);
  const auto starts = ListSegments(dir()).TakeValue();
  fs::remove(Segment(starts[0]));
  ExpectRefused("begins at position " + std::to_string(starts[1]));
  EXPECT_TRUE(CheckTail(dir(), starts[1]).ok());
}

TEST_F(TailTest, AMissingLastSegmentIsRefused) {
  Fill(40, 40, 200);
  const auto starts = ListSegments(dir()).TakeValue();
  fs::remove(Segment(starts.back()));
  ExpectRefused("the log ends below what was synced");
}

TEST_F(TailTest, AWhollyMissingLogIsRefusedIfTheStoreNeedsIt) {
  Fill(4, 4);
  fs::remove(Segment(0));
  ExpectRefused("is missing");
  EXPECT_EQ(CheckTail(dir(), ends_.back()).TakeValue().tail, ends_.back());
}

TEST_F(TailTest, ADoubledSegmentUnderAnotherNameIsRefused) {
  Fill(40, 40, 200);
  const auto starts = ListSegments(dir()).TakeValue();
  fs::copy_file(Segment(starts[2]), Segment(starts[2] + 7));
  ExpectRefused("it was renamed");
}

TEST_F(TailTest, SwappedSegmentsAreRefused) {
  Fill(40, 40, 200);
  const auto starts = ListSegments(dir()).TakeValue();
  const std::string one = ReadFile(Segment(starts[1]));
  WriteFile(Segment(starts[1]), ReadFile(Segment(starts[2])));
  WriteFile(Segment(starts[2]), one);
  ExpectRefused("it was renamed");
}

TEST_F(TailTest, SwappedContentsUnderRightHeadersAreFoundByTheReader) {
  Fill(40, 40, 200);
  const auto starts = ListSegments(dir()).TakeValue();
  const std::string one = ReadFile(Segment(starts[4]));
  const std::string two = ReadFile(Segment(starts[5]));
  ASSERT_EQ(one.size(), two.size());
  WriteFile(Segment(starts[4]),
            one.substr(0, kSegmentHeaderBytes) + two.substr(kSegmentHeaderBytes));
  EXPECT_NE(ReadKeys(starts[4], ends_.back()).front().find("damaged record"), std::string::npos);
}

TEST_F(TailTest, AMiddleSegmentThatIsCutOrGrownIsRefused) {
  Fill(40, 40, 200);
  const auto starts = ListSegments(dir()).TakeValue();
  const std::string whole = ReadFile(Segment(starts[2]));
  WriteFile(Segment(starts[2]), Bytes(whole).substr(0, whole.size() - 1));
  ExpectRefused("cut short");
  WriteFile(Segment(starts[2]), whole + "x");
  ExpectRefused("goes on beyond");
}

TEST_F(TailTest, ADamagedHeaderIsRefused) {
  Fill(40, 40, 200);
  const auto starts = ListSegments(dir()).TakeValue();
  Flip(starts[2], 17);
  ExpectRefused("damaged header");
}

TEST_F(TailTest, WithoutAMarkTheLastSegmentsBeginCountsAsSynced) {
  Fill(40, 40, 200);
  const auto starts = ListSegments(dir()).TakeValue();
  fs::remove(dir() + "/synced");
  std::string last = ReadFile(Segment(starts.back()));
  WriteFile(Segment(starts.back()), Bytes(last).substr(0, last.size() - 1));
  EXPECT_TRUE(CheckTail(dir(), 0).ok());
}

TEST_F(TailTest, OneTornSlotOfTheMarkLeavesTheOther) {
  Fill(4, 2);
  auto mark = SyncedMark::Open(dir()).TakeValue();
  ASSERT_TRUE(mark->Renew(ends_[0]).ok());
  ASSERT_TRUE(mark->Renew(ends_[1]).ok());
  const std::string whole = ReadFile(dir() + "/synced");
  size_t older = 0;
  for (const size_t slot : {size_t{0}, size_t{4096}}) {
    std::string bytes = whole;
    bytes[slot + 20] ^= 1;
    WriteFile(dir() + "/synced", bytes);
    const auto read = SyncedMark::Read(dir()).TakeValue();
    ASSERT_TRUE(read.has_value());
    EXPECT_TRUE(*read == ends_[0] || *read == ends_[1]);
    older += *read == ends_[0];
  }
  EXPECT_EQ(older, 1u);
}

TEST_F(TailTest, ALogThatEndsBelowTheStoreBeyondTheMarkStartsAnew) {
  Fill(4, 2);
  const LogPosition ahead = ends_.back() + 1000;
  const auto report = CheckTail(dir(), ahead).TakeValue();
  EXPECT_TRUE(report.restarted);
  EXPECT_EQ(report.tail, ahead);
  EXPECT_EQ(report.begin, ahead);
  EXPECT_TRUE(fs::exists(Segment(0) + ".cut"));
  const auto writer = Open(ahead);
  ASSERT_TRUE(Append(*writer, 9).ok());
  EXPECT_EQ(ReadKeys(ahead, writer->end()), Keys(9, 10));
}

TEST_F(TailTest, ForceTruncateCutsAtTheDamageAndKeepsTheRestAside) {
  Fill(40, 40, 200);
  const auto starts = ListSegments(dir()).TakeValue();
  Flip(starts[3], kSegmentHeaderBytes + 40);
  const auto report = CheckTail(dir(), 0, TailRepair::kForceTruncate);
  ASSERT_TRUE(report.ok()) << report.error().message;
  EXPECT_EQ(report->tail, starts[3]);
  EXPECT_EQ(report->cut_bytes, ends_.back() - starts[3]);
  EXPECT_TRUE(fs::exists(Segment(starts[3]) + ".cut"));
  EXPECT_TRUE(fs::exists(Segment(starts[4]) + ".cut"));
  // From now on it is a log like any other.
  EXPECT_EQ(CheckTail(dir(), 0).TakeValue().tail, starts[3]);
  const auto writer = Open(starts[3]);
  ASSERT_TRUE(Append(*writer, 99).ok());
}

TEST_F(TailTest, ForceTruncateTakesWhatPrecedesAGap) {
  Fill(40, 40, 200);
  const auto starts = ListSegments(dir()).TakeValue();
  fs::remove(Segment(starts[3]));
  const auto report = CheckTail(dir(), 0, TailRepair::kForceTruncate).TakeValue();
  EXPECT_EQ(report.tail, starts[3]);
  EXPECT_TRUE(CheckTail(dir(), 0).ok());
}

TEST_F(TailTest, WhatAnUnfinishedSegmentLeftIsRemoved) {
  Fill(4, 4);
  WriteFile(Segment(ends_.back()) + ".tmp", "half a head");
  EXPECT_TRUE(CheckTail(dir(), 0).ok());
  EXPECT_FALSE(fs::exists(Segment(ends_.back()) + ".tmp"));
}

TEST_F(TailTest, AFlipAnywhereIsNeverASilentLoss) {
  Fill(60, 60, 400);
  const LogPosition tail = ends_.back();
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::directory_iterator(dir())) {
    files.emplace(entry.path(), ReadFile(entry.path()));
  }
  std::mt19937 random(17);
  int refused = 0;
  for (int round = 0; round < 200; ++round) {
    auto file = files.begin();
    std::advance(file, static_cast<long>(random() % files.size()));
    std::string bytes = file->second;
    const size_t at = random() % bytes.size();
    bytes[at] = static_cast<char>(bytes[at] ^ (1 << random() % 8));
    WriteFile(file->first, bytes);
    const auto report = CheckTail(dir(), 0);
    const bool whole = report.ok() && report->tail == tail && ReadKeys(0, tail) == Keys(0, 60);
    if (report.ok() && report->tail != tail) ADD_FAILURE() << file->first << " at " << at;
    if (!whole) ++refused;
    const bool is_mark = file->first.ends_with("synced");
    EXPECT_TRUE(whole == is_mark) << file->first << " at " << at;
    WriteFile(file->first, file->second);
  }
  EXPECT_GT(refused, 100);
}

TEST_F(TailTest, TheMarkIsTheBytesOfTheFormatPage) {
  fs::create_directories(dir());
  auto mark = SyncedMark::Open(dir()).TakeValue();
  ASSERT_TRUE(mark->Renew(1000).ok());
  ASSERT_TRUE(mark->Renew(2000).ok());
  const std::string bytes = ReadFile(dir() + "/synced");
  ASSERT_EQ(bytes.size(), 4096u + 32);
  const auto slot = [](uint64_t sequence, uint64_t position) {
    std::string out = "VEDDBSYN";
    PutLE64(out, sequence);
    PutLE64(out, position);
    PutLE64(out, Hash64(out));
    return out;
  };
  EXPECT_EQ(bytes.substr(4096), slot(1, 1000));
  EXPECT_EQ(bytes.substr(0, 32), slot(2, 2000));
  WriteFile(dir() + "/synced", slot(8, 3000));
  EXPECT_EQ(SyncedMark::Read(dir()).TakeValue(), 3000u);
}

TEST_F(TailTest, ASegmentMadeByHandIsRead) {
  // Nothing of the writer: header, frame and payload as FORMAT.md draws them.
  std::string file = "VEDDBLOG";
  PutLE32(file, 1);
  PutLE32(file, 0);
  PutLE64(file, 1000);
  PutLE64(file, 1700000000123);
  file.append(24, '\0');
  PutLE64(file, Hash64(file));
  const std::string payload("\x10\x03\x05keyvalue", 11);
  std::string head;
  PutLE32(head, static_cast<uint32_t>(payload.size()));
  head += "VL";
  head += std::string("\x01\x00", 2);
  PutLE64(head, 1700000000123);
  std::string sealed;
  PutLE64(sealed, Hash64(payload));
  sealed += head;
  PutLE64(sealed, 1000);
  PutLE64(head, Hash64(sealed));
  PutLE64(head, 0);
  fs::create_directories(dir());
  WriteFile(Segment(1000), file + head + payload);
  const auto report = CheckTail(dir(), 1000);
  ASSERT_TRUE(report.ok()) << report.error().message;
  EXPECT_EQ(report->tail, 1000u + 32 + 11);
  EXPECT_EQ(ReadKeys(1000, report->tail), (std::vector<std::string>{"key"}));
}

}  // namespace
}  // namespace veddb
