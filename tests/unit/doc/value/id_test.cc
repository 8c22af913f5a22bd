// SPDX-License-Identifier: BSD-3-Clause
#include "doc/value/id.h"

#include <gtest/gtest.h>

#include "doc/value/extjson.h"
#include "doc/value/validate.h"
#include "tests/unit/doc/support/random_value.h"

namespace veddb::doc {
namespace {

using namespace std::string_view_literals;

struct Argument {
  Bytes text;
  Bytes canonical;  // the id as canonical JSON
};
constexpr Argument kArguments[] = {
    {"42"sv, R"({"$numberInt":"42"})"},
    {"42.0"sv, R"({"$numberDouble":"42.0"})"},
    {" 42"sv, R"({"$numberInt":"42"})"},
    {"\"42\""sv, R"("42")"},
    {"abc"sv, R"("abc")"},
    {""sv, R"("")"},
    {"true"sv, "true"},
    {"null"sv, "null"},
    {"truely"sv, R"("truely")"},
    {"4 2"sv, R"("4 2")"},
    {"-"sv, R"("-")"},
    {"1e999"sv, R"("1e999")"},
    {"[1]"sv, R"("[1]")"},
    {" {}"sv, R"(" {}")"},
    {"\"abc"sv, R"("\"abc")"},
    {"a\0b"sv, R"("a\u0000b")"},
    {"018f-x"sv, R"("018f-x")"},
    {"12345678901234"sv, R"({"$numberLong":"12345678901234"})"},
    {R"({"$oid":"56e1fc72e0c917e9c4714161"})"sv, R"({"$oid":"56e1fc72e0c917e9c4714161"})"},
    {R"({"a":[1.5]})"sv, R"({"a":[{"$numberDouble":"1.5"}]})"},
    {R"({"$minKey":1})"sv, R"({"$minKey":1})"},
};

TEST(ParseIdArgument, ReadsJsonObjectsScalarsAndPlainText) {
  for (const Argument& row : kArguments) {
    const Result<std::string> id = ParseIdArgument(row.text);
    ASSERT_TRUE(id.ok()) << row.text << ": " << id.error().message;
    std::string text;
    WriteJsonValue(TaggedView(*id), JsonMode::kCanonical, &text);
    EXPECT_EQ(text, row.canonical) << row.text;
  }
}

TEST(ParseIdArgument, RefusesWhatCanBeNoId) {
  EXPECT_EQ(ParseIdArgument("\xff").error().code, ErrorCode::kErr);
  EXPECT_EQ(ParseIdArgument("{").error().code, ErrorCode::kBadJson);
  EXPECT_EQ(ParseIdArgument("{\"$oid\":1}").error().code, ErrorCode::kBadJson);
  EXPECT_EQ(ParseIdArgument(R"({"$undefined":true})").error().code, ErrorCode::kBadQuery);
  EXPECT_EQ(ParseIdArgument(R"({"$regularExpression":{"pattern":"","options":""}})").error().code,
            ErrorCode::kBadQuery);
  EXPECT_EQ(ParseIdArgument(R"({"a":{"$b":1}})").error().code, ErrorCode::kBadQuery);
  EXPECT_EQ(ParseIdArgument(R"({"a":[{"$b":1}]})").error().code, ErrorCode::kBadQuery);
}

Status Validate(Bytes json, DocumentUse use) {
  return ValidateDocument(DocView(*ParseDocument(json)), use);
}

TEST(ValidateDocument, AllowsDollarNamesInInsertsButNotOnTopOfReplacements) {
  EXPECT_TRUE(Validate(R"({"$a":1,"b.c":2,"":3})", DocumentUse::kInsert).ok());
  EXPECT_FALSE(Validate(R"({"$a":1})", DocumentUse::kReplacement).ok());
  EXPECT_TRUE(Validate(R"({"a":{"$b":1},"c.d":1,"":2})", DocumentUse::kReplacement).ok());
}

TEST(ValidateDocument, ChecksTheId) {
  for (const auto use : {DocumentUse::kInsert, DocumentUse::kReplacement}) {
    EXPECT_FALSE(Validate(R"({"_id":[1]})", use).ok());
    EXPECT_FALSE(Validate(R"({"a":1,"_id":{"$undefined":true}})", use).ok());
    EXPECT_FALSE(Validate(R"({"_id":{"$a":1}})", use).ok());
    EXPECT_TRUE(Validate(R"({"_id":{"a.b":1}})", use).ok());
    EXPECT_TRUE(Validate(R"({"_id":null,"b":{"_id":[1]}})", use).ok());
  }
}

TEST(WithIdFirst, MovesOrSetsTheId) {
  const std::string made = TaggedString("new");
  const auto text = [&made](Bytes json) {
    const std::string doc = WithIdFirst(DocView(*ParseDocument(json)), TaggedView(made));
    EXPECT_TRUE(ValidateBson(doc).ok());
    return JsonText(DocView(doc));
  };
  EXPECT_EQ(text(R"({"_id":1,"a":2})"), R"({"_id":1,"a":2})");
  EXPECT_EQ(text(R"({"a":2,"_id":1,"b":3})"), R"({"_id":1,"a":2,"b":3})");
  EXPECT_EQ(text(R"({"a":2})"), R"({"_id":"new","a":2})");
  EXPECT_EQ(text("{}"), R"({"_id":"new"})");
}

TEST(IdGenerator, IdsGrowEvenIfTheClockDoesNot) {
  const uint64_t seed = TestSeed();
  std::mt19937_64 dice(seed);
  IdGenerator generator;
  std::string last;
  for (int i = 0; i < 100'000; ++i) {
    uint64_t random[2] = {dice(), dice()};
    if (i % 3 == 0) random[1] = ~uint64_t{0};  // the low part at its end: it must carry
    const uint64_t now = 1'700'000'000'000 + static_cast<uint64_t>(i / 1000) - dice() % 3;
    const std::string id = generator.Next(now, reinterpret_cast<const uint8_t*>(random));
    const std::string text(TaggedView(id).String());
    ASSERT_EQ(text.size(), 36u);
    ASSERT_EQ(text[14], '7') << text;
    ASSERT_NE(Bytes("89ab").find(text[19]), Bytes::npos) << text;
    ASSERT_LT(last, text) << "seed " << seed;
    last = text;
  }
}

TEST(IdGenerator, TheTimeStandsInFront) {
  IdGenerator generator;
  const uint8_t random[16] = {};
  const std::string id = generator.Next(0x0123456789ab, random);
  EXPECT_EQ(TaggedView(id).String(), "01234567-89ab-7000-8000-000000000000");
}

TEST(ValidateBson, DamageIsFoundOrHarmless) {
  const uint64_t seed = TestSeed();
  RandomValues random(seed);
  std::mt19937_64 dice(seed);
  size_t refused = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string doc = random.Document(3);
    if (dice() % 4 == 0)
      doc.resize(dice() % doc.size());
    else
      doc[dice() % doc.size()] = static_cast<char>(dice());
    if (!ValidateBson(doc).ok()) {
      ++refused;
      continue;
    }
    EXPECT_FALSE(JsonText(DocView(doc)).empty());  // reads all of it
  }
  EXPECT_GT(refused, 5000u) << "seed " << seed;
}

}  // namespace
}  // namespace veddb::doc
