// SPDX-License-Identifier: BSD-3-Clause
#include "storage/recovery.h"

#include <gtest/gtest.h>

#include "log/reader.h"
#include "log/writer.h"
#include "tests/unit/storage/storage_fixture.h"

namespace veddb {
namespace {

class RecoveryTest : public StorageTest {
 protected:
  std::unique_ptr<LogWriter> OpenLog(LogPosition tail) {
    return LogWriter::Open({.dir = log_dir(), .segment_bytes = 2000}, tail).TakeValue();
  }
  // One record: key i, and one more in the counter.
  static LogPosition Append(LogWriter& writer, int i) {
    RecordBuilder record;
    record.Put(Family::kKeys, "k" + std::to_string(i % 10), std::to_string(i));
    record.Add(Family::kMeta, "count", 1);
    return writer.Append(record).TakeValue();
  }
};

TEST_F(RecoveryTest, AFreshDirectoryNeedsNothing) {
  const auto engine = Open();
  const auto report = RecoverFromLog(*engine, log_dir());
  ASSERT_TRUE(report.ok()) << report.error().message;
  EXPECT_EQ(report->log.tail, 0u);
  EXPECT_EQ(report->records, 0u);
}

TEST_F(RecoveryTest, ReplaysWhatTheStoreDoesNotHoldExactlyOnce) {
  auto writer = OpenLog(0);
  for (int i = 0; i < 100; ++i) Append(*writer, i);
  const LogPosition tail = writer->end();
  writer.reset();
  auto engine = Open();
  int batches = 0;
  RecoveryOptions options{.batch_changes_max = 30};
  options.progress = [&](LogPosition done, LogPosition whole) {
    ++batches;
    EXPECT_LE(done, whole);
  };
  const auto report = RecoverFromLog(*engine, log_dir(), options);
  ASSERT_TRUE(report.ok()) << report.error().message;
  EXPECT_EQ(report->records, 100u);
  EXPECT_EQ(report->changes, 200u);
  EXPECT_EQ(report->bytes, tail);
  EXPECT_GE(batches, 6);
  EXPECT_EQ(engine->drained_position(), tail);
  EXPECT_EQ(Get(*engine, Family::kMeta, "count"), Counter(100));
  EXPECT_EQ(Get(*engine, Family::kKeys, "k9"), "99");
  // Once more adds nothing, now and after a restart.
  EXPECT_EQ(RecoverFromLog(*engine, log_dir())->records, 0u);
  engine.reset();
  engine = Open();
  EXPECT_EQ(RecoverFromLog(*engine, log_dir())->records, 0u);
  EXPECT_EQ(Get(*engine, Family::kMeta, "count"), Counter(100));
}

TEST_F(RecoveryTest, BeginsAtTheDrainedPosition) {
  auto writer = OpenLog(0);
  auto engine = Open();
  ChangeBatch batch;
  for (int i = 0; i < 50; ++i) {
    Append(*writer, i);
    batch.Put(Family::kKeys, "k" + std::to_string(i % 10), std::to_string(i));
    batch.Add(Family::kMeta, "count", 1);
  }
  ASSERT_TRUE(engine->Drain(std::move(batch), writer->end()).ok());
  for (int i = 50; i < 70; ++i) Append(*writer, i);
  writer.reset();
  const auto report = RecoverFromLog(*engine, log_dir()).TakeValue();
  EXPECT_EQ(report.records, 20u);
  EXPECT_EQ(Get(*engine, Family::kMeta, "count"), Counter(70));
  // Retired segments below are not missed.
  writer = OpenLog(report.log.tail);
  ASSERT_TRUE(writer->Retire(engine->drained_position()).ok());
  writer.reset();
  EXPECT_TRUE(RecoverFromLog(*engine, log_dir()).ok());
}

TEST_F(RecoveryTest, APositionThatIsNoRecordsBeginIsRefused) {
  auto writer = OpenLog(0);
  for (int i = 0; i < 10; ++i) Append(*writer, i);
  writer.reset();
  const auto engine = Open();
  ASSERT_TRUE(engine->Drain(ChangeBatch(), 13).ok());
  EXPECT_FALSE(RecoverFromLog(*engine, log_dir()).ok());
  EXPECT_EQ(Get(*engine, Family::kMeta, "count"), "(nil)") << "nothing was applied";
}

TEST_F(RecoveryTest, ADamagedRecordInAnOlderSegmentStopsTheStart) {
  auto writer = OpenLog(0);
  for (int i = 0; i < 200; ++i) Append(*writer, i);
  writer.reset();
  std::string first = log_dir() + "/00000000000000000000.log";
  std::string bytes = ReadFile(first);
  bytes[bytes.size() / 2] ^= 1;
  WriteFile(first, bytes);
  const auto engine = Open();
  const auto refused = RecoverFromLog(*engine, log_dir());
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().message.find(first), std::string::npos);
  EXPECT_NE(refused.error().message.find("last good position"), std::string::npos);
  RecoveryOptions force{.repair = TailRepair::kForceTruncate};
  const auto forced = RecoverFromLog(*engine, log_dir(), force);
  ASSERT_TRUE(forced.ok()) << forced.error().message;
  EXPECT_GT(forced->log.cut_bytes, 5000u);
  EXPECT_EQ(Get(*engine, Family::kMeta, "count"), Counter(static_cast<int64_t>(forced->records)));
}

TEST_F(RecoveryTest, APayloadWithUnknownOpsIsRefusedThoughItsSealIsGood) {
  auto writer = OpenLog(0);
  RecordBuilder record;
  record.Put(Family::kKeys, "k", "v");
  record.frame()[kFrameBytes] = static_cast<char>(0xf0);
  ASSERT_TRUE(writer->Append(record).ok());
  writer.reset();
  const auto engine = Open();
  const auto refused = RecoverFromLog(*engine, log_dir());
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().message.find("good checksum"), std::string::npos);
}

}  // namespace
}  // namespace veddb
