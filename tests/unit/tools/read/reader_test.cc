// SPDX-License-Identifier: BSD-3-Clause
// What a file is taken for, and input that can't be opened.
#include "tests/unit/tools/read/reader_testing.h"

namespace veddb::tool {
namespace {

class GuessTest : public ReaderTest {
 protected:
  std::string Guess(const std::string& name, const std::string& text) {
    const std::string path = temp_ / name;
    std::ofstream(path, std::ios::binary) << text;
    const auto input = Input::Open(path);
    const Result<Format> format = GuessFormat(path, **input);
    return format.ok() ? std::string(FormatName(*format)) : "ERROR";
  }
};

TEST_F(GuessTest, TheNameOrTheFirstByteTells) {
  EXPECT_EQ(Guess("a.bson", "anything"), "bson");
  EXPECT_EQ(Guess("a.csv", "[1"), "csv");
  EXPECT_EQ(Guess("a.json", "  \n[{}]"), "json-array");
  EXPECT_EQ(Guess("a.json", "\xef\xbb\xbf{}"), "ndjson");
  EXPECT_EQ(Guess("a.json", ""), "ndjson");
  EXPECT_EQ(Guess("a", "a,b\n1,2\n"), "ERROR");
}

TEST_F(GuessTest, WhatIsNoFileIsToldByName) {
  const auto missing = Input::Open(temp_ / "missing");
  ASSERT_FALSE(missing.ok());
  EXPECT_NE(missing.error().message.find("missing: No such file"), std::string::npos);
  const auto directory = Input::Open(temp_.path());
  ASSERT_FALSE(directory.ok());
  EXPECT_TRUE(directory.error().message.ends_with("is a directory"));
}

}  // namespace
}  // namespace veddb::tool
