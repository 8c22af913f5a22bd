// SPDX-License-Identifier: BSD-3-Clause
#include "doc/value/extjson.h"
#include "tests/unit/tools/read/reader_testing.h"

namespace veddb::tool {
namespace {

std::string Bson(Bytes json) { return *doc::ParseDocument(json); }

class BsonDumpTest : public ReaderTest {
 protected:
  std::string Read(const std::string& text, size_t bytes_max = kTextBytesMax) {
    return ReadAll(text, {.format = Format::kBson, .text_bytes_max = bytes_max});
  }
};

TEST_F(BsonDumpTest, ReadsDocumentsOneAfterTheOther) {
  EXPECT_EQ(Read(Bson("{}") + Bson("{\"a\":1}")), "1{} 2{\"a\":1} ");
  EXPECT_EQ(Read(""), "");
}

TEST_F(BsonDumpTest, AnyCutIsToldAndWhatIsBeforeItIsRead) {
  const std::string first = Bson("{\"a\":1}");
  const std::string text = first + Bson("{\"b\":\"cd\"}");
  for (size_t size = first.size() + 1; size < text.size(); ++size) {
    EXPECT_EQ(Read(text.substr(0, size)),
              "1{\"a\":1} ERROR the file ends inside the BSON document at byte 12: it is torn");
  }
}

TEST_F(BsonDumpTest, ADocumentThatIsWrongInsideIsRejectedAndTheNextOneRead) {
  std::string wrong = Bson("{\"a\":\"bcd\"}");
  wrong[4] = 0x55;  // no type
  std::string not_utf8 = Bson("{\"a\":\"bcd\"}");
  not_utf8[not_utf8.size() - 4] = '\xff';
  EXPECT_EQ(Read(wrong + not_utf8 + Bson("{}")), "1!BADBSON 2!BADBSON 3{} ");
}

TEST_F(BsonDumpTest, ALengthThatCannotBeTrueIsAnError) {
  EXPECT_EQ(Read(Bson("{}") + std::string(8, '\0')),
            "1{} ERROR no BSON document begins at byte 5: its length would be 0");
  EXPECT_EQ(Read("{\"a\":1}{\"a\":1}"),
            "ERROR the file ends inside the BSON document at byte 0: it is torn");
  EXPECT_EQ(Read("\xff\xff\xff\xff____"),
            "ERROR no BSON document begins at byte 0: its length would be 4294967295");
}

TEST_F(BsonDumpTest, ADocumentOverTheLimitIsPassedOver) {
  const std::string large = Bson("{\"a\":\"" + std::string(3 * Input::kPieceBytes, 'x') + "\"}");
  EXPECT_EQ(Read(Bson("{}") + large + Bson("{\"a\":1}"), 1000), "1{} 2!TOOLARGE 3{\"a\":1} ");
  EXPECT_LE(input_->rest().size(), 2 * Input::kPieceBytes);
}

TEST_F(BsonDumpTest, ItGoesOnBehindAnyRecord) {
  CheckResumption(Bson("{\"a\":1}") + Bson("{}") + Bson("{\"a\":[2]}"), {.format = Format::kBson});
}

}  // namespace
}  // namespace veddb::tool
