// SPDX-License-Identifier: BSD-3-Clause
#include "storage/change_batch.h"

#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "base/coding.h"

namespace veddb {
namespace {

// The batch's meaning by a std::map: nullopt = deleted.
using Model = std::map<std::string, std::optional<std::string>>;

void ExpectSorted(const ChangeBatch& batch, Family family, const Model& model) {
  const auto entries = batch.Sorted(family);
  ASSERT_EQ(entries.size(), model.size());
  size_t i = 0;
  for (const auto& [key, value] : model) {
    EXPECT_EQ(entries[i].key(), key);
    EXPECT_EQ(entries[i].op, value ? ChangeOp::kPut : ChangeOp::kDelete);
    if (value) {
      EXPECT_EQ(entries[i].value(), *value);
    }
    ++i;
  }
}

TEST(ChangeBatchTest, TheLaterOpOfAKeyWins) {
  ChangeBatch batch;
  batch.Put(Family::kKeys, "a", "1");
  batch.Put(Family::kKeys, "b", "1");
  batch.Delete(Family::kKeys, "a");
  batch.Delete(Family::kKeys, "c");
  std::memcpy(batch.BeginPut(Family::kKeys, 1, 3), "cnew", 4);
  batch.Put(Family::kDocs, "a", "other family");
  EXPECT_EQ(batch.size(), 6u);
  batch.Sort();
  EXPECT_EQ(batch.size(), 4u);
  ExpectSorted(batch, Family::kKeys, {{"a", std::nullopt}, {"b", "1"}, {"c", "new"}});
  ExpectSorted(batch, Family::kDocs, {{"a", "other family"}});
}

// Ops lie in segments until they are sorted.
TEST(ChangeBatchTest, ManyOpsOfManyBatchesKeepTheirOrder) {
  constexpr int kOps = 30'000;
  constexpr int kKeysOfAll = 5'000;
  ChangeBatch batch;
  ChangeBatch part;
  Model model;
  for (int i = 0; i < kOps; ++i) {
    const std::string key = std::to_string(i * 7919 % kKeysOfAll);
    if (i % 3 == 0) {
      part.Delete(Family::kKeys, key);
      model[key] = std::nullopt;
    } else {
      part.Put(Family::kKeys, key, std::to_string(i));
      model[key] = std::to_string(i);
    }
    if (i % 10'007 == 0) {
      batch.Append(std::move(part));
      part = ChangeBatch();
    }
  }
  batch.Append(std::move(part));
  EXPECT_EQ(batch.size(Family::kKeys), size_t{kOps});
  for (int round = 0; round < 2; ++round) {  // as a drain that is tried again
    batch.Sort();
    EXPECT_EQ(batch.size(), size_t{kKeysOfAll});
    ExpectSorted(batch, Family::kKeys, model);
  }
  batch.Put(Family::kKeys, "0", "last");
  model["0"] = "last";
  batch.Sort();
  ExpectSorted(batch, Family::kKeys, model);
}

TEST(ChangeBatchTest, AdditionsFoldIntoWhatPrecedesThem) {
  const auto number = [](uint64_t n) {
    std::string out;
    PutLE64(out, n);
    return out;
  };
  ChangeBatch batch;
  batch.Add(Family::kMeta, "open", 3);
  batch.Add(Family::kMeta, "open", -5);
  batch.Add(Family::kMeta, "put", 7);
  batch.Put(Family::kMeta, "put", number(100));
  batch.Add(Family::kMeta, "put", -1);
  batch.Add(Family::kMeta, "deleted", 7);
  batch.Delete(Family::kMeta, "deleted");
  batch.Add(Family::kMeta, "deleted", 2);
  batch.Add(Family::kMeta, "gone", 2);
  batch.Delete(Family::kMeta, "gone");
  batch.Sort();
  const auto entries = batch.Sorted(Family::kMeta);
  ASSERT_EQ(entries.size(), 4u);
  EXPECT_EQ(entries[0].key(), "deleted");
  EXPECT_EQ(entries[0].op, ChangeOp::kPut);
  EXPECT_EQ(entries[0].value(), number(2));
  EXPECT_EQ(entries[1].op, ChangeOp::kDelete);
  EXPECT_EQ(entries[2].key(), "open");
  EXPECT_EQ(entries[2].op, ChangeOp::kAdd);
  EXPECT_EQ(entries[2].value(), number(static_cast<uint64_t>(-2)));
  EXPECT_EQ(entries[3].op, ChangeOp::kPut);
  EXPECT_EQ(entries[3].value(), number(99));
}

TEST(ChangeBatchTest, AppendedBatchesComeAfter) {
  ChangeBatch first;
  ChangeBatch second;
  first.Put(Family::kKeys, "a", "1");
  first.Put(Family::kKeys, "b", "1");
  second.Put(Family::kKeys, "a", "2");
  second.Delete(Family::kKeys, "c");
  first.Append(std::move(second));
  ChangeBatch third;
  third.Append(std::move(first));
  EXPECT_EQ(third.size(), 4u);
  EXPECT_EQ(third.bytes(), 7u);
  third.Sort();
  ExpectSorted(third, Family::kKeys, {{"a", "2"}, {"b", "1"}, {"c", std::nullopt}});
}

TEST(ChangeBatchTest, AMovedFromBatchIsUsableAfterClear) {
  ChangeBatch batch;
  batch.Put(Family::kKeys, "a", std::string(100'000, 'x'));
  ChangeBatch other = std::move(batch);
  batch.Clear();
  batch.Put(Family::kKeys, "b", "1");
  batch.Sort();
  other.Sort();
  ExpectSorted(batch, Family::kKeys, {{"b", "1"}});
  EXPECT_EQ(other.Sorted(Family::kKeys)[0].value().size(), 100'000u);
}

// Keys of every awkward shape: short, padded by zeros, sharing long beginnings, often doubled.
std::string AwkwardKey(std::mt19937& random) {
  static const std::string kShared(200, 's');
  switch (random() % 5) {
    case 0:
      return std::string(random() % 20, '\0');
    case 1:
      return "abc" + std::string(random() % 20, '\0') + (random() % 2 ? "x" : "");
    case 2:
      return kShared.substr(0, random() % 200) + std::to_string(random() % 100);
    case 3: {
      std::string key(random() % 30, '\0');
      for (char& c : key) c = static_cast<char>(random() % 3 == 0 ? 0xff : random() % 4);
      return key;
    }
    default:
      return "object" + std::to_string(random() % 3) + "/" + std::to_string(random() % 1000);
  }
}

TEST(ChangeBatchTest, SortsLikeAMapWhateverTheKeys) {
  for (unsigned seed = 0; seed < 20; ++seed) {
    std::mt19937 random(seed);
    ChangeBatch batch;
    Model model;
    const int ops = seed % 2 == 0 ? 100 : 20'000;
    for (int i = 0; i < ops; ++i) {
      const std::string key = AwkwardKey(random);
      if (random() % 4 == 0) {
        batch.Delete(Family::kIndex, key);
        model[key] = std::nullopt;
      } else {
        const std::string value = std::to_string(i);
        batch.Put(Family::kIndex, key, value);
        model[key] = value;
      }
    }
    batch.Sort();
    ExpectSorted(batch, Family::kIndex, model);
    if (HasFatalFailure()) FAIL() << "seed " << seed;
  }
}

TEST(ChangeBatchTest, ManyOpsOfOneVeryLongKeyNeedNoStack) {
  ChangeBatch batch;
  const std::string key(200'000, 'k');
  for (int i = 0; i < 300; ++i) batch.Put(Family::kKeys, key, std::to_string(i));
  batch.Sort();
  ASSERT_EQ(batch.size(), 1u);
  EXPECT_EQ(batch.Sorted(Family::kKeys)[0].value(), "299");
}

}  // namespace
}  // namespace veddb
