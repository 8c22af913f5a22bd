// SPDX-License-Identifier: BSD-3-Clause
#include "tests/unit/tools/read/reader_testing.h"

namespace veddb::tool {
namespace {

class CsvTest : public ReaderTest {
 protected:
  std::string Read(const std::string& text, size_t bytes_max = kTextBytesMax) {
    return ReadAll(text, {.format = Format::kCsv, .text_bytes_max = bytes_max});
  }
};

TEST_F(CsvTest, TheHeaderNamesTheFields) {
  EXPECT_EQ(Read("a,b\n1,x\n2,y\n"), R"(2{"a":1,"b":"x"} 3{"a":2,"b":"y"} )");
  EXPECT_EQ(Read("a,b\r\n1,x\r\n2,y"), R"(2{"a":1,"b":"x"} 3{"a":2,"b":"y"} )");
  EXPECT_EQ(Read("\xef\xbb\xbf\"a\"\n1\n"), R"(2{"a":1} )");
  EXPECT_EQ(Read("a,b\n"), "");
  EXPECT_EQ(Read(""), "");
}

TEST_F(CsvTest, QuotesHoldCommasLineEndsAndQuotes) {
  EXPECT_EQ(Read("a,b\n\"x,y\",\"say \"\"hi\"\"\"\n\"l1\r\nl2\",\"\"\nz,\"\"\"\"\n"),
            "2{\"a\":\"x,y\",\"b\":\"say \\\"hi\\\"\"} 3{\"a\":\"l1\\r\\nl2\",\"b\":\"\"} "
            "5{\"a\":\"z\",\"b\":\"\\\"\"} ");
}

TEST_F(CsvTest, AnEmptyLineIsNoRecordAndAnEmptyFieldIsAnEmptyString) {
  EXPECT_EQ(Read("a\n\nx\n\r\n\"\"\n"), R"(3{"a":"x"} 5{"a":""} )");
  EXPECT_EQ(Read("a,b\n,\n"), R"(2{"a":"","b":""} )");
}

TEST_F(CsvTest, ARecordThatIsWrongIsRejectedAndTheNextOneRead) {
  EXPECT_EQ(Read("a,b\n1\n1,2,3\n\"x\"y,2\nx\"y,2\n\xff,2\n1,2\n"),
            "2!BADCSV 3!BADCSV 4!BADCSV 5!BADCSV 6!BADCSV 7{\"a\":1,\"b\":2} ");
}

TEST_F(CsvTest, AQuoteThatIsNotClosedIsAnError) {
  EXPECT_EQ(Read("a\n1\n\"x\ny\n"),
            "2{\"a\":1} ERROR a quote that begins in the record of line 3 is not closed before the "
            "end of the file");
}

TEST_F(CsvTest, ARecordOverTheLimitIsRejectedWithoutBeingHeld) {
  const std::string large = "\"" + std::string(3 * Input::kPieceBytes, '\n') + "\"";
  const std::string lines = std::to_string(3 * Input::kPieceBytes + 4);
  EXPECT_EQ(Read("a\n1\n" + large + "\n2\n", 1000),
            "2{\"a\":1} 3!TOOLARGE " + lines + "{\"a\":2} ");
  EXPECT_LE(input_->rest().size(), 2 * Input::kPieceBytes);
}

TEST_F(CsvTest, ItGoesOnBehindAnyRecord) {
  CheckResumption(
      "\xef\xbb\xbf"
      "a,b\r\n1,\"x\ny\"\r\n\r\n1\n2,z",
      {.format = Format::kCsv});
}

TEST_F(CsvTest, AWrongHeaderIsAnError) {
  EXPECT_EQ(Read("a,a\n1,2\n"), "ERROR column 'a' stands twice, or is a part of another");
  EXPECT_EQ(Read("a,\xff\n1,2\n"), "ERROR the header is not UTF-8");
  EXPECT_EQ(Read("a,\n1,2\n"), "ERROR column '' has an empty part");
}

}  // namespace
}  // namespace veddb::tool
