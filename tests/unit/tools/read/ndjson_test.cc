// SPDX-License-Identifier: BSD-3-Clause
#include "tests/unit/tools/read/reader_testing.h"

namespace veddb::tool {
namespace {

class NdjsonTest : public ReaderTest {
 protected:
  std::string Read(const std::string& text, size_t bytes_max = kTextBytesMax) {
    return ReadAll(text, {.format = Format::kNdjson, .text_bytes_max = bytes_max});
  }
};

TEST_F(NdjsonTest, ReadsADocumentALine) {
  EXPECT_EQ(Read("{\"a\":1}\n{\"a\":2}\n"), "1{\"a\":1} 2{\"a\":2} ");
  EXPECT_EQ(Read("{\"a\":1}\r\n{\"a\":2}\r\n"), "1{\"a\":1} 2{\"a\":2} ");
}

TEST_F(NdjsonTest, TheLastLineNeedsNoEnd) { EXPECT_EQ(Read("{\"a\":1}\n{}"), "1{\"a\":1} 2{} "); }

TEST_F(NdjsonTest, EmptyLinesCountAndAreNoDocuments) {
  EXPECT_EQ(Read("\n  \t\r\n{}\n\n"), "3{} ");
  EXPECT_EQ(Read(""), "");
  EXPECT_EQ(Read("\n"), "");
}

TEST_F(NdjsonTest, AByteOrderMarkIsPassedOver) {
  EXPECT_EQ(Read("\xef\xbb\xbf{}\n"), "1{} ");
  EXPECT_EQ(Read("\xef\xbb\xbf"), "");
  EXPECT_EQ(Read("{}\n\xef\xbb\xbf{}\n"), "1{} 2!BADJSON ");
}

TEST_F(NdjsonTest, Utf16IsRefusedByName) {
  EXPECT_EQ(Read(std::string("\xff\xfe{\0}\0", 6)),
            "ERROR the text is UTF-16 or UTF-32; only UTF-8 is read");
  EXPECT_EQ(Read(std::string("\xfe\xff\0{\0}", 6)).substr(0, 5), "ERROR");
}

TEST_F(NdjsonTest, ABadLineIsRejectedAndTheNextOneRead) {
  EXPECT_EQ(Read("{\"a\":\n{\"a\":\"\xff\"}\n[]\n{} {}\n{\"a\":1,\"a\":2}\n{}\n"),
            "1!BADJSON 2!BADJSON 3!BADQUERY 4!BADJSON 5!BADJSON 6{} ");
}

TEST_F(NdjsonTest, ATornLastLineIsRejected) {
  EXPECT_EQ(Read("{\"a\":1}\n{\"a\":"), "1{\"a\":1} 2!BADJSON ");
}

TEST_F(NdjsonTest, ALineOverTheLimitIsRejectedWithoutBeingHeld) {
  const std::string long_line = "{\"a\":\"" + std::string(3 * Input::kPieceBytes, 'x') + "\"}";
  EXPECT_EQ(Read("{}\n" + long_line + "\n{}\n", 1000), "1{} 2!TOOLARGE 3{} ");
  EXPECT_EQ(Read("{}\n" + long_line, 1000), "1{} 2!TOOLARGE ");
  EXPECT_TRUE(last_.raw.empty());
  EXPECT_LE(input_->rest().size(), 2 * Input::kPieceBytes);
}

TEST_F(NdjsonTest, ALineOfExactlyTheLimitIsRead) {
  const std::string text = "{\"a\":\"xx\"}";
  EXPECT_EQ(Read(text + "\n", text.size()), "1{\"a\":\"xx\"} ");
  EXPECT_EQ(Read(text + "\n", text.size() - 1), "1!TOOLARGE ");
}

TEST_F(NdjsonTest, LinesAcrossPiecesAreWhole) {
  std::string text;
  std::string expected;
  for (int i = 0; i < 3; ++i) {
    const std::string document = "{\"a\":\"" + std::string(Input::kPieceBytes - 7, 'y') + "\"}";
    text += document + "\n";
    expected += std::to_string(i + 1) + document + " ";
  }
  EXPECT_EQ(Read(text), expected);
}

TEST_F(NdjsonTest, ItGoesOnBehindAnyRecord) {
  CheckResumption("\xef\xbb\xbf{\"a\":1}\r\n\n{\"a\":\n{\"a\":3}\n  \n{\"a\":4}", {});
}

}  // namespace
}  // namespace veddb::tool
