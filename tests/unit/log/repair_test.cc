// SPDX-License-Identifier: BSD-3-Clause
// Verifying a log and repairing it by force: what is told, what is kept.
#include <gtest/gtest.h>

#include <filesystem>

#include "log/verify_log.h"
#include "tests/unit/log/log_fixture.h"

namespace veddb {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kRecordBytes = 43;

class RepairTest : public LogTest {
 protected:
  // Forty records of 43 bytes in segments of four.
  void SetUp() override {
    const auto writer = Open(0, 200);
    for (int i = 10; i < 50; ++i) end_ = Append(*writer, i).TakeValue();
  }
  void Flip(LogPosition segment, uint64_t offset) {
    std::string bytes = ReadFile(Segment(segment));
    bytes[offset] = static_cast<char>(bytes[offset] ^ 0x40);
    WriteFile(Segment(segment), bytes);
  }
  std::vector<LogPosition> Starts() const { return ListSegments(dir()).TakeValue(); }
  TailReport Repair(LogPosition from = 0) {
    const auto report = CheckTail(dir(), from, TailRepair::kForceTruncate);
    EXPECT_TRUE(report.ok()) << report.error().message;
    return report.ok() ? *report : TailReport();
  }
  void ExpectItGoesOn(LogPosition tail) {
    const auto again = CheckTail(dir(), tail);
    ASSERT_TRUE(again.ok()) << again.error().message;
    const auto writer = Open(again->tail);
    EXPECT_TRUE(Append(*writer, 99).ok());
  }

  LogPosition end_ = 0;
};

TEST_F(RepairTest, AWholeLogIsVerifiedAndRepairTakesNothing) {
  const auto report = VerifyLog(dir()).TakeValue();
  EXPECT_EQ(report.damage, "");
  EXPECT_EQ(report.records, 40u);
  EXPECT_EQ(report.good, end_);
  const TailReport repaired = Repair();
  EXPECT_EQ(repaired.tail, end_);
  EXPECT_EQ(repaired.cut_bytes, 0u);
  EXPECT_TRUE(repaired.aside.empty());
}

TEST_F(RepairTest, VerifyNamesTheFirstDamageAndChangesNothing) {
  const LogPosition segment = Starts()[3];
  Flip(segment, kSegmentHeaderBytes + kRecordBytes + 10);
  const std::string before = ReadFile(Segment(segment));
  const auto report = VerifyLog(dir()).TakeValue();
  EXPECT_EQ(report.good, segment + kRecordBytes);
  EXPECT_NE(report.damage.find(SegmentName(segment)), std::string::npos) << report.damage;
  EXPECT_NE(report.damage.find("offset " + std::to_string(kSegmentHeaderBytes + kRecordBytes)),
            std::string::npos)
      << report.damage;
  EXPECT_FALSE(report.torn_at_most());
  EXPECT_EQ(ReadFile(Segment(segment)), before);
}

TEST_F(RepairTest, RepairCountsWhatItGivesUpAndKeepsIt) {
  const auto starts = Starts();
  Flip(starts[3], kSegmentHeaderBytes + kRecordBytes + 10);
  const std::string damaged = ReadFile(Segment(starts[3]));
  const TailReport report = Repair();
  EXPECT_EQ(report.tail, starts[3] + kRecordBytes);
  EXPECT_EQ(report.cut_from, report.tail);
  EXPECT_EQ(report.cut_bytes, end_ - report.tail);
  // All behind the damage but the damaged one itself.
  EXPECT_EQ(report.cut_records, (end_ - report.tail) / kRecordBytes - 1);
  EXPECT_EQ(report.aside.size(), starts.size() - 3);
  for (const std::string& path : report.aside) EXPECT_TRUE(fs::exists(path)) << path;
  EXPECT_EQ(ReadFile(Segment(starts[3]) + ".cut"),
            damaged.substr(kSegmentHeaderBytes + kRecordBytes));
  ExpectItGoesOn(report.tail);
}

TEST_F(RepairTest, ADamagedHeaderIsCutToo) {
  const auto starts = Starts();
  Flip(starts[2], 20);
  ASSERT_FALSE(CheckTail(dir(), 0).ok());
  const TailReport report = Repair();
  EXPECT_EQ(report.tail, starts[2]);
  EXPECT_TRUE(fs::exists(Segment(starts[2]) + ".cut"));
  ExpectItGoesOn(report.tail);
}

TEST_F(RepairTest, ANewerFormatIsNoDamage) {
  const auto starts = Starts();
  std::string bytes = ReadFile(Segment(starts[2]));
  bytes[8] = 9;
  WriteFile(Segment(starts[2]), bytes);
  const auto report = CheckTail(dir(), 0, TailRepair::kForceTruncate);
  ASSERT_FALSE(report.ok());
  EXPECT_NE(report.error().message.find("newer"), std::string::npos) << report.error().message;
}

TEST_F(RepairTest, ALogThatBeginsBeyondTheStoreGoesAside) {
  const auto starts = Starts();
  fs::remove(Segment(starts[0]));
  fs::remove(Segment(starts[1]));
  ASSERT_FALSE(CheckTail(dir(), kRecordBytes).ok());
  const TailReport report = Repair(kRecordBytes);
  EXPECT_TRUE(report.restarted);
  EXPECT_EQ(report.tail, kRecordBytes);
  EXPECT_EQ(report.cut_records, (end_ - starts[2]) / kRecordBytes);
  EXPECT_EQ(report.aside.size(), starts.size() - 2);
  ExpectItGoesOn(kRecordBytes);
}

}  // namespace
}  // namespace veddb
