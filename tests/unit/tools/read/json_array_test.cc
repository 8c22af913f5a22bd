// SPDX-License-Identifier: BSD-3-Clause
#include "tests/unit/tools/read/reader_testing.h"

namespace veddb::tool {
namespace {

class JsonArrayTest : public ReaderTest {
 protected:
  std::string Read(const std::string& text, size_t bytes_max = kTextBytesMax) {
    return ReadAll(text, {.format = Format::kJsonArray, .text_bytes_max = bytes_max});
  }
};

TEST_F(JsonArrayTest, ReadsTheElements) {
  EXPECT_EQ(Read("[{\"a\":1},{\"a\":[2,{}]}]"), "1{\"a\":1} 2{\"a\":[2,{}]} ");
  EXPECT_EQ(Read(" \r\n[ {\"a\" : 1}\n,\n\t{} ] \n"), "1{\"a\":1} 2{} ");
  EXPECT_EQ(Read("\xef\xbb\xbf[{}]"), "1{} ");
  EXPECT_EQ(Read("[]"), "");
}

TEST_F(JsonArrayTest, BracketsAndCommasInStringsAreText) {
  EXPECT_EQ(Read(R"([{"a]},[":"}]\",{"},{}])"), "1{\"a]},[\":\"}]\\\",{\"} 2{} ");
  EXPECT_EQ(Read(R"([{"a":"\\"},{"b":"\\\""}])"), "1{\"a\":\"\\\\\"} 2{\"b\":\"\\\\\\\"\"} ");
}

TEST_F(JsonArrayTest, WhatIsNoDocumentIsRejectedAndTheNextOneRead) {
  EXPECT_EQ(Read(R"([1, "a,]", [{}], {"a" 1}, {"a":1,"a":2}, null, {}])"),
            "1!BADQUERY 2!BADQUERY 3!BADQUERY 4!BADJSON 5!BADJSON 6!BADQUERY 7{} ");
}

TEST_F(JsonArrayTest, ATornFileIsAnError) {
  for (const std::string text :
       {"[{\"a\":1}", "[{\"a\":1},", "[{\"a\":1},{\"a\":", "[{\"a\":1},\""}) {
    const std::string read = Read(text);
    EXPECT_TRUE(read.starts_with("1{\"a\":1} ERROR the file ends at byte ")) << text << read;
  }
  EXPECT_TRUE(Read("").starts_with("ERROR the file ends at byte 0"));
  EXPECT_TRUE(Read("[").starts_with("ERROR the file ends at byte 1"));
}

TEST_F(JsonArrayTest, WhatStandsBetweenElementsIsAnError) {
  EXPECT_EQ(Read("{}"), "ERROR no '[' at byte 0 of the JSON array");
  EXPECT_EQ(Read("[{} {}]"), "1{} ERROR no ',' at byte 4 of the JSON array");
  EXPECT_EQ(Read("[{},]"), "1{} ERROR no element at byte 4 of the JSON array");
  EXPECT_EQ(Read("[,{}]"), "ERROR no element at byte 1 of the JSON array");
  EXPECT_EQ(Read("[{}}]"), "1{} ERROR no ',' at byte 3 of the JSON array");
  EXPECT_EQ(Read("[{}][]"), "1{} ERROR something follows the JSON array at byte 4");
}

TEST_F(JsonArrayTest, AnElementOverTheLimitIsRejectedWithoutBeingHeld) {
  const std::string element = "{\"a\":\"" + std::string(3 * Input::kPieceBytes, ']') + "\"}";
  EXPECT_EQ(Read("[{}," + element + ",{}]", 1000), "1{} 2!TOOLARGE 3{} ");
  EXPECT_LE(input_->rest().size(), 2 * Input::kPieceBytes);
}

TEST_F(JsonArrayTest, ItGoesOnBehindAnyRecord) {
  CheckResumption("[ {\"a\":1} , 5,{\"b\":[{}]}\n,{} ]\n", {.format = Format::kJsonArray});
}

}  // namespace
}  // namespace veddb::tool
