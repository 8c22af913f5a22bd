// SPDX-License-Identifier: BSD-3-Clause
// What filters are refused, how the error names it, and that work is bounded.
#include <gtest/gtest.h>

#include "doc/match/filter.h"
#include "doc/match/operators.h"

namespace veddb::doc {
namespace {

struct Refused {
  const char* filter;
  const char* message;
};

constexpr Refused kRefused[] = {
    {R"({"$foo":1})", "unknown operator $foo"},
    {R"({"a":{"$foo":1}})", "unknown operator $foo of 'a'"},
    {R"({"a.b":{"$gt":1,"c":2}})", "unknown operator c of 'a.b'"},
    {R"({"a":{"$not":{"b":1}}})", "unknown operator b of 'a'"},
    {R"({"$gt":1})", "$gt"},
    {R"({"a":{"$and":[{}]}})", "$and of 'a'"},
    {R"({"$and":[]})", "$and: needs a non-empty array"},
    {R"({"$or":{}})", "$or: needs"},
    {R"({"$nor":[1]})", "$nor: needs"},
    {R"({"a":{"$in":1}})", "$in of 'a': needs an array"},
    {R"({"a":{"$in":[{"$gt":1}]}})", "$in of 'a'"},
    {R"({"a":{"$in":[{"$undefined":true}]}})", "$in of 'a'"},
    {R"({"a":{"$nin":{}}})", "$nin of 'a'"},
    {R"({"a":{"$eq":{"$undefined":true}}})", "$eq of 'a'"},
    {R"({"a":{"$undefined":true}})", "$eq of 'a'"},
    {R"({"a":{"$gt":{"$regularExpression":{"pattern":"x","options":""}}}})", "$gt of 'a'"},
    {R"({"a":{"$ne":{"$regularExpression":{"pattern":"x","options":""}}}})", "$ne of 'a'"},
    {R"({"a":{"$not":{}}})", "$not of 'a'"},
    {R"({"a":{"$not":1}})", "$not of 'a'"},
    {R"({"a":{"$type":"nope"}})", "$type of 'a'"},
    {R"({"a":{"$type":[]}})", "$type of 'a'"},
    {R"({"a":{"$type":0}})", "$type of 'a'"},
    {R"({"a":{"$type":20}})", "$type of 'a'"},
    {R"({"a":{"$type":255}})", "$type of 'a'"},
    {R"({"a":{"$type":1.5}})", "$type of 'a'"},
    {R"({"a":{"$type":null}})", "$type of 'a'"},
    {R"({"a":{"$mod":1}})", "$mod of 'a'"},
    {R"({"a":{"$mod":[1]}})", "$mod of 'a'"},
    {R"({"a":{"$mod":[1,2,3]}})", "$mod of 'a'"},
    {R"({"a":{"$mod":[0,1]}})", "$mod of 'a'"},
    {R"({"a":{"$mod":[0.5,1]}})", "$mod of 'a'"},
    {R"({"a":{"$mod":["1",1]}})", "$mod of 'a'"},
    {R"({"a":{"$mod":[{"$numberDouble":"NaN"},1]}})", "$mod of 'a'"},
    {R"({"a":{"$mod":[1e300,1]}})", "$mod of 'a'"},
    {R"({"a":{"$size":-1}})", "$size of 'a'"},
    {R"({"a":{"$size":1.5}})", "$size of 'a'"},
    {R"({"a":{"$size":"1"}})", "$size of 'a'"},
    {R"({"a":{"$all":1}})", "$all of 'a'"},
    {R"({"a":{"$all":[{"$gt":1}]}})", "$all of 'a'"},
    {R"({"a":{"$all":[1,{"$elemMatch":{}}]}})", "$all of 'a'"},
    {R"({"a":{"$all":[{"$elemMatch":{}},1]}})", "$all of 'a'"},
    {R"({"a":{"$elemMatch":1}})", "$elemMatch of 'a'"},
    {R"({"a":{"$elemMatch":{"$foo":1}}})", "unknown operator $foo of 'a'"},
    {R"({"a":{"$regex":1}})", "$regex of 'a'"},
    {R"({"a":{"$regex":"("}})", "$regex of 'a': invalid regular expression"},
    {R"({"a":{"$regex":"x","$options":"z"}})", "$regex of 'a'"},
    {R"({"a":{"$regex":"x","$options":1}})", "$regex of 'a'"},
    {R"({"a":{"$options":"i"}})", "$options of 'a'"},
    {R"({"a":{"$regex":"\u0000"}})", "$regex of 'a'"},
    {R"({"a":{"$regularExpression":{"pattern":"x","options":"l"}}})", "of 'a'"},
    {R"({"a":{"$regex":{"$regularExpression":{"pattern":"x","options":"i"}},"$options":"m"}})",
     "$regex of 'a'"},
    {R"({"a":{"$bitsAllSet":-1}})", "$bitsAllSet of 'a'"},
    {R"({"a":{"$bitsAnySet":1.5}})", "$bitsAnySet of 'a'"},
    {R"({"a":{"$bitsAllClear":"x"}})", "$bitsAllClear of 'a'"},
    {R"({"a":{"$bitsAnyClear":[-1]}})", "$bitsAnyClear of 'a'"},
    {R"({"a":{"$bitsAnyClear":["x"]}})", "$bitsAnyClear of 'a'"},
    {R"({"a":{"$bitsAllSet":[2147483648]}})", "$bitsAllSet of 'a'"},
    {R"({"$sampleRate":2})", "$sampleRate"},
    {R"({"$sampleRate":-0.5})", "$sampleRate"},
    {R"({"$sampleRate":"x"})", "$sampleRate"},
    {R"({"$expr":{"$nothing":1}})", "unknown expression operator '$nothing'"},
    {R"({"$expr":{"$eq":["$$x",1]}})", "'$$x': there is no such variable"},
    {R"({"a":{"$expr":true}})", "$expr of 'a': does not stand behind a path"},
    {R"({"a":{"$elemMatch":{"$expr":true}}})",
     "$expr: stands only in queries, and not inside of $elemMatch"},
    {R"({"$jsonSchema":1})", "$jsonSchema: has to be an object"},
    {R"({"$jsonSchema":{"properties":{"a":{"format":"date"}}}})",
     "$jsonSchema: 'properties.a.format' is a keyword that is not supported"},
    {R"({"a":{"$jsonSchema":{}}})", "$jsonSchema of 'a': does not stand behind a path"},
    {R"({"$text":{}})", "$text: is not supported yet"},
    {R"({"a":{"$near":{}}})", "$near of 'a': is not supported yet"},
    {R"({"$where":"x"})", "unknown operator $where"},
    {"[]", "an object is expected"},
};

TEST(Filter, WhatIsWrongIsNamed) {
  for (const Refused& row : kRefused) {
    const expression::Scope scope;
    const Result<Filter> filter = Filter::ParseJson(row.filter, &scope);
    ASSERT_FALSE(filter.ok()) << row.filter;
    EXPECT_EQ(filter.error().code, ErrorCode::kBadQuery) << row.filter;
    EXPECT_NE(filter.error().message.find(row.message), std::string::npos)
        << row.filter << " -> " << filter.error().message;
  }
}

TEST(MatchOperators, EveryRowHasAPlaceAndItsOwnName) {
  for (const MatchOperator& row : MatchOperators()) {
    EXPECT_TRUE(row.field != nullptr || row.top != nullptr) << row.name;
    EXPECT_EQ(FindMatchOperator(row.name), &row) << row.name;
  }
}

TEST(Filter, DeepNestingIsTooLarge) {
  std::string text = R"({"a":1})";
  for (int i = 0; i < 60; ++i) text = R"({"$and":[)" + text + "]}";
  EXPECT_EQ(Filter::ParseJson(text).error().code, ErrorCode::kTooLarge);
}

TEST(Filter, AHostilePatternEndsInAnError) {
  const Result<Filter> filter = Filter::ParseJson(R"({"a":{"$regex":"^(a+)+$"}})");
  ASSERT_TRUE(filter.ok());
  const std::string doc = *ParseDocument(R"({"a":")" + std::string(5000, 'a') + "b\"}");
  Matcher matcher(&*filter);
  EXPECT_FALSE(matcher.Matches(DocView(doc)));
  ASSERT_TRUE(matcher.error().has_value());
  EXPECT_EQ(matcher.error()->code, ErrorCode::kBadQuery);
  EXPECT_NE(matcher.error()->message.find("'a'"), std::string::npos);
}

TEST(Filter, ATurnedRoundPatternErrorIsNoMatch) {
  const Result<Filter> filter = Filter::ParseJson(R"({"a":{"$not":{"$regex":"^(a+)+$"}}})");
  const std::string doc = *ParseDocument(R"({"a":")" + std::string(5000, 'a') + "b\"}");
  Matcher matcher(&*filter);
  EXPECT_FALSE(matcher.Matches(DocView(doc)));
  EXPECT_TRUE(matcher.error().has_value());
}

}  // namespace
}  // namespace veddb::doc
