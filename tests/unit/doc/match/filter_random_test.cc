// SPDX-License-Identifier: BSD-3-Clause
// Filters made at random, sound and damaged: every one is parsed or refused with the code that is
// documented, and what is parsed runs over random documents without harm and obeys the laws of
// logic.
#include <gtest/gtest.h>

#include <random>

#include "doc/match/filter.h"
#include "doc/match/operators.h"
#include "tests/unit/doc/support/random_value.h"

namespace veddb::doc {
namespace {

class RandomFilters {
 public:
  explicit RandomFilters(uint64_t seed) : dice_(seed), values_(seed) {}

  std::string Filter(int depth) {
    std::string text = "{";
    for (uint64_t i = Below(3); i > 0; --i) {
      if (text.size() > 1) text += ',';
      const bool list = depth > 0 && Below(3) == 0;
      text += list ? List(depth, i) : Quoted(Path(i)) + ":" + Condition(depth);
    }
    return text + "}";
  }
  uint64_t Below(uint64_t n) { return dice_() % n; }

 private:
  static std::string Quoted(Bytes text) { return "\"" + std::string(text) + "\""; }
  // Different for every i, as names in an object must be.
  static std::string Path(uint64_t i) {
    static const char* const kPaths[] = {"a", "b.a", "c.0", "d.b.a"};
    return kPaths[i % std::size(kPaths)];
  }
  std::string Value() {
    std::string text;
    WriteJsonValue(TaggedView(values_.Value(2)), JsonMode::kCanonical, &text);
    return text;
  }
  std::string List(int depth, uint64_t i) {
    static const char* const kNames[] = {"$and", "$or", "$nor"};
    return Quoted(kNames[i % 3]) + ":[" + Filter(depth - 1) + "," + Filter(depth - 1) + "]";
  }
  std::string Condition(int depth) {
    if (Below(3) == 0) return Value();
    const auto table = MatchOperators();
    const MatchOperator& row = table[Below(table.size())];
    return "{" + Quoted(row.name) + ":" + Operand(row.name, depth) + "}";
  }
  std::string Operand(Bytes name, int depth) {
    if (Below(8) == 0) return Value();
    if (name == "$in" || name == "$nin" || name == "$all")
      return "[" + Value() + "," + Value() + "]";
    if (name == "$not" || name == "$elemMatch")
      return depth > 0 ? Condition(depth - 1) : "{\"$eq\":1}";
    if (name == "$mod") return "[3,1]";
    if (name == "$size") return "2";
    if (name == "$regex") return "\"^a|b\"";
    if (name == "$type") return "[\"number\",\"string\"]";
    if (name.starts_with("$bits")) return "5";
    return Value();
  }

  std::mt19937_64 dice_;
  RandomValues values_;
};

TEST(RandomFilters, AreParsedOrRefusedAndObeyLogic) {
  const uint64_t seed = TestSeed();
  RandomFilters filters(seed);
  RandomValues values(seed + 1);
  size_t parsed = 0;
  for (int i = 0; i < 4000; ++i) {
    const std::string text = filters.Filter(3);
    const Result<Filter> filter = Filter::ParseJson(text);
    if (!filter.ok()) {
      ASSERT_EQ(filter.error().code, ErrorCode::kBadQuery) << "seed " << seed << ": " << text;
      continue;
    }
    ++parsed;
    const Result<Filter> negated = Filter::ParseJson("{\"$nor\":[" + text + "]}");
    const Result<Filter> twice = Filter::ParseJson("{\"$and\":[" + text + "," + text + "]}");
    const Result<Filter> either = Filter::ParseJson("{\"$or\":[" + text + ",{\"no\":\"such\"}]}");
    ASSERT_TRUE(negated.ok() && twice.ok() && either.ok()) << "seed " << seed << ": " << text;
    Matcher a(&*filter), b(&*negated), c(&*twice), d(&*either);
    for (int k = 0; k < 5; ++k) {
      const std::string doc = values.Document(4);
      const bool matches = a.Matches(DocView(doc));
      ASSERT_EQ(b.Matches(DocView(doc)), !matches) << "seed " << seed << ": " << text;
      ASSERT_EQ(c.Matches(DocView(doc)), matches) << "seed " << seed << ": " << text;
      ASSERT_EQ(d.Matches(DocView(doc)), matches) << "seed " << seed << ": " << text;
    }
  }
  EXPECT_GT(parsed, 1500u) << "seed " << seed;
}

TEST(RandomFilters, DamagedOnesAreRefusedWithTheDocumentedCodes) {
  const uint64_t seed = TestSeed();
  RandomFilters filters(seed);
  size_t refused = 0;
  for (int i = 0; i < 4000; ++i) {
    std::string text = filters.Filter(3);
    for (uint64_t k = 1 + filters.Below(3); k > 0; --k) {
      const size_t at = filters.Below(text.size());
      constexpr Bytes kBytes = "{}[]\":,$0ae";
      text[at] = kBytes[filters.Below(kBytes.size())];
    }
    const Result<Filter> filter = Filter::ParseJson(text);
    if (filter.ok()) continue;
    ++refused;
    ASSERT_TRUE(filter.error().code == ErrorCode::kBadJson ||
                filter.error().code == ErrorCode::kBadQuery)
        << "seed " << seed << ": " << text << ": " << filter.error().Wire();
    ASSERT_FALSE(filter.error().message.empty());
  }
  EXPECT_GT(refused, 1000u) << "seed " << seed;
}

}  // namespace
}  // namespace veddb::doc
