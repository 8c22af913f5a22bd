// SPDX-License-Identifier: BSD-3-Clause
// Sets of intervals obey the laws of sets, tried with encodings of random values.
#include "doc/plan/interval.h"

#include <gtest/gtest.h>

#include "doc/value/ordered_key.h"
#include "tests/unit/doc/support/random_value.h"

namespace veddb::doc {
namespace {

class Sets {
 public:
  explicit Sets(uint64_t seed) : values_(seed), dice_(seed) {}

  std::string Encoding() { return OrderedKey(TaggedView(values_.Value(1))); }
  IntervalSet Set() {
    IntervalSet set;
    for (uint64_t i = dice_() % 4; i > 0; --i) {
      Cut low{Encoding(), dice_() % 2 == 0};
      Cut high{Encoding(), dice_() % 2 == 0};
      if (CompareCuts(high, low) < 0) std::swap(low, high);
      set = set.Or(dice_() % 3 == 0 ? IntervalSet::Point(TaggedView(values_.Value(1)))
                                    : IntervalSet::Of(low, high));
    }
    return set;
  }

 private:
  RandomValues values_;
  std::mt19937_64 dice_;
};

TEST(IntervalSets, ObeyTheLawsOfSets) {
  Sets random(TestSeed());
  for (int i = 0; i < 3000; ++i) {
    const IntervalSet a = random.Set();
    const IntervalSet b = random.Set();
    const IntervalSet both = a.And(b);
    const IntervalSet either = a.Or(b);
    EXPECT_EQ(a.Not().Not(), a);
    EXPECT_TRUE(both.IsSubsetOf(a));
    EXPECT_TRUE(a.IsSubsetOf(either));
    for (int j = 0; j < 5; ++j) {
      std::string value = random.Encoding();
      EXPECT_EQ(both.Contains(value), a.Contains(value) && b.Contains(value));
      EXPECT_EQ(either.Contains(value), a.Contains(value) || b.Contains(value));
      EXPECT_EQ(a.Not().Contains(value), !a.Contains(value));
      const bool inside = a.Contains(value);
      InvertKey(&value, 0);
      EXPECT_EQ(a.Inverted().Contains(value), inside);
    }
  }
}

TEST(IntervalSets, KnowTheirPoints) {
  const IntervalSet one = IntervalSet::Point(TaggedView(TaggedInt64(1)));
  EXPECT_TRUE(one.IsPoint());
  EXPECT_TRUE(one.Or(IntervalSet::Null()).IsPoints());
  EXPECT_FALSE(IntervalSet::OfRank(TypeRank::kText).IsPoints());
  EXPECT_FALSE(IntervalSet().IsPoints());
  EXPECT_TRUE(one.Or(one.Not()).IsAll());
}

}  // namespace
}  // namespace veddb::doc
