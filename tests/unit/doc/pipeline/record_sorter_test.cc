// SPDX-License-Identifier: BSD-3-Clause
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <random>

#include "../support/pipeline_context.h"
#include "doc/pipeline/spill.h"

namespace veddb::doc {
namespace {

using Records = std::vector<std::pair<std::string, std::string>>;

Records RandomRecords(uint32_t seed, size_t count, size_t distinct) {
  std::mt19937 random(seed);
  Records records;
  for (size_t i = 0; i < count; ++i) {
    std::string key = std::to_string(random() % distinct);
    // Long keys that differ late, and some that are prefixes of others.
    if (random() % 3 == 0) key = "common-prefix-" + key;
    if (random() % 50 == 0) key.clear();
    records.emplace_back(key, std::to_string(i) + std::string(random() % 40, 'x'));
  }
  return records;
}

Records Sorted(const Records& records, VectorContext& context, size_t memory, uint64_t* spilled) {
  RecordSorter sorter(context, memory);
  for (const auto& [key, payload] : records) EXPECT_TRUE(sorter.Add(key, payload).ok());
  EXPECT_TRUE(sorter.Finish().ok());
  Records out;
  for (;;) {
    const Result<bool> more = sorter.Next();
    EXPECT_TRUE(more.ok());
    if (!more.ok() || !*more) break;
    out.emplace_back(sorter.key(), sorter.payload());
  }
  *spilled = sorter.spilled_bytes();
  return out;
}

TEST(RecordSorter, SortsInMemoryAndFromFilesAlike) {
  VectorContext context;
  for (const size_t count : {0U, 1U, 100U, 20000U}) {
    const Records records = RandomRecords(static_cast<uint32_t>(count), count, 500);
    Records expected = records;
    std::stable_sort(expected.begin(), expected.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    uint64_t spilled = 0;
    EXPECT_EQ(Sorted(records, context, 100 << 20, &spilled), expected);
    EXPECT_EQ(spilled, 0U);
    EXPECT_EQ(Sorted(records, context, 200 * 1024, &spilled), expected);
    EXPECT_EQ(spilled > 0, count == 20000U);
    // So many runs that they are merged in between.
    EXPECT_EQ(Sorted(records, context, 4096, &spilled), expected);
    EXPECT_EQ(spilled > 0, count >= 100U);
  }
}

TEST(RecordSorter, TakesRecordsThatAreLargerThanItsMemory) {
  VectorContext context;
  Records records;
  for (int i = 9; i >= 0; --i) records.emplace_back(std::to_string(i), std::string(300'000, 'a'));
  uint64_t spilled = 0;
  Records expected = records;
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(Sorted(records, context, 10'000, &spilled), expected);
  EXPECT_GT(spilled, 3'000'000U);
}

TEST(RecordSorter, KeepsItsMemoryBounded) {
  VectorContext context;
  constexpr size_t kMemory = 1 << 20;
  RecordSorter sorter(context, kMemory);
  size_t most = 0;
  for (int i = 0; i < 100'000; ++i) {
    ASSERT_TRUE(sorter.Add(std::to_string(i * 7919 % 100'000), std::string(50, 'p')).ok());
    most = std::max(most, sorter.memory_bytes());
  }
  EXPECT_LE(most, kMemory + 64 * 1024);
  EXPECT_GT(sorter.spilled_bytes(), 4U << 20);
}

TEST(RecordSorter, StopsWhenItMayNotGoOn) {
  VectorContext context;
  context.looks_max = 3;
  RecordSorter sorter(context, 10'000);
  Status status;
  for (int i = 0; i < 10'000 && status.ok(); ++i) status = sorter.Add("key", "payload");
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ErrorCode::kTimeout);
}

TEST(RecordSorter, SaysWhereNothingCanBeSpilled) {
  VectorContext context;
  context.may_spill = false;
  RecordSorter sorter(context, 1000);
  Status status;
  for (int i = 0; i < 1000 && status.ok(); ++i) status = sorter.Add("key", "payload");
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ErrorCode::kMemoryLimit);
}

TEST(SpillFile, LeavesNothingBehindAndNeedsRoomOnTheDisk) {
  const std::string directory =
      std::filesystem::temp_directory_path() / ("veddb-spill-" + std::to_string(getpid()));
  {
    const auto file = SpillFile::Create(directory);
    ASSERT_TRUE(file.ok());
    ASSERT_TRUE((*file)->Append(std::string(1 << 20, 'x')).ok());
    ASSERT_TRUE((*file)->Flush().ok());
    EXPECT_TRUE(std::filesystem::is_empty(directory));
    char some[3];
    ASSERT_TRUE((*file)->Read((1 << 20) - 3, 3, some).ok());
    EXPECT_EQ(Bytes(some, 3), "xxx");
  }
  const auto file = SpillFile::Create(directory, UINT64_MAX);
  ASSERT_TRUE(file.ok());
  ASSERT_TRUE((*file)->Append("x").ok());
  const Status refused = (*file)->Flush();
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::kIoErr);
  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace veddb::doc
