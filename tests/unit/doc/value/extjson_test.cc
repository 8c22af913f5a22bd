// SPDX-License-Identifier: BSD-3-Clause
// JSON text to BSON and back, by table: what goes in, what comes out in both modes, what is
// refused.
#include "doc/value/extjson.h"

#include <gtest/gtest.h>

#include <random>

#include "doc/value/compare.h"
#include "doc/value/validate.h"
#include "tests/unit/doc/support/random_value.h"

namespace veddb::doc {
namespace {

struct RoundTrip {
  const char* input;
  const char* relaxed;    // nullptr: as the input
  const char* canonical;  // nullptr: as the input
};

constexpr RoundTrip kRoundTrips[] = {
    {"{}", "{}", "{}"},
    {R"( { "a" : 1 } )", R"({"a":1})", R"({"a":{"$numberInt":"1"}})"},
    {R"({"a":2147483647})", nullptr, R"({"a":{"$numberInt":"2147483647"}})"},
    {R"({"a":-2147483648})", nullptr, R"({"a":{"$numberInt":"-2147483648"}})"},
    {R"({"a":2147483648})", nullptr, R"({"a":{"$numberLong":"2147483648"}})"},
    {R"({"a":-2147483649})", nullptr, R"({"a":{"$numberLong":"-2147483649"}})"},
    {R"({"a":9223372036854775807})", nullptr, R"({"a":{"$numberLong":"9223372036854775807"}})"},
    {R"({"a":-9223372036854775808})", nullptr, R"({"a":{"$numberLong":"-9223372036854775808"}})"},
    {R"({"a":9223372036854775808})", R"({"a":9223372036854775808.0})",
     R"({"a":{"$numberDouble":"9223372036854775808.0"}})"},
    {R"({"a":-0})", R"({"a":0})", R"({"a":{"$numberInt":"0"}})"},
    {R"({"a":-0.0})", R"({"a":-0.0})", R"({"a":{"$numberDouble":"-0.0"}})"},
    {R"({"a":1.0})", nullptr, R"({"a":{"$numberDouble":"1.0"}})"},
    {R"({"a":1e2})", R"({"a":100.0})", R"({"a":{"$numberDouble":"100.0"}})"},
    {R"({"a":0.1})", nullptr, R"({"a":{"$numberDouble":"0.1"}})"},
    {R"({"a":1.7976931348623157e308})", R"({"a":1.7976931348623157e+308})",
     R"({"a":{"$numberDouble":"1.7976931348623157e+308"}})"},
    {R"({"a":5e-324})", nullptr, R"({"a":{"$numberDouble":"5e-324"}})"},
    {R"({"a":1e-400})", R"({"a":0.0})", R"({"a":{"$numberDouble":"0.0"}})"},
    {R"({"a":1e21})", R"({"a":1e+21})", R"({"a":{"$numberDouble":"1e+21"}})"},
    {R"({"a":1e20})", R"({"a":100000000000000000000.0})",
     R"({"a":{"$numberDouble":"100000000000000000000.0"}})"},
    {R"({"a":1.5e-7})", R"({"a":0.00000015})", R"({"a":{"$numberDouble":"0.00000015"}})"},
    {R"({"a":1.5e-8})", R"({"a":1.5e-08})", R"({"a":{"$numberDouble":"1.5e-08"}})"},
    {R"({"a":{"$numberInt":"42"}})", R"({"a":42})", nullptr},
    {R"({"a":{"$numberLong":"42"}})", R"({"a":42})", nullptr},
    {R"({"a":{"$numberDouble":"42"}})", R"({"a":42.0})", R"({"a":{"$numberDouble":"42.0"}})"},
    {R"({"a":{"$numberDouble":"NaN"}})", nullptr, nullptr},
    {R"({"a":{"$numberDouble":"Infinity"}})", nullptr, nullptr},
    {R"({"a":{"$numberDouble":"-Infinity"}})", nullptr, nullptr},
    {R"({"a":{"$numberDouble":"-1.5e3"}})", R"({"a":-1500.0})",
     R"({"a":{"$numberDouble":"-1500.0"}})"},
    {R"({"a":{"$numberDecimal":"1.50"}})", nullptr, nullptr},
    {R"({"a":{"$numberDecimal":"NaN"}})", nullptr, nullptr},
    {R"({"a":{"$numberDecimal":"-Infinity"}})", nullptr, nullptr},
    {R"({"a":{"$numberDecimal":"1E+6144"}})",
     R"({"a":{"$numberDecimal":"1.000000000000000000000000000000000E+6144"}})",
     R"({"a":{"$numberDecimal":"1.000000000000000000000000000000000E+6144"}})"},
    {R"({"a":{"$numberDecimal":"9.999999999999999999999999999999999E+6144"}})", nullptr, nullptr},
    {R"({"a":{"$oid":"56E1FC72e0c917e9c4714161"}})", R"({"a":{"$oid":"56e1fc72e0c917e9c4714161"}})",
     R"({"a":{"$oid":"56e1fc72e0c917e9c4714161"}})"},
    {R"({"a":{"$date":"1970-01-01T00:00:00Z"}})", nullptr,
     R"({"a":{"$date":{"$numberLong":"0"}}})"},
    {R"({"a":{"$date":"2012-12-24T12:15:30.501Z"}})", nullptr,
     R"({"a":{"$date":{"$numberLong":"1356351330501"}}})"},
    {R"({"a":{"$date":"2012-12-24T12:15:30.5Z"}})", R"({"a":{"$date":"2012-12-24T12:15:30.500Z"}})",
     R"({"a":{"$date":{"$numberLong":"1356351330500"}}})"},
    {R"({"a":{"$date":"2012-12-24T14:15:30+02:00"}})", R"({"a":{"$date":"2012-12-24T12:15:30Z"}})",
     R"({"a":{"$date":{"$numberLong":"1356351330000"}}})"},
    {R"({"a":{"$date":"2012-12-24T09:45:30-0230"}})", R"({"a":{"$date":"2012-12-24T12:15:30Z"}})",
     R"({"a":{"$date":{"$numberLong":"1356351330000"}}})"},
    {R"({"a":{"$date":{"$numberLong":"1356351330501"}}})",
     R"({"a":{"$date":"2012-12-24T12:15:30.501Z"}})", nullptr},
    {R"({"a":{"$date":{"$numberLong":"-1"}}})", nullptr, nullptr},
    {R"({"a":{"$date":{"$numberLong":"253402300799999"}}})",
     R"({"a":{"$date":"9999-12-31T23:59:59.999Z"}})", nullptr},
    {R"({"a":{"$date":{"$numberLong":"253402300800000"}}})", nullptr, nullptr},
    {R"({"a":{"$date":"1969-12-31T23:59:59Z"}})", R"({"a":{"$date":{"$numberLong":"-1000"}}})",
     R"({"a":{"$date":{"$numberLong":"-1000"}}})"},
    {R"({"a":{"$date":"2000-02-29T00:00:00Z"}})", nullptr,
     R"({"a":{"$date":{"$numberLong":"951782400000"}}})"},
    {R"({"a":{"$binary":{"base64":"","subType":"00"}}})", nullptr, nullptr},
    {R"({"a":{"$binary":{"base64":"/w==","subType":"0"}}})",
     R"({"a":{"$binary":{"base64":"/w==","subType":"00"}}})",
     R"({"a":{"$binary":{"base64":"/w==","subType":"00"}}})"},
    {R"({"a":{"$binary":{"subType":"02","base64":"//8="}}})",
     R"({"a":{"$binary":{"base64":"//8=","subType":"02"}}})",
     R"({"a":{"$binary":{"base64":"//8=","subType":"02"}}})"},
    {R"({"a":{"$binary":{"base64":"c//SZESzTGmQ6OfR38A11A==","subType":"80"}}})", nullptr, nullptr},
    {R"({"a":{"$uuid":"73ffd264-44b3-4c69-90e8-e7d1dfc035d4"}})",
     R"({"a":{"$binary":{"base64":"c//SZESzTGmQ6OfR38A11A==","subType":"04"}}})",
     R"({"a":{"$binary":{"base64":"c//SZESzTGmQ6OfR38A11A==","subType":"04"}}})"},
    {R"({"a":{"$regularExpression":{"pattern":"^a/","options":"mi"}}})",
     R"({"a":{"$regularExpression":{"pattern":"^a/","options":"im"}}})",
     R"({"a":{"$regularExpression":{"pattern":"^a/","options":"im"}}})"},
    {R"({"a":{"$regularExpression":{"pattern":"x","options":"\u03cdié"}}})",
     R"({"a":{"$regularExpression":{"pattern":"x","options":"iéύ"}}})",
     R"({"a":{"$regularExpression":{"pattern":"x","options":"iéύ"}}})"},
    {R"({"a":{"$timestamp":{"t":4294967295,"i":1}}})", nullptr, nullptr},
    {R"({"a":{"$timestamp":{"i":1,"t":0}}})", R"({"a":{"$timestamp":{"t":0,"i":1}}})",
     R"({"a":{"$timestamp":{"t":0,"i":1}}})"},
    {R"({"a":{"$dbPointer":{"$ref":"b","$id":{"$oid":"56e1fc72e0c917e9c4714161"}}}})", nullptr,
     nullptr},
    {R"({"a":{"$code":"f;"}})", nullptr, nullptr},
    {R"({"a":{"$code":"f;","$scope":{}}})", nullptr, nullptr},
    {R"({"a":{"$scope":{"x":1.5},"$code":"f;"}})", R"({"a":{"$code":"f;","$scope":{"x":1.5}}})",
     R"({"a":{"$code":"f;","$scope":{"x":{"$numberDouble":"1.5"}}}})"},
    {R"({"a":{"$symbol":"s"}})", nullptr, nullptr},
    {R"({"a":{"$undefined":true}})", nullptr, nullptr},
    {R"({"a":{"$minKey":1},"b":{"$maxKey":1}})", nullptr, nullptr},
    {R"({"a":null,"b":true,"c":false})", nullptr, nullptr},
    {R"({"a":[],"b":[1.5,[{"c":null}],{}]})", nullptr,
     R"({"a":[],"b":[{"$numberDouble":"1.5"},[{"c":null}],{}]})"},
    {R"({"z":"1","a":"2","":"3","a.b":"4","$x":"5"})", nullptr, nullptr},
    {R"({"a":"\u0000\u001f\b\f\n\r\t\"\\\/"})", R"({"a":"\u0000\u001f\b\f\n\r\t\"\\/"})",
     R"({"a":"\u0000\u001f\b\f\n\r\t\"\\/"})"},
    {R"({"a":"\u00e4\u20ac\ud834\udd1e"})", R"({"a":"ä€𝄞"})", R"({"a":"ä€𝄞"})"},
    {"{\"a\":\"\xed\x9f\xbf\"}", nullptr, nullptr},
    // What belongs to filters and updates stays an object.
    {R"({"a":{"$regex":"x","$options":"i"}})", nullptr, nullptr},
    {R"({"a":{"$gt":{"$date":"1970-01-01T00:00:00Z"}}})", nullptr,
     R"({"a":{"$gt":{"$date":{"$numberLong":"0"}}}})"},
    {R"({"a":{"$type":"string"},"$and":[{"b":"c"}]})", nullptr, nullptr},
    {R"({"a":{"$ref":"c","$id":"d","$db":"e"}})", nullptr, nullptr},
    {R"({"a":{"$ref":"c"}})", nullptr, nullptr},
    {R"({"a":{"$id":"c"}})", nullptr, nullptr},
};

TEST(ExtJson, TextComesBackInBothModes) {
  for (const RoundTrip& row : kRoundTrips) {
    const Result<std::string> bson = ParseDocument(row.input);
    ASSERT_TRUE(bson.ok()) << row.input << ": " << bson.error().message;
    EXPECT_TRUE(ValidateBson(*bson).ok()) << row.input;
    std::string relaxed;
    WriteJson(DocView(*bson), JsonMode::kRelaxed, &relaxed);
    EXPECT_EQ(relaxed, row.relaxed ? row.relaxed : row.input);
    std::string canonical;
    WriteJson(DocView(*bson), JsonMode::kCanonical, &canonical);
    EXPECT_EQ(canonical, row.canonical ? row.canonical : row.input);
    const Result<std::string> again = ParseDocument(canonical);
    ASSERT_TRUE(again.ok()) << canonical << ": " << again.error().message;
    EXPECT_EQ(*again, *bson) << canonical;
  }
}

struct Refused {
  Bytes input;
  Bytes message;  // what the message must contain
};

using namespace std::string_view_literals;

constexpr Refused kRefused[] = {
    {""sv, "empty"},
    {"   "sv, "empty"},
    {"{"sv, "at byte 1"},
    {"{\"a\""sv, "at byte 4"},
    {"{\"a\":}"sv, "at byte 5"},
    {"{\"a\":1,}"sv, "at byte 7"},
    {"{a:1}"sv, "at byte 1"},
    {"{'a':1}"sv, "at byte 1"},
    {"{\"a\":1} x"sv, "at byte 8"},
    {"{\"a\":1}{}"sv, "at byte 7"},
    {"{\"a\":01}"sv, "at byte"},
    {"{\"a\":+1}"sv, "at byte"},
    {"{\"a\":.5}"sv, "at byte"},
    {"{\"a\":1.}"sv, "at byte"},
    {"{\"a\":1e}"sv, "at byte"},
    {"{\"a\":-}"sv, "at byte"},
    {"{\"a\":NaN}"sv, "at byte"},
    {"{\"a\":Infinity}"sv, "at byte"},
    {"{\"a\":nul}"sv, "at byte"},
    {"{\"a\":[1,]}"sv, "at byte"},
    {"{\"a\":[1}"sv, "at byte"},
    {"{\"a\":\"x}"sv, "at byte"},
    {"{\"a\":\"\\x\"}"sv, "at byte"},
    {"{\"a\":\"\\u12\"}"sv, "at byte"},
    {"{\"a\":\"\n\"}"sv, "at byte"},
    {"{\"a\":1 /*c*/}"sv, "at byte"},
    {"{\"a\":1e309}"sv, "at byte"},
    {"{\"a\":-1e309}"sv, "at byte"},
    {"{\"a\":1.8e308}"sv, "range of a double at byte"},
    {"{\"a\":\"\\ud800\"}"sv, "at byte"},
    {"{\"a\":\"\\udc00\"}"sv, "lone surrogate at byte"},
    {"{\"a\":\"\\udc00\\ud800\"}"sv, "at byte"},
    {"{\"\\udfff\":1}"sv, "lone surrogate at byte"},
    {"{\"a\":\"\xed\xa0\x80\"}"sv, "invalid UTF-8 at byte 6"},
    {"{\"a\":\"\xff\"}"sv, "invalid UTF-8 at byte 6"},
    {"{\"a\":\"\xc0\x80\"}"sv, "invalid UTF-8 at byte 6"},
    {"{\"a\":\"\xf4\x90\x80\x80\"}"sv, "invalid UTF-8 at byte 6"},
    {"{\"a\":\"\xe2\x82\"}"sv, "invalid UTF-8 at byte 6"},
    {"{\"a\\u0000\":1}"sv, "NUL in a field name at byte"},
    {"{\"a\":1}\0"sv, "at byte 7"},
    {"{\"a\":\0 1}"sv, "at byte 5"},
    {"\xef\xbb\xbf{}"sv, "at byte 0"},
    {"{\"a\":1,\"a\":2}"sv, "duplicate field name 'a' at byte"},
    {"{\"a\":{\"b\":1,\"c\":2,\"b\":3}}"sv, "duplicate field name 'b' at byte"},
    {"{\"a\":{\"$oid\":\"56e1fc72e0c917e9c471416\"}}"sv, "malformed $oid at byte"},
    {"{\"a\":{\"$oid\":\"56e1fc72e0c917e9c471416g\"}}"sv, "malformed $oid at byte"},
    {"{\"a\":{\"$oid\":1}}"sv, "malformed $oid at byte"},
    {"{\"a\":{\"$oid\":\"56e1fc72e0c917e9c4714161\",\"x\":1}}"sv, "malformed $oid at byte"},
    {"{\"a\":{\"x\":1,\"$oid\":\"56e1fc72e0c917e9c4714161\"}}"sv,
     "extended type $oid beside other"},
    {"{\"a\":{\"$numberInt\":1}}"sv, "malformed $numberInt at byte"},
    {"{\"a\":{\"$numberInt\":\"2147483648\"}}"sv, "malformed $numberInt at byte"},
    {"{\"a\":{\"$numberInt\":\"1.0\"}}"sv, "malformed $numberInt at byte"},
    {"{\"a\":{\"$numberInt\":\"\"}}"sv, "malformed $numberInt at byte"},
    {"{\"a\":{\"$numberLong\":42}}"sv, "malformed $numberLong at byte"},
    {"{\"a\":{\"$numberLong\":\"9223372036854775808\"}}"sv, "malformed $numberLong at byte"},
    {"{\"a\":{\"$numberDouble\":1.5}}"sv, "malformed $numberDouble at byte"},
    {"{\"a\":{\"$numberDouble\":\"inf\"}}"sv, "malformed $numberDouble at byte"},
    {"{\"a\":{\"$numberDouble\":\"0x10\"}}"sv, "malformed $numberDouble at byte"},
    {"{\"a\":{\"$numberDouble\":\"1e999\"}}"sv, "malformed $numberDouble at byte"},
    {"{\"a\":{\"$numberDouble\":\"\"}}"sv, "malformed $numberDouble at byte"},
    {"{\"a\":{\"$numberDecimal\":1}}"sv, "malformed $numberDecimal at byte"},
    {"{\"a\":{\"$numberDecimal\":\"1x\"}}"sv, "malformed $numberDecimal at byte"},
    {"{\"a\":{\"$numberDecimal\":\"\"}}"sv, "malformed $numberDecimal at byte"},
    {"{\"a\":{\"$numberDecimal\":\"1E9999\"}}"sv, "malformed $numberDecimal at byte"},
    {"{\"a\":{\"$numberDecimal\":\"1\\u0000\"}}"sv, "malformed $numberDecimal at byte"},
    {"{\"a\":{\"$numberDecimal\":\"12345678901234567890123456789012345\"}}"sv,
     "malformed $numberDecimal"},
    {"{\"a\":{\"$date\":42}}"sv, "malformed $date at byte"},
    {"{\"a\":{\"$date\":5000000000}}"sv, "malformed $date at byte"},
    {"{\"a\":{\"$date\":\"yesterday\"}}"sv, "malformed $date at byte"},
    {"{\"a\":{\"$date\":\"2012-13-24T12:15:30Z\"}}"sv, "malformed $date at byte"},
    {"{\"a\":{\"$date\":\"2011-02-29T12:15:30Z\"}}"sv, "malformed $date at byte"},
    {"{\"a\":{\"$date\":\"2011-02-28T24:00:00Z\"}}"sv, "malformed $date at byte"},
    {"{\"a\":{\"$date\":\"2011-02-28T12:15:30\"}}"sv, "malformed $date at byte"},
    {"{\"a\":{\"$date\":\"2011-02-28 12:15:30Z\"}}"sv, "malformed $date at byte"},
    {"{\"a\":{\"$date\":{\"$numberInt\":\"1\"}}}"sv, "malformed $date at byte"},
    {"{\"a\":{\"$binary\":\"AA==\"}}"sv, "malformed $binary at byte"},
    {"{\"a\":{\"$binary\":\"AA==\",\"$type\":\"00\"}}"sv, "malformed $binary at byte"},
    {"{\"a\":{\"$binary\":{\"base64\":\"AA==\"}}}"sv, "malformed $binary at byte"},
    {"{\"a\":{\"$binary\":{\"base64\":\"AA==\",\"subType\":\"000\"}}}"sv,
     "malformed $binary at byte"},
    {"{\"a\":{\"$binary\":{\"base64\":\"AA==\",\"subType\":0}}}"sv, "malformed $binary at byte"},
    {"{\"a\":{\"$binary\":{\"base64\":\"AA=\",\"subType\":\"00\"}}}"sv,
     "malformed $binary at byte"},
    {"{\"a\":{\"$binary\":{\"base64\":\"AB==\",\"subType\":\"00\"}}}"sv,
     "malformed $binary at byte"},
    {"{\"a\":{\"$binary\":{\"base64\":\"A=A=\",\"subType\":\"00\"}}}"sv,
     "malformed $binary at byte"},
    {"{\"a\":{\"$binary\":{\"base64\":\"_w==\",\"subType\":\"00\"}}}"sv,
     "malformed $binary at byte"},
    {"{\"a\":{\"$uuid\":\"73ffd26444b34c6990e8e7d1dfc035d4\"}}"sv, "malformed $uuid at byte"},
    {"{\"a\":{\"$uuid\":\"73ffd264-44b3-4c69-90e8-e7d1dfc035dx\"}}"sv, "malformed $uuid at byte"},
    {"{\"a\":{\"$regularExpression\":{\"pattern\":\"x\"}}}"sv,
     "malformed $regularExpression at byte"},
    {"{\"a\":{\"$regularExpression\":{\"pattern\":1,\"options\":\"\"}}}"sv,
     "malformed $regularExpression"},
    {"{\"a\":{\"$regularExpression\":{\"pattern\":\"a\\u0000\",\"options\":\"\"}}}"sv,
     "malformed $regularExpression"},
    {"{\"a\":{\"$regularExpression\":\"x\"}}"sv, "malformed $regularExpression at byte"},
    {"{\"a\":{\"$timestamp\":{\"t\":1}}}"sv, "malformed $timestamp at byte"},
    {"{\"a\":{\"$timestamp\":{\"t\":-1,\"i\":1}}}"sv, "malformed $timestamp at byte"},
    {"{\"a\":{\"$timestamp\":{\"t\":4294967296,\"i\":1}}}"sv, "malformed $timestamp at byte"},
    {"{\"a\":{\"$timestamp\":{\"t\":1.0,\"i\":1}}}"sv, "malformed $timestamp at byte"},
    {"{\"a\":{\"$dbPointer\":{\"$ref\":\"b\",\"$id\":\"c\"}}}"sv, "malformed $dbPointer at byte"},
    {"{\"a\":{\"$dbPointer\":{\"$ref\":\"b\"}}}"sv, "malformed $dbPointer at byte"},
    {"{\"a\":{\"$code\":1}}"sv, "malformed $code at byte"},
    {"{\"a\":{\"$code\":\"f\",\"$scope\":1}}"sv, "malformed $code at byte"},
    {"{\"a\":{\"$code\":\"f\",\"x\":{}}}"sv, "malformed $code at byte"},
    {"{\"a\":{\"$scope\":{}}}"sv, "malformed $scope at byte"},
    {"{\"a\":{\"$symbol\":1}}"sv, "malformed $symbol at byte"},
    {"{\"a\":{\"$undefined\":false}}"sv, "malformed $undefined at byte"},
    {"{\"a\":{\"$minKey\":2}}"sv, "malformed $minKey at byte"},
    {"{\"a\":{\"$maxKey\":\"1\"}}"sv, "malformed $maxKey at byte"},
    {"{\"a\":{\"$ref\":42,\"$id\":\"x\"}}"sv, "malformed DBRef at byte"},
    {"{\"a\":{\"$ref\":\"c\",\"$id\":\"x\",\"$db\":1}}"sv, "malformed DBRef at byte"},
};

TEST(ExtJson, WhatIsNotJsonSaysWhere) {
  for (const Refused& row : kRefused) {
    const Result<std::string> bson = ParseDocument(row.input);
    ASSERT_FALSE(bson.ok()) << row.input;
    EXPECT_EQ(bson.error().code, ErrorCode::kBadJson) << row.input;
    EXPECT_NE(bson.error().message.find(row.message), std::string::npos)
        << row.input << " -> " << bson.error().message;
    EXPECT_NE(bson.error().message.find("at byte "), std::string::npos) << bson.error().message;
  }
}

TEST(ExtJson, ADocumentMustBeAnObjectAndAnArrayAnArray) {
  for (const Bytes text :
       {"1"sv, "[]"sv, "\"x\""sv, "null"sv, "{\"$oid\":\"56e1fc72e0c917e9c4714161\"}"sv}) {
    const Result<std::string> bson = ParseDocument(text);
    ASSERT_FALSE(bson.ok()) << text;
    EXPECT_EQ(bson.error().code, ErrorCode::kBadQuery) << text;
  }
  EXPECT_EQ(ParseArray("{}").error().code, ErrorCode::kBadQuery);
  const Result<std::string> array = ParseArray(R"([1,{"a":2}])");
  ASSERT_TRUE(array.ok());
  EXPECT_EQ(JsonText(DocView(*array)), R"({"0":1,"1":{"a":2}})");
}

TEST(ExtJson, AValueMayBeAnything) {
  for (const Bytes text : {"1"sv, "1.5"sv, "\"x\""sv, "null"sv, "true"sv, "[1,[2]]"sv,
                           "{\"a\":1}"sv, "{\"$oid\":\"56e1fc72e0c917e9c4714161\"}"sv}) {
    const Result<std::string> value = ParseValue(text);
    ASSERT_TRUE(value.ok()) << text;
    EXPECT_EQ(JsonText(TaggedView(*value)), text);
  }
}

std::string Nested(Bytes open, Bytes inner, Bytes close, size_t levels) {
  std::string text;
  for (size_t i = 0; i < levels; ++i) text += open;
  text += inner;
  for (size_t i = 0; i < levels; ++i) text += close;
  return text;
}

TEST(ExtJson, AHundredLevelsAreAllowedAndOneMoreIsTooLarge) {
  constexpr Bytes kOid = R"({"$oid":"56e1fc72e0c917e9c4714161"})";
  constexpr Bytes kPointer =
      R"({"$dbPointer":{"$ref":"b","$id":{"$oid":"56e1fc72e0c917e9c4714161"}}})";
  for (const Bytes scalar : {"1"sv, kOid, kPointer, R"({"$date":{"$numberLong":"5"}})"sv}) {
    EXPECT_TRUE(ParseDocument(Nested("{\"a\":", scalar, "}", 100)).ok()) << scalar;
    EXPECT_EQ(ParseDocument(Nested("{\"a\":", scalar, "}", 101)).error().code, ErrorCode::kTooLarge)
        << scalar;
    EXPECT_TRUE(ParseValue(Nested("[", scalar, "]", 100)).ok()) << scalar;
    EXPECT_EQ(ParseValue(Nested("[", scalar, "]", 101)).error().code, ErrorCode::kTooLarge)
        << scalar;
  }
  EXPECT_TRUE(ParseDocument(Nested("{\"a\":", "{}", "}", 99)).ok());
  EXPECT_EQ(ParseDocument(Nested("{\"a\":", "{}", "}", 100)).error().code, ErrorCode::kTooLarge);
  EXPECT_EQ(ParseValue(std::string(1'000'000, '[')).error().code, ErrorCode::kTooLarge);
  EXPECT_EQ(ParseDocument(Nested("{\"a\":", "", "", 300'000)).error().code, ErrorCode::kTooLarge);
}

TEST(ExtJson, TheSizeLimitIsOnTheDocument) {
  const ParseLimits limits{.size_max = 100, .depth_max = 100};
  const auto text = [](size_t size) { return R"({"a":")" + std::string(size - 13, 'x') + "\"}"; };
  ASSERT_TRUE(ParseDocument(text(100), limits).ok());
  EXPECT_EQ(ParseDocument(text(100), limits)->size(), 100u);
  EXPECT_EQ(ParseDocument(text(101), limits).error().code, ErrorCode::kTooLarge);
  // What counts is the value, not its text: 84 bytes are 112 characters of base64.
  const auto binary = [](size_t groups) {
    return R"({"a":{"$binary":{"base64":")" + std::string(groups * 4, 'A') +
           R"(","subType":"00"}}})";
  };
  EXPECT_TRUE(ParseDocument(binary(28), limits).ok());
  EXPECT_EQ(ParseDocument(binary(30), limits).error().code, ErrorCode::kTooLarge);
}

TEST(ExtJson, ManyFieldsAreFastAndDuplicatesAmongThemAreFound) {
  std::string text = "{";
  for (int i = 0; i < 50'000; ++i) text += "\"f" + std::to_string(i) + "\":1,";
  EXPECT_TRUE(ParseDocument(text + "\"last\":1}").ok());
  const Result<std::string> twice = ParseDocument(text + "\"f7\":1}");
  ASSERT_FALSE(twice.ok());
  EXPECT_NE(twice.error().message.find("duplicate field name 'f7'"), std::string::npos);
}

TEST(ExtJson, RandomValuesSurviveTheCanonicalText) {
  const uint64_t seed = TestSeed();
  RandomValues random(seed);
  for (int i = 0; i < 3000; ++i) {
    const std::string doc = random.Document(4);
    ASSERT_TRUE(ValidateBson(doc).ok());
    std::string text;
    WriteJson(DocView(doc), JsonMode::kCanonical, &text);
    const Result<std::string> again = ParseDocument(text);
    ASSERT_TRUE(again.ok()) << "seed " << seed << ": " << text << ": " << again.error().message;
    ASSERT_EQ(*again, doc) << "seed " << seed << ": " << text;
    // Relaxed text loses number types, never values.
    const Result<std::string> relaxed = ParseDocument(JsonText(DocView(doc)));
    ASSERT_TRUE(relaxed.ok()) << "seed " << seed << ": " << JsonText(DocView(doc));
    ASSERT_EQ(CompareDocuments(DocView(*relaxed), DocView(doc)), 0)
        << "seed " << seed << ": " << JsonText(DocView(doc));
  }
}

TEST(ExtJson, DamagedTextIsRefusedOrRead) {
  const uint64_t seed = TestSeed();
  RandomValues random(seed);
  std::mt19937_64 dice(seed);
  size_t refused = 0;
  for (int i = 0; i < 4000; ++i) {
    std::string text;
    WriteJson(DocView(random.Document(4)), dice() % 2 ? JsonMode::kCanonical : JsonMode::kRelaxed,
              &text);
    for (uint64_t k = dice() % 3 + 1; k > 0 && !text.empty(); --k) {
      const size_t at = dice() % text.size();
      constexpr Bytes kBytes = "{}[]\":,\\0-.e$\0\xed\xff"sv;
      if (dice() % 3 == 0)
        text.erase(at, 1 + dice() % 4);
      else if (dice() % 2)
        text[at] = kBytes[dice() % kBytes.size()];
      else
        text.insert(at, 1, kBytes[dice() % kBytes.size()]);
    }
    const Result<std::string> value = ParseValue(text);
    if (value.ok()) continue;
    ++refused;
    ASSERT_EQ(value.error().code, ErrorCode::kBadJson) << "seed " << seed << ": " << text;
    ASSERT_NE(value.error().message.find("at byte "), std::string::npos) << value.error().message;
  }
  EXPECT_GT(refused, 2000u) << "seed " << seed;
}

}  // namespace
}  // namespace veddb::doc
