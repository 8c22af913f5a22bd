// SPDX-License-Identifier: BSD-3-Clause
#include "tools/export/writer.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "tests/support/temp_dir.h"

namespace veddb::tool {
namespace {

std::string Field(Bytes json, Bytes path) {
  const std::string bson = *doc::ParseDocument(json);
  return CsvField(doc::DocView(bson), path);
}

std::string FileText(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

TEST(CsvWriterTest, FieldsAreQuotedWhereTheyHaveToBe) {
  EXPECT_EQ(CsvRecord({"a", "b c", ""}), "a,b c,\r\n");
  EXPECT_EQ(CsvRecord({"a,b", "say \"hi\"", "l1\nl2", "x\r"}),
            "\"a,b\",\"say \"\"hi\"\"\",\"l1\nl2\",\"x\r\"\r\n");
  EXPECT_EQ(CsvRecord({""}), "\"\"\r\n");
}

TEST(CsvWriterTest, ValuesAreTexts) {
  const Bytes json = R"({"s":"x","i":1,"l":{"$numberLong":"5000000000"},"d":1.5,"b":true,"n":null,
    "t":{"$date":"2024-01-02T03:04:05.060Z"},"o":{"$oid":"0123456789abcdef01234567"},
    "m":{"$numberDecimal":"1.50"},"a":[{"k":"v"},2],"e":{"x":1},
    "old":{"$date":{"$numberLong":"-1"}}})";
  EXPECT_EQ(Field(json, "s"), "x");
  EXPECT_EQ(Field(json, "i"), "1");
  EXPECT_EQ(Field(json, "l"), "5000000000");
  EXPECT_EQ(Field(json, "d"), "1.5");
  EXPECT_EQ(Field(json, "b"), "true");
  EXPECT_EQ(Field(json, "n"), "");
  EXPECT_EQ(Field(json, "t"), "2024-01-02T03:04:05.060Z");
  EXPECT_EQ(Field(json, "o"), "0123456789abcdef01234567");
  EXPECT_EQ(Field(json, "m"), "1.50");
  EXPECT_EQ(Field(json, "a.0.k"), "v");
  EXPECT_EQ(Field(json, "a.1"), "2");
  EXPECT_EQ(Field(json, "a"), R"([{"k":"v"},2])");
  EXPECT_EQ(Field(json, "e.x"), "1");
  EXPECT_EQ(Field(json, "e.x.y"), "");
  EXPECT_EQ(Field(json, "none"), "");
  EXPECT_EQ(Field(json, "old"), R"({"$date":{"$numberLong":"-1"}})");
}

TEST(OutputTest, AFileHasItsNameOnlyOnceItIsComplete) {
  const testing::TempDir temp("output");
  const std::string path = temp / "out";
  std::ofstream(path) << "before";
  {
    const auto unfinished = Output::Open(path);
    ASSERT_TRUE(unfinished.ok());
    ASSERT_TRUE((*unfinished)->Write(std::string(1'000'000, 'x')).ok());
  }
  EXPECT_EQ(FileText(path), "before");
  EXPECT_EQ(FileText(path + ".partial"), "");
  const auto output = Output::Open(path);
  ASSERT_TRUE(output.ok());
  ASSERT_TRUE((*output)->Write("after").ok());
  EXPECT_EQ(FileText(path), "before");
  ASSERT_TRUE((*output)->Finish().ok());
  EXPECT_EQ(FileText(path), "after");
}

TEST(OutputTest, AFullDiskIsTold) {
  const auto output = Output::Open("/dev/full");
  ASSERT_TRUE(output.ok());
  ASSERT_TRUE((*output)->Write("x").ok());
  EXPECT_FALSE((*output)->Finish().ok());
  EXPECT_FALSE(Output::Open("/no/such/folder/file").ok());
}

}  // namespace
}  // namespace veddb::tool
