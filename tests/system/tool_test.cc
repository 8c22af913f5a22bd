// SPDX-License-Identifier: BSD-3-Clause
// veddb-tool against a server: formats, modes, rejects, exit codes.
#include "tests/system/tool_test.h"

#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "doc/value/builder.h"
#include "doc/value/extjson.h"
#include "doc/value/id.h"
#include "tests/unit/doc/support/random_value.h"

namespace veddb::testing {

Words ToolTest::With(const std::string& command, const Words& arguments) const {
  Words words = {command, "--port", std::to_string(server_.port()), "--collection", "c"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  return words;
}

ToolResult ToolTest::Import(const Words& arguments, const std::string& input) {
  return ToolProcess(With("import", arguments), temp_ / "tool", input).WaitForEnd();
}

ToolResult ToolTest::Export(const Words& arguments) {
  return ToolProcess(With("export", arguments), temp_ / "tool").WaitForEnd();
}

ToolResult ToolTest::ImportText(const std::string& text, Words arguments) {
  arguments.push_back(Write("input", text));
  return Import(arguments);
}

std::string ToolTest::Write(const std::string& name, const std::string& text) const {
  std::ofstream(temp_ / name, std::ios::binary) << text;
  return temp_ / name;
}

std::string ToolTest::FileText(const std::string& name) const {
  std::ostringstream text;
  text << std::ifstream(temp_ / name, std::ios::binary).rdbuf();
  return text.str();
}

namespace {

// Ids of every type that an id may have, several of each kind, and documents of every type.
std::string EveryType(int documents) {
  const uint64_t seed = doc::TestSeed();
  ::testing::Test::RecordProperty("seed", std::to_string(seed));
  doc::RandomValues random(seed);
  std::string out;
  for (int i = 0; i < documents; ++i) {
    const std::string inside = random.Document(3);
    std::string id = random.Value(2);
    if (!doc::ValidateId(doc::TaggedView(id)).ok()) id = doc::TaggedInt64(i);
    std::string bson;
    doc::DocBuilder builder(&bson);
    builder.Append("_id", doc::TaggedView(id));
    builder.Append("d", doc::DocView(inside).AsValue(doc::BsonType::kObject));
    builder.Finish();
    out += bson;
  }
  return out;
}

TEST_F(ToolTest, EveryTypeComesBackToTheByte) {
  ASSERT_TRUE(Start({"--shards", "2"}));
  // Some of the random ids are equal numbers of two types: the first one counts.
  const ToolResult first = ImportText(EveryType(3000), {"--format", "bson", "--ignore-errors"});
  EXPECT_EQ(first.err.find("BAD"), std::string::npos) << first.err;
  ASSERT_EQ(Export({"--format", "bson", "-o", temp_ / "a.bson"}).code, 0);
  const std::string expected = FileText("a.bson");
  ASSERT_GT(expected.size(), 100'000);
  for (const std::string format : {"bson", "ndjson", "json-array"}) {
    const Words as = {"--format", format, "--ejson", "canonical", "-o", temp_ / "x"};
    ASSERT_EQ(Export(as).code, 0) << format;
    const ToolResult again = Import({"--drop", "--format", format, temp_ / "x"});
    ASSERT_EQ(again.code, 0) << format << again.err;
    ASSERT_EQ(Export({"--format", "bson", "-o", temp_ / "b.bson"}).code, 0);
    EXPECT_TRUE(FileText("b.bson") == expected) << format;
  }
}

TEST_F(ToolTest, ImportsNdjsonAndIsQuiet) {
  ASSERT_TRUE(Start());
  const ToolResult result = ImportText("{\"_id\":1,\"a\":\"x\"}\n{\"_id\":2}\n");
  EXPECT_EQ(result.code, 0);
  EXPECT_EQ(result.out + result.err, "");
  EXPECT_EQ(Export({}).out, "{\"_id\":1,\"a\":\"x\"}\n{\"_id\":2}\n");
  EXPECT_EQ(Export({"--format", "json-array"}).out,
            "[\n{\"_id\":1,\"a\":\"x\"},\n{\"_id\":2}\n]\n");
}

TEST_F(ToolTest, ReadsStandardInput) {
  ASSERT_TRUE(Start());
  EXPECT_EQ(Import({"-"}, "[{\"_id\":1},{\"_id\":2}]").code, 0);
  EXPECT_EQ(Count(), "2");
}

TEST_F(ToolTest, ARejectedDocumentEndsTheImportUnlessItIsToGoOn) {
  ASSERT_TRUE(Start());
  std::string text;
  for (int i = 0; i < 3000; ++i) text += "{\"_id\":" + std::to_string(i) + "}\n";
  text += "{\"_id\":7}\n{\"_id\":\n{\"_id\":[1]}\n{\"_id\":3000}\n";
  const ToolResult stopped = ImportText(text);
  EXPECT_EQ(stopped.code, 2);
  EXPECT_NE(stopped.err.find("line 3001 at byte"), std::string::npos) << stopped.err;
  EXPECT_NE(stopped.err.find("DUPLICATEKEY"), std::string::npos) << stopped.err;
  const ToolResult all =
      ImportText(text, {"--drop", "--ignore-errors", "--rejects", temp_ / "rejects"});
  EXPECT_EQ(all.code, 1);
  EXPECT_NE(all.err.find("3,001 documents imported, 3 rejected (BADJSON 1, BADQUERY 1, "
                         "DUPLICATEKEY 1)"),
            std::string::npos)
      << all.err;
  EXPECT_EQ(Count(), "3001");
  EXPECT_EQ(FileText("rejects"), "{\"_id\":7}\n{\"_id\":\n{\"_id\":[1]}\n");
  EXPECT_TRUE(FileText("rejects.reasons").starts_with("line 3001\t"));
}

TEST_F(ToolTest, ModesSayWhatBecomesOfIdsThatAreThere) {
  ASSERT_TRUE(Start());
  ASSERT_EQ(ImportText("{\"_id\":1,\"v\":\"old\"}\n").code, 0);
  const std::string text = "{\"_id\":1,\"v\":\"new\"}\n{\"_id\":2,\"v\":\"new\"}\n{\"v\":3}\n";
  const ToolResult replaced = ImportText(text, {"--mode", "replace-by-id", "--ignore-errors"});
  EXPECT_EQ(replaced.code, 1);
  EXPECT_NE(replaced.err.find("1 documents imported, 2 rejected (ABSENT 1, NOID 1)"),
            std::string::npos)
      << replaced.err;
  EXPECT_EQ(Export({}).out, "{\"_id\":1,\"v\":\"new\"}\n");
  EXPECT_EQ(ImportText(text, {"--mode", "upsert"}).code, 0);
  EXPECT_EQ(Count(), "3");
}

TEST_F(ToolTest, CsvGoesInAndOut) {
  ASSERT_TRUE(Start());
  const std::string text =
      "_id.int32(),customer.name.string(),customer.since.date(2006-01-02),total.decimal()\r\n"
      "1,\"Ada, Countess\",1843-01-01,1.50\r\n2,007,2024-02-29,2\r\n";
  ASSERT_EQ(ImportText(text, {"--format", "csv", "--columns-have-types"}).code, 0);
  EXPECT_EQ(Export({"--ejson", "canonical", "--filter", "{\"_id\":2}"}).out,
            "{\"_id\":{\"$numberInt\":\"2\"},\"customer\":{\"name\":\"007\",\"since\":{\"$date\":{"
            "\"$numberLong\":\"1709164800000\"}}},\"total\":{\"$numberDecimal\":\"2\"}}\n");
  EXPECT_EQ(Export({"--format", "csv", "--fields", "total,customer.name,none"}).out,
            "total,customer.name,none\r\n1.50,\"Ada, Countess\",\r\n2,007,\r\n");
}

std::string Numbered(int from, int to) {
  std::string text;
  for (int i = from; i < to; ++i) {
    text += "{\"_id\":" + std::to_string(i) + ",\"even\":" + (i % 2 == 0 ? "true" : "false") +
            ",\"x\":1}\n";
  }
  return text;
}

TEST_F(ToolTest, ExportFiltersProjectsAndSorts) {
  ASSERT_TRUE(Start());
  ASSERT_EQ(ImportText(Numbered(0, 5000)).code, 0);
  const Words words = {"--filter", "{\"even\":true}", "--project", "{\"x\":1}"};
  const std::string out = Export(words).out;
  EXPECT_EQ(std::count(out.begin(), out.end(), '\n'), 2500);
  EXPECT_TRUE(out.starts_with("{\"_id\":0,\"x\":1}\n{\"_id\":2,\"x\":1}\n")) << out.substr(0, 80);
  const std::string sorted = Export({"--sort", "{\"_id\":-1}", "--project", "{\"_id\":1}"}).out;
  EXPECT_EQ(std::count(sorted.begin(), sorted.end(), '\n'), 5000);
  EXPECT_TRUE(sorted.starts_with("{\"_id\":4999}\n{\"_id\":4998}\n")) << sorted.substr(0, 80);
}

TEST_F(ToolTest, AnExportShowsOneMoment) {
  ASSERT_TRUE(Start());
  const std::string before = Numbered(0, 30'000);
  ASSERT_EQ(ImportText(before).code, 0);
  // A pipe that nobody reads holds the export up in the middle.
  const std::string pipe = temp_ / "pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  ToolProcess tool(With("export", {"-o", pipe}), temp_ / "tool");
  std::ifstream reader(pipe);
  std::string first;
  std::getline(reader, first);
  EXPECT_EQ(first, "{\"_id\":0,\"even\":true,\"x\":1}");
  EXPECT_EQ(Connect().Say({"DOC.DELETEMANY", "c", "{\"even\":false}"}), "15000");
  std::ostringstream rest;
  rest << reader.rdbuf();
  EXPECT_EQ(tool.WaitForEnd().code, 0);
  EXPECT_TRUE(first + "\n" + rest.str() == before);
}

TEST_F(ToolTest, AnExportThatFailsLeavesNeitherFileNorCursor) {
  ASSERT_TRUE(Start());
  ASSERT_EQ(ImportText(Numbered(0, 30'000)).code, 0);
  const ToolResult full = Export({"-o", "/dev/full"});
  EXPECT_EQ(full.code, 2);
  EXPECT_NE(full.err.find("No space left"), std::string::npos) << full.err;
  RespClient client = Connect();
  EXPECT_EQ(InfoNumber(client, "cursors_open"), 0);
}

TEST_F(ToolTest, WhatCannotBeDoneIsToldAndIsCode2) {
  ASSERT_TRUE(Start({"--requirepass", "secret"}));
  const auto is_refused = [](const ToolResult& result, const std::string& why) {
    EXPECT_EQ(result.code, 2) << result.err;
    EXPECT_NE(result.err.find(why), std::string::npos) << result.err;
  };
  const Words password = {"--password", "file:" + Write("password", "secret\n")};
  is_refused(Export({}), "NOAUTH");
  is_refused(Export({"--password", "file:" + Write("wrong", "x")}), "WRONGPASS");
  is_refused(Export(password), "NOCOLLECTION");
  is_refused(Export({"--frobnicate"}), "unknown option --frobnicate");
  Words import = password;
  import.push_back(temp_ / "missing");
  is_refused(Import(import), "No such file");
  is_refused(
      ToolProcess({"export", "--port", "1", "--collection", "c"}, temp_ / "tool").WaitForEnd(),
      "can't connect");
  is_refused(ImportText("[{\"_id\":1}", password), "it is torn");
  is_refused(ImportText("{\"_id\":1}", password),
             "DUPLICATEKEY");  // what a torn file held is there
  Words filter = password;
  filter.insert(filter.end(), {"--filter", "{\"$no\":1}", "-o", temp_ / "out"});
  is_refused(Export(filter), "BADQUERY");
  EXPECT_EQ(FileText("out"), "");
}

TEST_F(ToolTest, TheHelpAndTheVersion) {
  EXPECT_EQ(ToolProcess({"--version"}, temp_ / "tool").WaitForEnd().out.find("veddb-tool "), 0);
  EXPECT_EQ(ToolProcess({"import", "--help"}, temp_ / "tool").WaitForEnd().code, 0);
  EXPECT_EQ(ToolProcess({}, temp_ / "tool").WaitForEnd().code, 2);
}

}  // namespace
}  // namespace veddb::testing
