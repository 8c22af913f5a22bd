// SPDX-License-Identifier: BSD-3-Clause
#include "tools/options.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "tests/support/temp_dir.h"
#include "tools/password.h"

namespace veddb::tool {
namespace {

Result<Options> Parse(std::vector<Bytes> words) { return ParseOptions(words); }

std::string Refusal(std::vector<Bytes> words) {
  const Result<Options> parsed = Parse(std::move(words));
  return parsed.ok() ? "none" : parsed.error().message;
}

TEST(OptionsTest, ReadsAnImport) {
  const auto parsed = Parse({"import", "--collection", "c", "--port=7000", "in.json", "--mode",
                             "upsert", "--batch", "9", "--drop", "--format", "bson"});
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed->collection, "c");
  EXPECT_EQ(parsed->server.port, 7000);
  EXPECT_EQ(parsed->file, "in.json");
  EXPECT_EQ(parsed->mode, ImportMode::kUpsert);
  EXPECT_EQ(parsed->batch, 9);
  EXPECT_TRUE(parsed->drop);
  EXPECT_FALSE(parsed->ignore_errors);
  EXPECT_EQ(parsed->format, Format::kBson);
}

TEST(OptionsTest, ReadsAnExport) {
  const auto parsed = Parse({"export", "--collection=c", "-o", "out", "--format", "csv", "--fields",
                             "a,b.c", "--filter", "{\"a\":1}"});
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed->file, "out");
  EXPECT_EQ(parsed->fields, (std::vector<std::string>{"a", "b.c"}));
  EXPECT_EQ(parsed->filter, "{\"a\":1}");
  EXPECT_EQ(Parse({"export", "--collection=c"})->file, "-");
}

TEST(OptionsTest, AfterTwoDashesEverythingIsAFile) {
  const auto parsed = Parse({"import", "--collection", "c", "--", "--drop"});
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed->file, "--drop");
  EXPECT_FALSE(parsed->drop);
}

TEST(OptionsTest, WhatIsWrongIsTold) {
  EXPECT_EQ(Refusal({}), "the first word has to be import or export");
  EXPECT_EQ(Refusal({"import", "f"}), "name the --collection");
  EXPECT_EQ(Refusal({"import", "--collection", "c"}),
            "name the file to import, or - for standard input");
  EXPECT_EQ(Refusal({"import", "--collection", "c", "a", "b"}), "more than one file is named");
  EXPECT_EQ(Refusal({"import", "--collection"}), "--collection has no value");
  EXPECT_EQ(Refusal({"import", "--sort", "{}"}), "unknown option --sort");
  EXPECT_EQ(Refusal({"export", "--mode=insert"}), "unknown option --mode");
  EXPECT_EQ(Refusal({"import", "--drop=yes"}), "--drop takes no value");
  EXPECT_EQ(Refusal({"import", "--port", "70000"}), "--port: '70000' is no number from 1 to 65535");
  EXPECT_EQ(Refusal({"import", "--format", "xml"}),
            "--format: 'xml' is none of ndjson, json-array, bson, csv");
  EXPECT_EQ(Refusal({"import", "--collection", "c", "--resume", "s", "-"}),
            "--resume needs a file: standard input can't be read from the middle");
  EXPECT_EQ(Refusal({"export", "--collection", "c", "--format", "csv"}),
            "csv needs --fields, the columns");
  EXPECT_EQ(Refusal({"export", "--collection", "c", "out"}),
            "export writes to standard output, or to the file that -o names");
  EXPECT_EQ(Refusal({"export", "--collection", "c", "--user", "u"}), "--user needs --password");
}

TEST(OptionsTest, APasswordIsNeverOnTheCommandLine) {
  EXPECT_TRUE(Refusal({"import", "--password", "secret"}).starts_with("--password: takes env"));
  const testing::TempDir temp("password");
  std::ofstream(temp / "p") << "from file\r\nmore\n";
  setenv("VEDDB_TOOL_TEST", "from variable", 1);
  const std::string file = "file:" + (temp / "p");
  const auto of_file = Parse({"export", "--collection=c", "--password", file});
  EXPECT_EQ(*ReadPassword(of_file->server.password), "from file");
  const auto of_variable = Parse({"export", "--collection=c", "--password=env:VEDDB_TOOL_TEST"});
  EXPECT_EQ(*ReadPassword(of_variable->server.password), "from variable");
  unsetenv("VEDDB_TOOL_TEST");
  EXPECT_FALSE(ReadPassword(of_variable->server.password).ok());
}

TEST(OptionsTest, TheHelpNamesEveryOptionOfItsCommandAndFitsATerminal) {
  const std::string import = HelpText(Command::kImport);
  EXPECT_NE(import.find("--ignore-errors"), std::string::npos);
  EXPECT_EQ(import.find("--fields"), std::string::npos);
  const std::string all = import + HelpText(Command::kExport) + HelpText(std::nullopt);
  for (size_t at = 0; at < all.size();) {
    const size_t end = all.find('\n', at);
    EXPECT_LE(end - at, 90) << all.substr(at, end - at);
    at = end + 1;
  }
}

}  // namespace
}  // namespace veddb::tool
