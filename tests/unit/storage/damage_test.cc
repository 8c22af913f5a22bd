// SPDX-License-Identifier: BSD-3-Clause
// A damaged or full disk: reads say so instead of answering wrongly, writes fail and can be
// repeated.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <thread>

#include "tests/unit/storage/faults.h"
#include "tests/unit/storage/storage_fixture.h"

namespace veddb {
namespace {

namespace fs = std::filesystem;

class DamageTest : public StorageTest {
 protected:
  void TearDown() override { write_fault = 0; }

  std::string Key(int i) const { return "key" + std::to_string(100'000 + i); }

  // The path of the largest SST file.
  std::string LargestFile() const {
    std::string largest;
    for (const auto& entry : fs::directory_iterator(store_dir())) {
      if (entry.path().extension() != ".sst") continue;
      if (largest.empty() || entry.file_size() > fs::file_size(largest)) largest = entry.path();
    }
    return largest;
  }
};

TEST_F(DamageTest, AFlippedByteInAFileIsAnErrorNeverAWrongAnswer) {
  constexpr int kKeys = 5000;
  auto engine = Open();
  ChangeBatch batch;
  for (int i = 0; i < kKeys; ++i) batch.Put(Family::kKeys, Key(i), "value" + std::to_string(i));
  ASSERT_TRUE(engine->Drain(std::move(batch), 1).ok());
  engine.reset();
  const std::string path = LargestFile();
  const std::string whole = ReadFile(path);
  size_t errors = 0;
  for (size_t at = 100; at < whole.size() / 2; at += whole.size() / 16) {
    std::string bytes = whole;
    bytes[at] = static_cast<char>(bytes[at] ^ 0x10);
    WriteFile(path, bytes);
    const auto damaged = Open();
    size_t wrong = 0;
    for (int i = 0; i < kKeys; ++i) {
      std::string value;
      const auto found = damaged->Get(Family::kKeys, Key(i), &value);
      errors += !found.ok();
      wrong += found.ok() && (!*found || value != "value" + std::to_string(i));
    }
    EXPECT_EQ(wrong, 0u) << "flip at " << at;
    // A scan over the damage ends early, and says so.
    const auto view = damaged->NewReadView();
    const auto it = view->NewIterator(Family::kKeys, {}, {});
    int seen = 0;
    for (it->SeekToFirst(); it->Valid(); it->Next()) ++seen;
    EXPECT_LT(seen, kKeys);
    ASSERT_FALSE(it->status().ok());
    EXPECT_EQ(it->status().error().code, ErrorCode::kIoErr);
  }
  EXPECT_GT(errors, 100u);
}

TEST_F(DamageTest, AMissingFileIsRefusedAtTheStart) {
  auto engine = Open();
  ChangeBatch batch;
  for (int i = 0; i < 5000; ++i) batch.Put(Family::kKeys, Key(i), "value");
  ASSERT_TRUE(engine->Drain(std::move(batch), 1).ok());
  engine.reset();
  fs::remove(LargestFile());
  const auto refused = Engine::Open(options());
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::kIoErr);
}

TEST_F(DamageTest, AFailedDrainChangesNothingAndCanBeRepeated) {
  signal(SIGXFSZ, SIG_IGN);
  const auto engine = Open();
  ChangeBatch batch;
  batch.Put(Family::kKeys, Key(0), "old");
  ASSERT_TRUE(engine->Drain(std::move(batch), 1).ok());
  ASSERT_TRUE(engine->Flush().ok());
  for (int i = 0; i < 20'000; ++i) {
    batch.Put(Family::kKeys, Key(i), std::to_string(i * 7919) + std::to_string(i * 104729));
  }
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  rlimit small = before;
  small.rlim_cur = 50'000;
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  const Status failed = engine->Drain(std::move(batch), 2);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(failed.error().code, ErrorCode::kMisconf);
  EXPECT_EQ(engine->drained_position(), 1u);
  EXPECT_EQ(Get(*engine, Family::kKeys, Key(0)), "old");
  EXPECT_EQ(batch.size(), 20'000u);
  ASSERT_TRUE(engine->Drain(std::move(batch), 2).ok());
  EXPECT_EQ(batch.size(), 0u);
  EXPECT_EQ(engine->drained_position(), 2u);
  EXPECT_EQ(Get(*engine, Family::kKeys, Key(1)), "7919104729");
}

// Changes that are drained, but in memtables only.
void DrainSome(Engine& engine, LogPosition position, Bytes value) {
  ChangeBatch batch;
  for (int i = 0; i < 900; ++i) batch.Put(Family::kKeys, "key" + std::to_string(i), value);
  ASSERT_TRUE(engine.Drain(std::move(batch), position).ok());
}

TEST_F(DamageTest, AFullDiskStopsWritesNotReadsAndIsLeftByReopening) {
  auto engine = Open();
  DrainSome(*engine, 1, "one");
  write_fault = ENOSPC;
  EXPECT_FALSE(engine->Flush().ok());
  const Status error = engine->background_error();
  ASSERT_FALSE(error.ok());
  EXPECT_EQ(error.error().code, ErrorCode::kMisconf);
  EXPECT_NE(engine->stats().background_error, "");
  ChangeBatch batch;
  batch.Put(Family::kKeys, "b", "1");
  EXPECT_FALSE(engine->Drain(std::move(batch), 2).ok());
  EXPECT_EQ(Get(*engine, Family::kKeys, "b"), "(nil)");
  EXPECT_EQ(Get(*engine, Family::kKeys, "key7"), "one") << "reads go on";

  write_fault = 0;
  ASSERT_TRUE(engine->NeedsReopen());
  ASSERT_TRUE(engine->Reopen().ok());
  EXPECT_TRUE(engine->background_error().ok());
  EXPECT_EQ(engine->drained_position(), 0u) << "nothing had been flushed; the log has it";
  DrainSome(*engine, 1, "one");
  ASSERT_TRUE(engine->Drain(std::move(batch), 2).ok());
  ASSERT_TRUE(engine->Flush().ok());
  EXPECT_EQ(engine->flushed_position(), 2u);
  engine.reset();
  engine = Open();
  EXPECT_EQ(engine->drained_position(), 2u);
  EXPECT_EQ(Get(*engine, Family::kKeys, "b"), "1");
  EXPECT_EQ(Get(*engine, Family::kKeys, "key7"), "one");
}

TEST_F(DamageTest, AStoreThatFailedIsOpenedAgainInPlace) {
  const auto engine = Open();
  DrainSome(*engine, 1, "one");
  ASSERT_TRUE(engine->Flush().ok());
  DrainSome(*engine, 2, "two");
  write_fault = EIO;
  EXPECT_FALSE(engine->Flush().ok());
  EXPECT_FALSE(engine->Reopen().ok());
  EXPECT_EQ(engine->stats().snapshots, 0u) << "statistics work on a closed store";
  write_fault = 0;
  ASSERT_TRUE(engine->Reopen().ok());
  EXPECT_TRUE(engine->background_error().ok());
  EXPECT_EQ(engine->drained_position(), 1u);
  EXPECT_EQ(Get(*engine, Family::kKeys, "key7"), "one");
  DrainSome(*engine, 2, "two");
  EXPECT_TRUE(engine->Flush().ok());
}

TEST_F(DamageTest, AfterAnIoErrorTheStoreOpensAgainAtItsLastFlush) {
  auto engine = Open();
  DrainSome(*engine, 1, "one");
  ASSERT_TRUE(engine->Flush().ok());
  DrainSome(*engine, 2, "two");
  write_fault = EIO;
  EXPECT_FALSE(engine->Flush().ok());
  EXPECT_FALSE(engine->background_error().ok());
  EXPECT_EQ(Get(*engine, Family::kKeys, "key7"), "two") << "reads go on";
  engine.reset();
  write_fault = 0;
  engine = Open();
  ASSERT_NE(engine, nullptr);
  // An exact prefix: the log holds the rest.
  EXPECT_EQ(engine->drained_position(), 1u);
  EXPECT_EQ(Get(*engine, Family::kKeys, "key7"), "one");
}

}  // namespace
}  // namespace veddb
