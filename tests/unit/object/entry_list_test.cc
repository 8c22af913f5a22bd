// SPDX-License-Identifier: BSD-3-Clause
#include "object/entry_list.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <vector>

namespace veddb {
namespace {

// Nobody looks at what they point to.
Entry* Number(uintptr_t n) { return reinterpret_cast<Entry*>(n << 4); }

void ExpectSame(const EntryList& list, const std::vector<Entry*>& model) {
  ASSERT_EQ(list.size(), model.size());
  EXPECT_EQ(list.empty(), model.empty());
  size_t i = 0;
  list.ForEach([&](Entry* entry) { ASSERT_EQ(entry, model[i++]) << i; });
  EXPECT_EQ(i, model.size());
  if (!model.empty()) {
    EXPECT_EQ(list.back(), model.back());
  }
}

TEST(EntryListTest, BehavesLikeAVectorAcrossTheEndsOfItsBlocks) {
  std::mt19937 random(1);
  EntryList list;
  std::vector<Entry*> model;
  for (uintptr_t round = 1; round <= 40; ++round) {
    for (size_t n = random() % (2 * EntryList::kBlockEntries); n > 0; --n) {
      list.push_back(Number(round * 100'000 + n));
      model.push_back(Number(round * 100'000 + n));
    }
    for (size_t n = random() % (2 * EntryList::kBlockEntries); n > 0 && !model.empty(); --n) {
      list.pop_back();
      model.pop_back();
    }
    if (!model.empty()) list[model.size() / 2] = model[model.size() / 2] = nullptr;
    ExpectSame(list, model);
  }
}

TEST(EntryListTest, IsUsableAfterClearAndSwap) {
  EntryList list;
  EntryList other;
  for (uintptr_t n = 0; n < 3 * EntryList::kBlockEntries; ++n) list.push_back(Number(n));
  other.push_back(Number(7));
  list.swap(other);
  ExpectSame(list, {Number(7)});
  EXPECT_EQ(other.size(), 3 * EntryList::kBlockEntries);
  other.clear();
  ExpectSame(other, {});
  other.push_back(Number(9));
  ExpectSame(other, {Number(9)});
}

}  // namespace
}  // namespace veddb
