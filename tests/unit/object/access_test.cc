// SPDX-License-Identifier: BSD-3-Clause
// The counter of uses: how it sinks with time, how its growth slows down.
#include "object/access.h"

#include <gtest/gtest.h>

#include <memory>

namespace veddb {
namespace {

struct Decay {
  const char* what;
  uint8_t frequency;
  uint32_t accessed_s;
  uint32_t now_s;
  int64_t decay_minutes;
  uint8_t expected;
};

constexpr Decay kDecays[] = {
    {"in the same minute nothing sinks", 100, 60, 119, 1, 100},
    {"at the full minute it sinks by one, however short ago the use was", 100, 119, 120, 1, 99},
    {"one for each minute", 100, 0, 600, 1, 90},
    {"one for each ten minutes", 100, 0, 3599, 10, 95},
    {"not below nothing", 3, 0, 6000, 1, 0},
    {"a year is no matter of wrapping around", 255, 0, 31'536'000, 1, 0},
    {"fifty days neither, at a decay that leaves some", 255, 0, 4'320'000, 720, 155},
    {"no decay", 100, 0, 6'000'000, 0, 100},
    {"a clock that was set back", 100, 600, 0, 1, 100},
};

TEST(DecayedFrequency, SinksWithTheMinutesSinceTheLastUse) {
  for (const Decay& row : kDecays) {
    EXPECT_EQ(DecayedFrequency(row.frequency, row.accessed_s, row.now_s, row.decay_minutes),
              row.expected)
        << row.what;
  }
}

struct Chance {
  uint8_t frequency;
  int64_t log_factor;
  double expected;
};

constexpr Chance kChances[] = {
    {0, 10, 1},   {5, 10, 1},  {6, 10, 1.0 / 11}, {15, 10, 1.0 / 101}, {254, 10, 1.0 / 2491},
    {255, 10, 0}, {100, 0, 1}, {255, 0, 0},       {105, 1, 1.0 / 101}, {105, 100, 1.0 / 10001},
};

TEST(ChanceToRaise, FallsWithTheCounterAndTheFactor) {
  for (const Chance& row : kChances) {
    EXPECT_DOUBLE_EQ(ChanceToRaise(row.frequency, row.log_factor), row.expected)
        << int{row.frequency} << " at factor " << row.log_factor;
  }
}

struct FreeEntry {
  void operator()(Entry* entry) const { std::free(entry); }
};

class NoteAccessTest : public ::testing::Test {
 protected:
  NoteAccessTest() : entry_(NewEntry("key", 0)) {
    entry_->frequency = kFrequencyStart;
    entry_->accessed_s = context_.now_s = 1000;
    context_.lfu_log_factor.Set(10);
    context_.lfu_decay_minutes.Set(1);
  }
  // The counter after so many uses.
  int After(int uses) {
    for (int i = 0; i < uses; ++i) NoteAccess(*entry_, context_);
    return entry_->frequency;
  }

  std::unique_ptr<Entry, FreeEntry> entry_;
  ObjectContext context_;
};

TEST_F(NoteAccessTest, OnlyTheTimeIsNotedWhereFrequencyIsNotCounted) {
  EXPECT_EQ(After(100), kFrequencyStart);
  EXPECT_EQ(entry_->accessed_s, 1000U);
}

TEST_F(NoteAccessTest, TheFirstUseRaisesTheStartForSure) {
  context_.counts_frequency.Set(1);
  EXPECT_EQ(After(1), kFrequencyStart + 1);
}

TEST_F(NoteAccessTest, GrowsAboutAsTheRootOfTheUses) {
  // Expected uses up to level n: the sum of 10 k + 1, about 5 n². 1000 uses: n is about 14; a
  // million: it is full (Redis's own table: 1000 hits 18, 1 M hits 255).
  context_.counts_frequency.Set(1);
  const int thousand = After(1000);
  EXPECT_GE(thousand, 14);
  EXPECT_LE(thousand, 24);
  EXPECT_EQ(After(1'000'000), kFrequencyMax);
}

TEST_F(NoteAccessTest, WithFactorNoughtEveryUseCounts) {
  context_.counts_frequency.Set(1);
  context_.lfu_log_factor.Set(0);
  EXPECT_EQ(After(100), kFrequencyStart + 100);
  EXPECT_EQ(After(1000), kFrequencyMax);
}

TEST_F(NoteAccessTest, WhatHasSunkMeanwhileIsTakenOffBeforeTheUseCounts) {
  context_.counts_frequency.Set(1);
  entry_->frequency = 60;
  entry_->accessed_s = 0;
  context_.now_s = 600;
  context_.lfu_log_factor.Set(0);
  EXPECT_EQ(FrequencyNow(*entry_, context_), 50);
  EXPECT_EQ(After(1), 51);
  EXPECT_EQ(FrequencyNow(*entry_, context_), 51);
}

}  // namespace
}  // namespace veddb
