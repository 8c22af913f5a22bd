// SPDX-License-Identifier: BSD-3-Clause
// What projections show, by table.
#include "doc/query/projection.h"

#include <gtest/gtest.h>

#include "doc/value/validate.h"

namespace veddb::doc {
namespace {

struct Case {
  const char* projection;
  const char* doc;
  const char* shown;
};

constexpr const char* kDoc = R"({"_id":1,"a":1,"b":{"c":2,"d":{"e":3}},"f":[1,2,3,4]})";
constexpr const char* kNested = R"({"_id":1,"a":[1,{"b":1,"c":2},[{"b":3,"c":4},5],"x"]})";

constexpr Case kCases[] = {
    {"{}", kDoc, kDoc},
    {R"({"a":1})", kDoc, R"({"_id":1,"a":1})"},
    {R"({"a":true})", kDoc, R"({"_id":1,"a":1})"},
    {R"({"a":2.5})", kDoc, R"({"_id":1,"a":1})"},
    {R"({"a":{"$numberDecimal":"1"}})", kDoc, R"({"_id":1,"a":1})"},
    {R"({"f":1,"a":1})", kDoc, R"({"_id":1,"a":1,"f":[1,2,3,4]})"},
    {R"({"a":1,"_id":0})", kDoc, R"({"a":1})"},
    {R"({"_id":1})", kDoc, R"({"_id":1})"},
    {R"({"_id":0})", kDoc, R"({"a":1,"b":{"c":2,"d":{"e":3}},"f":[1,2,3,4]})"},
    {R"({"_id":1,"a":1})", kDoc, R"({"_id":1,"a":1})"},
    {R"({"missing":1})", kDoc, R"({"_id":1})"},
    {R"({"b.c":1})", kDoc, R"({"_id":1,"b":{"c":2}})"},
    {R"({"b":{"c":1}})", kDoc, R"({"_id":1,"b":{"c":2}})"},
    {R"({"b":{"d.e":1}})", kDoc, R"({"_id":1,"b":{"d":{"e":3}}})"},
    {R"({"b.d.e":1,"b.c":1})", kDoc, R"({"_id":1,"b":{"c":2,"d":{"e":3}}})"},
    {R"({"b.x":1})", kDoc, R"({"_id":1,"b":{}})"},
    {R"({"a.x":1})", kDoc, R"({"_id":1})"},
    {R"({"f.x":1})", kDoc, R"({"_id":1,"f":[]})"},
    {R"({"f.0":1})", kDoc, R"({"_id":1,"f":[]})"},
    {R"({"a":0})", kDoc, R"({"_id":1,"b":{"c":2,"d":{"e":3}},"f":[1,2,3,4]})"},
    {R"({"a":false,"f":0})", kDoc, R"({"_id":1,"b":{"c":2,"d":{"e":3}}})"},
    {R"({"a":0,"_id":0,"b":0})", kDoc, R"({"f":[1,2,3,4]})"},
    {R"({"a":0,"_id":1,"b":0})", kDoc, R"({"_id":1,"f":[1,2,3,4]})"},
    {R"({"b.c":0})", kDoc, R"({"_id":1,"a":1,"b":{"d":{"e":3}},"f":[1,2,3,4]})"},
    {R"({"b":{"d":{"e":0}},"f":0,"a":0})", kDoc, R"({"_id":1,"b":{"c":2,"d":{}}})"},
    {R"({"a.x":0,"b":0,"f":0})", kDoc, R"({"_id":1,"a":1})"},
    {R"({"a.b":1})", kNested, R"({"_id":1,"a":[{"b":1},[{"b":3}]]})"},
    {R"({"a.b":0})", kNested, R"({"_id":1,"a":[1,{"c":2},[{"c":4},5],"x"]})"},
    {R"({"a.x":1})", kNested, R"({"_id":1,"a":[{},[{}]]})"},
    {R"({"_id.x":1})", R"({"_id":{"x":1,"y":2},"a":1})", R"({"_id":{"x":1}})"},
    {R"({"_id.x":0})", R"({"_id":{"x":1,"y":2},"a":1})", R"({"_id":{"y":2},"a":1})"},
    {R"({"a._id":0})", R"({"_id":1,"a":{"_id":2,"b":3}})", R"({"_id":1,"a":{"b":3}})"},
    {R"({"a.b":1})", R"({"_id":1,"a":{"_id":2,"b":3}})", R"({"_id":1,"a":{"b":3}})"},
    {R"({"f":{"$slice":2},"b":0})", kDoc, R"({"_id":1,"a":1,"f":[1,2]})"},
    {R"({"f":{"$slice":-2},"a":1})", kDoc, R"({"_id":1,"a":1,"f":[3,4]})"},
    {R"({"f":{"$slice":0},"a":1})", kDoc, R"({"_id":1,"a":1,"f":[]})"},
    {R"({"f":{"$slice":9},"a":1})", kDoc, R"({"_id":1,"a":1,"f":[1,2,3,4]})"},
    {R"({"f":{"$slice":-9},"a":1})", kDoc, R"({"_id":1,"a":1,"f":[1,2,3,4]})"},
    {R"({"f":{"$slice":[1,2]},"a":1})", kDoc, R"({"_id":1,"a":1,"f":[2,3]})"},
    {R"({"f":{"$slice":[-3,2]},"a":1})", kDoc, R"({"_id":1,"a":1,"f":[2,3]})"},
    {R"({"f":{"$slice":[9,2]},"a":1})", kDoc, R"({"_id":1,"a":1,"f":[]})"},
    {R"({"f":{"$slice":[-9,2]},"a":1})", kDoc, R"({"_id":1,"a":1,"f":[1,2]})"},
    {R"({"f":{"$slice":[1,9000000000000]},"a":1})", kDoc, R"({"_id":1,"a":1,"f":[2,3,4]})"},
    {R"({"f":{"$slice":1}})", kDoc, R"({"_id":1,"a":1,"b":{"c":2,"d":{"e":3}},"f":[1]})"},
    {R"({"a":{"$slice":1}})", kDoc, kDoc},
    {R"({"b.f":{"$slice":1}})", R"({"_id":1,"b":{"f":[1,2],"g":1},"c":1})",
     R"({"_id":1,"b":{"f":[1],"g":1},"c":1})"},
    {R"({"b.f":{"$slice":1},"c":1})", R"({"_id":1,"b":{"f":[1,2],"g":1},"c":1})",
     R"({"_id":1,"b":{"f":[1]},"c":1})"},
    {R"({"a":{"$elemMatch":{"$gt":1}}})", R"({"_id":1,"a":[1,2,3],"b":1})", R"({"_id":1,"a":[2]})"},
    {R"({"a":{"$elemMatch":{"b":2}},"z":1})", R"({"_id":1,"a":[{"b":1},{"b":2,"c":1}],"z":1})",
     R"({"_id":1,"z":1,"a":[{"b":2,"c":1}]})"},
    {R"({"a":{"$elemMatch":{"b":9}}})", R"({"_id":1,"a":[{"b":1}]})", R"({"_id":1})"},
    {R"({"a":{"$elemMatch":{"b":9}}})", R"({"_id":1,"a":7})", R"({"_id":1})"},
    {R"({"a":{"$elemMatch":{"$gt":1}},"z":0})", R"({"_id":1,"a":[1,2,3],"b":1,"z":1})",
     R"({"_id":1,"a":[2],"b":1})"},
};

TEST(Projection, ShowsWhatItSays) {
  for (const Case& row : kCases) {
    const Result<Projection> projection = Projection::ParseJson(row.projection);
    ASSERT_TRUE(projection.ok()) << row.projection << ": " << projection.error().message;
    const std::string doc = *ParseDocument(row.doc);
    Projector projector(&*projection);
    std::string shown;
    ASSERT_TRUE(projector.Apply(DocView(doc), kNoArrayIndex, &shown).ok()) << row.projection;
    EXPECT_TRUE(ValidateBson(shown).ok()) << row.projection;
    EXPECT_EQ(JsonText(DocView(shown)), row.shown) << row.projection << " on " << row.doc;
  }
}

struct PositionalCase {
  const char* filter;
  const char* projection;
  const char* doc;
  const char* shown;  // nullptr: BADQUERY
};

TEST(Projection, ThePositionalOperatorShowsTheElementThatMatched) {
  constexpr PositionalCase kPositional[] = {
      {R"({"a":{"$gt":1}})", R"({"a.$":1})", R"({"_id":1,"a":[1,2,3],"b":1})",
       R"({"_id":1,"a":[2]})"},
      {R"({"a.b":2})", R"({"a.$":1,"c":1})", R"({"_id":1,"a":[{"b":1},{"b":2,"x":1}],"c":3})",
       R"({"_id":1,"a":[{"b":2,"x":1}],"c":3})"},
      {R"({"a.b":2})", R"({"a.b.$":1})", R"({"_id":1,"a":{"b":[1,2]}})",
       R"({"_id":1,"a":{"b":[2]}})"},
      {R"({"a.b":2})", R"({"a.b.$":1})", R"({"_id":1,"a":[{"b":1},{"b":2,"x":1}]})",
       R"({"_id":1,"a":[{"b":2}]})"},
      {R"({"a":{"$elemMatch":{"b":2}}})", R"({"a.$":true,"_id":0})",
       R"({"_id":1,"a":[{"b":1},{"b":2}]})", R"({"a":[{"b":2}]})"},
      {R"({"b":1})", R"({"a.$":1})", R"({"_id":1,"a":[1],"b":1})", nullptr},
      {R"({"b":1})", R"({"a.$":1})", R"({"_id":1,"a":5,"b":1})", R"({"_id":1,"a":5})"},
  };
  for (const PositionalCase& row : kPositional) {
    const Result<Filter> filter = Filter::ParseJson(row.filter);
    const Result<Projection> projection = Projection::ParseJson(row.projection);
    ASSERT_TRUE(projection.ok()) << row.projection << ": " << projection.error().message;
    EXPECT_TRUE(projection->has_positional());
    const std::string doc = *ParseDocument(row.doc);
    Matcher matcher(&*filter);
    ASSERT_TRUE(matcher.Matches(DocView(doc))) << row.filter;
    Projector projector(&*projection);
    std::string shown;
    const Status status = projector.Apply(DocView(doc), matcher.array_index(), &shown);
    ASSERT_EQ(status.ok(), row.shown != nullptr) << row.projection;
    if (status.ok()) {
      EXPECT_EQ(JsonText(DocView(shown)), row.shown) << row.projection << " on " << row.doc;
    }
  }
}

TEST(Projection, ExpressionsAreComputed) {
  constexpr Case kComputed[] = {
      {R"({"x":{"$add":["$a",1]}})", kDoc, R"({"_id":1,"x":2})"},
      {R"({"x":"$a","a":1})", kDoc, R"({"_id":1,"a":1,"x":1})"},
      {R"({"x":"text","_id":0})", kDoc, R"({"x":"text"})"},
      {R"({"x":null,"y":[1,"$a"],"_id":0})", kDoc, R"({"x":null,"y":[1,1]})"},
      {R"({"x":"$none","a":1})", kDoc, R"({"_id":1,"a":1})"},
      {R"({"a":{"$literal":7},"b.c":1})", kDoc, R"({"_id":1,"b":{"c":2},"a":7})"},
      {R"({"b.x":"$a","b.c":1,"_id":0})", kDoc, R"({"b":{"c":2,"x":1}})"},
      {R"({"b":{"x":"$a","d":{"e":1}},"_id":0})", kDoc, R"({"b":{"d":{"e":3},"x":1}})"},
      {R"({"a.x":"$b.c","_id":0})", kDoc, R"({"a":{"x":2}})"},
      {R"({"q.r.s":"$a","_id":0})", kDoc, R"({"q":{"r":{"s":1}}})"},
      {R"({"f":{"$slice":["$f",-2]},"_id":0})", kDoc, R"({"f":[3,4]})"},
      {R"({"f":{"$slice":2},"x":"$a","_id":0})", kDoc, R"({"f":[1,2],"x":1})"},
      {R"({"_id":"$a"})", kDoc, R"({"_id":1})"},
      {R"({"a.x":"$_id","_id":0})", kNested, R"({"a":[{"x":1},[{"x":1}]]})"},
      {R"({"a.x":"$_id","a.b":1,"_id":0})", kNested, R"({"a":[{"b":1,"x":1},[{"b":3,"x":1}]]})"},
  };
  for (const Case& row : kComputed) {
    const Result<Projection> projection = Projection::ParseJson(row.projection);
    ASSERT_TRUE(projection.ok()) << row.projection << ": " << projection.error().message;
    const std::string doc = ParseDocument(row.doc).TakeValue();
    Projector projector(&*projection);
    std::string shown;
    ASSERT_TRUE(projector.Apply(DocView(doc), kNoArrayIndex, &shown).ok()) << row.projection;
    EXPECT_EQ(JsonText(DocView(shown)), row.shown) << row.projection;
  }
}

TEST(Projection, AnExpressionThatFailsIsAnError) {
  const Projection projection = Projection::ParseJson(R"({"x":{"$add":["$b",1]}})").TakeValue();
  const std::string doc = ParseDocument(kDoc).TakeValue();
  Projector projector(&projection);
  std::string shown;
  const Status status = projector.Apply(DocView(doc), kNoArrayIndex, &shown);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ErrorCode::kBadQuery);
}

TEST(Projection, WhatIsComputedIsBounded) {
  const std::string doc =
      ParseDocument("{\"s\":\"" + std::string(1024 * 1024, 'x') + "\"}").TakeValue();
  std::string spec = "{";
  for (int i = 0; i < 100; ++i) spec += "\"f" + std::to_string(i) + "\":\"$s\",";
  spec.back() = '}';
  const Projection projection = Projection::ParseJson(spec).TakeValue();
  Projector projector(&projection);
  std::string shown;
  const Status status = projector.Apply(DocView(doc), kNoArrayIndex, &shown);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ErrorCode::kMemoryLimit);
}

TEST(Projection, WhatIsWrongIsRefused) {
  constexpr const char* kWrong[] = {
      R"({"a":1,"b":0})",
      R"({"a":0,"b":1})",
      R"({"a":{"b":1,"c":0}})",
      R"({"a":1,"a.b":1})",
      R"({"a.b":1,"a":1})",
      R"({"a":{"b":1},"a.b":1})",
      R"({"a":{"$slice":1},"a.b":1})",
      R"({"":1})",
      R"({"a.":1})",
      R"({".a":1})",
      R"({"a..b":1})",
      R"({"$a":1})",
      R"({"a.$b":1})",
      R"({"$":1})",
      R"({"a.$":0})",
      R"({"a.$":1,"b.$":1})",
      R"({"a.$.b":1})",
      R"({"a.$":1,"b":0})",
      R"({"a":{}})",
      R"({"a":"$"})",
      R"({"a":"$b","c":0})",
      R"({"a":"$b","a.c":1})",
      R"({"a":{"$nothing":1}})",
      R"({"a":"$$nothing"})",
      R"({"a":{"$add":[1,2],"$subtract":[1,2]}})",
      R"({"a":{"$meta":"textScore"}})",
      R"({"a":{"$slice":"x"}})",
      R"({"a":{"$slice":[1]}})",
      R"({"a":{"$slice":[1,0]}})",
      R"({"a":{"$slice":[1,-1]}})",
      R"({"a":{"$slice":[1,"$b"]}})",
      R"({"a":{"$slice":1,"b":1}})",
      R"({"a":{"$elemMatch":1}})",
      R"({"a":{"$elemMatch":{"$foo":1}}})",
      R"({"a.b":{"$elemMatch":{"c":1}}})",
  };
  for (const char* text : kWrong) {
    const Result<Projection> projection = Projection::ParseJson(text);
    ASSERT_FALSE(projection.ok()) << text;
    EXPECT_EQ(projection.error().code, ErrorCode::kBadQuery) << text;
  }
  std::string deep = "a";
  for (int i = 0; i < 100'000; ++i) deep += ".a";
  EXPECT_EQ(Projection::ParseJson("{\"" + deep + "\":1}").error().code, ErrorCode::kBadQuery);
}

}  // namespace
}  // namespace veddb::doc
