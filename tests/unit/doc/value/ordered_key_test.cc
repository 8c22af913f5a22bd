// SPDX-License-Identifier: BSD-3-Clause
// The comparison order by table, and the ordered encoding against it by property.
#include "doc/value/ordered_key.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "doc/value/compare.h"
#include "doc/value/extjson.h"
#include "tests/unit/doc/support/random_value.h"

namespace veddb::doc {
namespace {

int Sign(int v) { return v < 0 ? -1 : v > 0 ? 1 : 0; }

// Ascending; what stands in one row is equal.
const std::vector<std::vector<const char*>> kAscending = {
    {R"({"$minKey":1})"},
    {R"({"$undefined":true})"},
    {"null"},
    {R"({"$numberDouble":"NaN"})", R"({"$numberDecimal":"NaN"})"},
    {R"({"$numberDouble":"-Infinity"})", R"({"$numberDecimal":"-Infinity"})"},
    {R"({"$numberDecimal":"-9.999999999999999999999999999999999E+6144"})"},
    {"-1.7976931348623157e308"},
    {"-9223372036854775808", R"({"$numberDecimal":"-9223372036854775808"})"},
    {"-9223372036854775807"},
    {"-1.5", R"({"$numberDecimal":"-1.50"})"},
    {"-1", "-1.0", R"({"$numberLong":"-1"})", R"({"$numberDecimal":"-1.000"})"},
    {R"({"$numberDecimal":"-1E-6176"})"},
    {"0", "-0.0", R"({"$numberLong":"0"})", R"({"$numberDecimal":"-0E+10"})"},
    {R"({"$numberDecimal":"1E-6176"})"},
    {"5e-324"},
    {R"({"$numberDecimal":"0.1"})"},
    {"0.1", R"({"$numberDouble":"0.1"})"},  // its exact value is a little above a tenth
    {R"({"$numberDecimal":"0.1000000000000000055511151231257828"})"},
    {"0.5", R"({"$numberDecimal":"0.5"})"},
    {"1", "1.0", R"({"$numberDecimal":"1"})"},
    {"9007199254740992", "9007199254740992.0"},
    {"9007199254740993", R"({"$numberDecimal":"9007199254740993"})"},
    {R"({"$numberDecimal":"9007199254740993.5"})"},
    {"9007199254740994", "9007199254740994.0"},
    {"9223372036854775807", R"({"$numberDecimal":"9223372036854775807"})"},
    {"9223372036854775808.0", R"({"$numberDecimal":"9223372036854775808"})"},
    {"1.7976931348623157e308"},
    {R"({"$numberDecimal":"1.8E+308"})"},
    {R"({"$numberDecimal":"1E+309"})"},
    {R"({"$numberDouble":"Infinity"})", R"({"$numberDecimal":"Infinity"})"},
    {R"("")"},
    {R"("\u0000")"},
    {R"("\u0000\u0000")"},
    {R"("\u0001")"},
    {R"("\u0002")"},
    {R"("A")"},
    {R"("a")", R"({"$symbol":"a"})"},
    {R"("a\u0000")"},
    {R"("ab")"},
    {R"("ä")"},
    {"{}"},
    {R"({"b":null})"},
    {R"({"a":1})", R"({"a":1.0})"},
    {R"({"a":1,"b":1})"},
    {R"({"a":2})"},
    {R"({"ab":1})"},
    {R"({"b":1})"},
    {R"({"a":"x"})"},
    {"[]"},
    {"[null]"},
    {"[1]", "[1.0]"},
    {"[1,1]"},
    {"[2]"},
    {R"(["a"])"},
    {"[[]]"},
    {R"({"$binary":{"base64":"","subType":"00"}})"},
    {R"({"$binary":{"base64":"/w==","subType":"00"}})"},
    {R"({"$binary":{"base64":"AA==","subType":"05"}})"},
    {R"({"$binary":{"base64":"AAA=","subType":"00"}})"},
    {R"({"$oid":"000000000000000000000000"})"},
    {R"({"$oid":"ff0000000000000000000000"})"},
    {"false"},
    {"true"},
    {R"({"$date":{"$numberLong":"-9223372036854775808"}})"},
    {R"({"$date":{"$numberLong":"-1"}})"},
    {R"({"$date":{"$numberLong":"0"}})"},
    {R"({"$date":"2020-01-01T00:00:00Z"})"},
    {R"({"$timestamp":{"t":0,"i":5}})"},
    {R"({"$timestamp":{"t":1,"i":0}})"},
    {R"({"$timestamp":{"t":4294967295,"i":0}})"},
    {R"({"$regularExpression":{"pattern":"a","options":""}})"},
    {R"({"$regularExpression":{"pattern":"a","options":"i"}})"},
    {R"({"$regularExpression":{"pattern":"b","options":""}})"},
    {R"({"$dbPointer":{"$ref":"b","$id":{"$oid":"000000000000000000000000"}}})"},
    {R"({"$dbPointer":{"$ref":"aa","$id":{"$oid":"000000000000000000000000"}}})"},
    {R"({"$code":"a"})"},
    {R"({"$code":"b"})"},
    {R"({"$code":"a","$scope":{}})"},
    {R"({"$code":"a","$scope":{"x":1}})"},
    {R"({"$maxKey":1})"},
};

struct Ranked {
  size_t rank;
  std::string tagged;
};

std::vector<Ranked> RankedValues() {
  std::vector<Ranked> values;
  for (size_t rank = 0; rank < kAscending.size(); ++rank) {
    for (const char* text : kAscending[rank]) {
      Result<std::string> value = ParseValue(text);
      EXPECT_TRUE(value.ok()) << text;
      if (value.ok()) values.push_back({rank, *value});
    }
  }
  return values;
}

TEST(CompareValues, FollowsTheTable) {
  const std::vector<Ranked> values = RankedValues();
  for (const Ranked& a : values) {
    for (const Ranked& b : values) {
      const int expected = a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : 0;
      EXPECT_EQ(Sign(CompareValues(TaggedView(a.tagged), TaggedView(b.tagged))), expected)
          << JsonText(TaggedView(a.tagged)) << " against " << JsonText(TaggedView(b.tagged));
    }
  }
}

TEST(OrderedKey, FollowsTheTable) {
  const std::vector<Ranked> values = RankedValues();
  for (const Ranked& a : values) {
    for (const Ranked& b : values) {
      const int expected = a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : 0;
      const std::string x = OrderedKey(TaggedView(a.tagged));
      const std::string y = OrderedKey(TaggedView(b.tagged));
      EXPECT_EQ(Sign(x.compare(y)), expected)
          << JsonText(TaggedView(a.tagged)) << " against " << JsonText(TaggedView(b.tagged));
    }
  }
}

void ExpectAgreement(const std::string& a, const std::string& b, uint64_t seed) {
  const int order = Sign(CompareValues(TaggedView(a), TaggedView(b)));
  ASSERT_EQ(order, -Sign(CompareValues(TaggedView(b), TaggedView(a)))) << "seed " << seed;
  std::string x = OrderedKey(TaggedView(a));
  std::string y = OrderedKey(TaggedView(b));
  ASSERT_EQ(Sign(x.compare(y)), order) << "seed " << seed << ": " << JsonText(TaggedView(a))
                                       << " against " << JsonText(TaggedView(b));
  if (order != 0) {
    ASSERT_FALSE(y.starts_with(x)) << "seed " << seed << ": " << JsonText(TaggedView(a));
  }
  ASSERT_EQ(OrderedKeyLength(x + y), x.size())
      << "seed " << seed << ": " << JsonText(TaggedView(a));
  InvertKey(&x, 0);
  InvertKey(&y, 0);
  ASSERT_EQ(Sign(x.compare(y)), -order) << "seed " << seed << ": inverted";
}

TEST(OrderedKey, AgreesWithTheComparisonOnRandomValues) {
  const uint64_t seed = TestSeed();
  RandomValues random(seed);
  for (int i = 0; i < 40'000; ++i) ExpectAgreement(random.Value(3), random.Value(3), seed);
}

TEST(OrderedKey, AgreesWithTheComparisonOnRandomNumbers) {
  const uint64_t seed = TestSeed();
  RandomValues random(seed);
  for (int i = 0; i < 60'000; ++i) ExpectAgreement(random.Number(), random.Number(), seed);
}

TEST(OrderedKey, ConcatenatedKeysCompareFieldByField) {
  const uint64_t seed = TestSeed();
  RandomValues random(seed);
  for (int i = 0; i < 10'000; ++i) {
    const std::string a = random.Value(2), b = random.Value(2), c = random.Value(2),
                      d = random.Value(2);
    int order = Sign(CompareValues(TaggedView(a), TaggedView(c)));
    if (order == 0) order = Sign(CompareValues(TaggedView(b), TaggedView(d)));
    const std::string x = OrderedKey(TaggedView(a)) + OrderedKey(TaggedView(b));
    const std::string y = OrderedKey(TaggedView(c)) + OrderedKey(TaggedView(d));
    ASSERT_EQ(Sign(x.compare(y)), order) << "seed " << seed;
  }
}

TEST(OrderedKey, TheLengthOfATornKeyIsZero) {
  const uint64_t seed = TestSeed();
  RandomValues random(seed);
  for (int i = 0; i < 2000; ++i) {
    const std::string key = OrderedKey(TaggedView(random.Value(2)));
    for (size_t size = 0; size < key.size(); ++size) {
      ASSERT_EQ(OrderedKeyLength(Bytes(key).substr(0, size)), 0u) << "seed " << seed;
    }
  }
}

struct Golden {
  const char* json;
  const char* hex;
};
// As drawn in src/doc/FORMAT.md. A change here is a change of the format on disk.
constexpr Golden kGolden[] = {
    {R"({"$minKey":1})", "08"},
    {"null", "18"},
    {R"({"$numberDouble":"NaN"})", "20"},
    {R"({"$numberDouble":"-Infinity"})", "21"},
    {"-1", "22801fffffffffffff"},
    {"0", "23"},
    {"1", "247fe0000000000000"},
    {"9007199254740993", "248680000000000001400f0001bc16d674ec800de0b6b3a7640000"},
    {"\"a\"", "306100"},
    {R"("a\u0000b\u0001")", "30610101620102 00"},
    {R"({"a":1,"b":[true]})", "38206100247fe00000000000004062004059 0000"},
    {"[]", "4000"},
    {R"({"$binary":{"base64":"/w==","subType":"05"}})", "480000000105ff"},
    {R"({"$oid":"56e1fc72e0c917e9c4714161"})", "5056e1fc72e0c917e9c4714161"},
    {"false", "58"},
    {"true", "59"},
    {R"({"$date":{"$numberLong":"1"}})", "608000000000000001"},
    {R"({"$timestamp":{"t":1,"i":2}})", "680000000100000002"},
    {R"({"$regularExpression":{"pattern":"a","options":"i"}})", "7061006900"},
    {R"({"$code":"a"})", "806100"},
    {R"({"$code":"a","$scope":{}})", "88610000"},
    {R"({"$maxKey":1})", "f0"},
};

TEST(OrderedKey, GoldenBytes) {
  for (const Golden& row : kGolden) {
    const std::string key = OrderedKey(TaggedView(*ParseValue(row.json)));
    std::string hex;
    for (const char c : key) {
      char two[3];
      std::snprintf(two, sizeof two, "%02x", static_cast<uint8_t>(c));
      hex += two;
    }
    std::string expected = row.hex;
    std::erase(expected, ' ');
    EXPECT_EQ(hex, expected) << row.json;
  }
}

}  // namespace
}  // namespace veddb::doc
