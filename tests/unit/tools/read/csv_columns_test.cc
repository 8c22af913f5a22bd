// SPDX-License-Identifier: BSD-3-Clause
#include "tools/read/csv_columns.h"

#include <gtest/gtest.h>

#include "doc/value/extjson.h"

namespace veddb::tool {
namespace {

using Texts = std::vector<std::string>;
using Blanks = CsvColumns::Blanks;

std::string Document(const Texts& header, const Texts& fields, bool have_types = false,
                     Blanks blanks = Blanks::kEmptyStrings) {
  const Result<CsvColumns> columns = CsvColumns::Parse(header, have_types, blanks);
  if (!columns.ok()) return "ERROR " + columns.error().message;
  const Result<std::string> bson = columns->Document(fields);
  if (!bson.ok()) return "ERROR " + bson.error().message;
  std::string json;
  doc::WriteJson(doc::DocView(*bson), doc::JsonMode::kCanonical, &json);
  return json;
}

// The value of one column without types, or of one with this type.
std::string Guess(const std::string& text) { return Document({"v"}, {text}); }
std::string Typed(const std::string& type, const std::string& text) {
  return Document({"v." + type}, {text}, true);
}

TEST(CsvColumnsTest, DottedNamesNestWhereverTheyStand) {
  EXPECT_EQ(Document({"a.x", "b", "a.y.z", "a.y.w"}, {"p", "q", "r", "s"}),
            R"({"a":{"x":"p","y":{"z":"r","w":"s"}},"b":"q"})");
}

TEST(CsvColumnsTest, NamesThatAreInEachOthersWayAreRefused) {
  EXPECT_TRUE(Document({"a", "a.b"}, {}).starts_with("ERROR column 'a.b' goes into a column"));
  EXPECT_TRUE(Document({"a.b", "a"}, {}).starts_with("ERROR column 'a' stands twice"));
  EXPECT_TRUE(Document({"a..b"}, {}).starts_with("ERROR column 'a..b' has an empty part"));
}

TEST(CsvColumnsTest, TypesAreGuessedFromNumbersAndTruthValuesAlone) {
  EXPECT_EQ(Guess("42"), R"({"v":{"$numberInt":"42"}})");
  EXPECT_EQ(Guess("-2147483649"), R"({"v":{"$numberLong":"-2147483649"}})");
  EXPECT_EQ(Guess("1.50"), R"({"v":{"$numberDouble":"1.5"}})");
  EXPECT_EQ(Guess("-1e3"), R"({"v":{"$numberDouble":"-1000.0"}})");
  EXPECT_EQ(Guess("true"), R"({"v":true})");
  for (const std::string text : {"007", "+1", "1.", ".5", "1e", "nan", "inf", "TRUE", "", " 1",
                                 "0x10", "1,5", "-", "1e999", "12345678901234567890"}) {
    EXPECT_EQ(Guess(text), "{\"v\":\"" + text + "\"}");
  }
}

TEST(CsvColumnsTest, TypedColumnsReadTheirType) {
  EXPECT_EQ(Typed("auto()", "1"), R"({"v":{"$numberInt":"1"}})");
  EXPECT_EQ(Typed("string()", "1"), R"({"v":"1"})");
  EXPECT_EQ(Typed("int64()", "1"), R"({"v":{"$numberLong":"1"}})");
  EXPECT_EQ(Typed("int32()", "-1"), R"({"v":{"$numberInt":"-1"}})");
  EXPECT_EQ(Typed("double()", "1"), R"({"v":{"$numberDouble":"1.0"}})");
  EXPECT_EQ(Typed("double()", "nan"), R"({"v":{"$numberDouble":"NaN"}})");
  EXPECT_EQ(Typed("decimal()", "1.50"), R"({"v":{"$numberDecimal":"1.50"}})");
  EXPECT_EQ(Typed("boolean()", "T"), R"({"v":true})");
  EXPECT_EQ(Typed("boolean()", "0"), R"({"v":false})");
  EXPECT_EQ(Typed("binary(base64)", "AAEC"),
            R"({"v":{"$binary":{"base64":"AAEC","subType":"00"}}})");
  EXPECT_EQ(Typed("binary(hex)", "000102"),
            R"({"v":{"$binary":{"base64":"AAEC","subType":"00"}}})");
  EXPECT_EQ(Typed("date(2006-01-02)", "1970-01-02"),
            R"({"v":{"$date":{"$numberLong":"86400000"}}})");
  EXPECT_EQ(Document({"a.b.date_ms(yyyy.MM.dd)"}, {"1970.01.02"}, true),
            R"({"a":{"b":{"$date":{"$numberLong":"86400000"}}}})");
}

TEST(CsvColumnsTest, AValueThatIsNotOfItsTypeIsAnError) {
  EXPECT_EQ(Typed("int32()", "2147483648"), "ERROR column v: '2147483648' is no int32");
  for (const std::string type : {"int64()", "double()", "decimal()", "boolean()", "binary(hex)",
                                 "binary(base64)", "date(2006-01-02)"}) {
    EXPECT_TRUE(Typed(type, "x").starts_with("ERROR column v: 'x' is no ")) << type;
    EXPECT_TRUE(Typed(type, "1z").starts_with("ERROR column v: '1z' is no ")) << type;
  }
}

TEST(CsvColumnsTest, AHeaderWithoutSoundTypesIsAnError) {
  for (const std::string header : {"a", "a.b", "a.text()", "a.int32(", "a.int32(3)", "int32()",
                                   "a.binary()", "a.binary(rot13)", "a.date()", "a.date(Monday)"}) {
    EXPECT_TRUE(Document({header}, {"1"}, true).starts_with("ERROR column '" + header + "'"))
        << header;
  }
}

TEST(CsvColumnsTest, BlanksCanBeLeftOut) {
  EXPECT_EQ(Document({"a", "b.c", "b.d", "e"}, {"", "", "", "x"}, false, Blanks::kNoFields),
            R"({"e":"x"})");
  EXPECT_EQ(Document({"a", "b.c", "b.d", "e"}, {"", "", "y", "x"}, false, Blanks::kNoFields),
            R"({"b":{"d":"y"},"e":"x"})");
}

}  // namespace
}  // namespace veddb::tool
