// SPDX-License-Identifier: BSD-3-Clause
// Whole ranges: dropping gives the disk back, splitting gives even parts.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <random>
#include <thread>

#include "storage/key_codec.h"
#include "tests/unit/storage/storage_fixture.h"

namespace veddb {
namespace {

class RangesTest : public StorageTest {
 protected:
  // Random bytes don't compress.
  std::string Noise(size_t size) {
    std::string out(size, '\0');
    for (char& c : out) c = static_cast<char>(random_());
    return out;
  }
  void FillSpace(Engine& engine, uint32_t space, int keys, size_t value_bytes) {
    ChangeBatch batch;
    for (int i = 0; i < keys; ++i) {
      batch.Put(Family::kKeys, StorageKey(space, "key" + std::to_string(i)), Noise(value_bytes));
    }
    ASSERT_TRUE(engine.Drain(std::move(batch), ++position_).ok());
  }

  uint64_t DiskBytes() const {
    uint64_t sum = 0;
    for (const auto& entry : std::filesystem::directory_iterator(store_dir())) {
      std::error_code gone;  // deleted meanwhile
      const uint64_t size = entry.file_size(gone);
      if (!gone && entry.path().extension() == ".sst") sum += size;
    }
    return sum;
  }

  std::mt19937 random_{11};
  LogPosition position_ = 0;
};

TEST_F(RangesTest, ADroppedSpaceGivesItsDiskBackAndNoOther) {
  const auto engine = Open();
  for (uint32_t space = 1; space <= 3; ++space) FillSpace(*engine, space, 20'000, 500);
  ASSERT_TRUE(engine->Flush().ok());
  const uint64_t full = engine->stats().sst_bytes;
  EXPECT_GT(full, uint64_t{28} << 20);
  EXPECT_GE(DiskBytes(), full);
  ASSERT_TRUE(engine->DropRange(Family::kKeys, SpaceBegin(2), SpaceBegin(3)).ok());
  EXPECT_LT(engine->stats().sst_bytes, full * 3 / 4);
  // The files themselves are deleted in the background, right after.
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (DiskBytes() > full * 3 / 4 && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::yield();
  }
  EXPECT_LT(DiskBytes(), full * 3 / 4);
  EXPECT_EQ(Get(*engine, Family::kKeys, StorageKey(2, "key7")), "(nil)");
  EXPECT_EQ(Get(*engine, Family::kKeys, StorageKey(1, "key7")).size(), 500u);
  EXPECT_EQ(Get(*engine, Family::kKeys, StorageKey(3, "key7")).size(), 500u);
  const auto view = engine->NewReadView();
  EXPECT_EQ(All(*view, Family::kKeys).size(), 40'000u);
}

TEST_F(RangesTest, AFewKeysAreDroppedWithoutATombstoneOfARange) {
  const auto engine = Open();
  FillSpace(*engine, 1, 100, 50);
  FillSpace(*engine, 2, 100, 50);
  ASSERT_TRUE(engine->DropRange(Family::kKeys, SpaceBegin(1), SpaceBegin(2)).ok());
  const auto view = engine->NewReadView();
  EXPECT_EQ(All(*view, Family::kKeys).size(), 100u);
  ASSERT_TRUE(engine->DropRange(Family::kKeys, SpaceBegin(7), SpaceBegin(8)).ok()) << "empty";
}

TEST_F(RangesTest, SplitPartsAreAboutEven) {
  const auto engine = Open();
  FillSpace(*engine, 1, 40'000, 300);
  for (const int parts : {2, 4, 7}) {
    const auto cuts = engine->SplitRange(Family::kKeys, SpaceBegin(1), SpaceBegin(2), parts);
    ASSERT_EQ(cuts.size(), static_cast<size_t>(parts) - 1);
    EXPECT_TRUE(std::is_sorted(cuts.begin(), cuts.end()));
    const auto view = engine->NewReadView();
    size_t total = 0;
    for (int part = 0; part < parts; ++part) {
      const std::string lower = part == 0 ? SpaceBegin(1) : cuts[static_cast<size_t>(part) - 1];
      const std::string upper = part == parts - 1 ? SpaceBegin(2) : cuts[static_cast<size_t>(part)];
      const auto it = view->NewIterator(Family::kKeys, lower, upper);
      size_t keys = 0;
      for (it->SeekToFirst(); it->Valid(); it->Next()) ++keys;
      EXPECT_GT(keys, 40'000u / static_cast<size_t>(parts) * 8 / 10);
      EXPECT_LT(keys, 40'000u / static_cast<size_t>(parts) * 12 / 10);
      total += keys;
    }
    EXPECT_EQ(total, 40'000u);
  }
}

TEST_F(RangesTest, KeysThatShareALongBeginningAreSplitToo) {
  const auto engine = Open();
  ChangeBatch batch;
  for (int i = 0; i < 20'000; ++i) {
    char id[80];
    snprintf(id, sizeof id, "%s%08d", "the-same-long-beginning-of-every-identifier/", i);
    batch.Put(Family::kDocs, DocKey(1, id), Noise(200));
  }
  ASSERT_TRUE(engine->Drain(std::move(batch), ++position_).ok());
  const auto cuts = engine->SplitRange(Family::kDocs, DocKey(1, ""), DocKey(2, ""), 2);
  ASSERT_EQ(cuts.size(), 1u);
  const int middle = std::stoi(cuts[0].substr(cuts[0].size() - 8));
  EXPECT_GT(middle, 8'000);
  EXPECT_LT(middle, 12'000);
}

TEST_F(RangesTest, SmallRangesMaySplitIntoFewerParts) {
  const auto engine = Open();
  EXPECT_TRUE(engine->SplitRange(Family::kDocs, {}, {}, 4).empty());
  ChangeBatch batch;
  batch.Put(Family::kDocs, "a", "1");
  batch.Put(Family::kDocs, "b", "1");
  ASSERT_TRUE(engine->Drain(std::move(batch), ++position_).ok());
  EXPECT_LE(engine->SplitRange(Family::kDocs, {}, {}, 4).size(), 1u);
  EXPECT_TRUE(engine->SplitRange(Family::kDocs, {}, {}, 1).empty());
}

TEST_F(RangesTest, ApproximateBytesFollowTheData) {
  const auto engine = Open();
  FillSpace(*engine, 1, 10'000, 500);
  FillSpace(*engine, 2, 1'000, 500);
  const uint64_t large = engine->ApproximateBytes(Family::kKeys, SpaceBegin(1), SpaceBegin(2));
  const uint64_t small = engine->ApproximateBytes(Family::kKeys, SpaceBegin(2), SpaceBegin(3));
  EXPECT_GT(large, 4'500'000u);
  EXPECT_LT(large, 6'500'000u);
  EXPECT_GT(small, 400'000u);
  EXPECT_LT(small, 700'000u);
  EXPECT_GT(engine->ApproximateBytes(Family::kKeys, {}, {}), large);
}

}  // namespace
}  // namespace veddb
