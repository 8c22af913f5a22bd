// SPDX-License-Identifier: BSD-3-Clause
// What pipelines come to, by the cases in the text files beside this one. A block is a case; blocks
// end at an empty line:
//
//   docs document document …      the collection's, for this and the following blocks
//   with name document …          another collection's, likewise
//   pipeline => document …        what comes out, in this order, with types
//   pipeline ~> document …        the same in any order
//   pipeline => ! part of the message
//
// `=>` may begin a line of its own. Documents are separated by spaces, and have none at the top.
// Every case is also run with next to no memory, so that what can be spilled is.
#include "doc/pipeline/pipeline.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <set>

#include "../support/pipeline_context.h"
#include "doc/pipeline/passes/passes.h"
#include "doc/value/extjson.h"

namespace veddb::doc {
namespace {

constexpr const char* kFiles[] = {"grouping",  "nested", "sorting",
                                  "streaming", "unwind", "windows"};

struct Case {
  int line = 0;
  std::map<std::string, std::vector<std::string>> collections;  // JSON
  std::string pipeline;
  bool in_order = true;
  std::vector<std::string> expected;
  std::string error;
};

std::string Trimmed(const std::string& text) {
  const size_t begin = text.find_first_not_of(' ');
  if (begin == std::string::npos) return {};
  return text.substr(begin, text.find_last_not_of(' ') + 1 - begin);
}

// JSON objects one behind the other.
std::vector<std::string> SplitObjects(const std::string& text) {
  std::vector<std::string> objects;
  int depth = 0;
  bool quoted = false;
  size_t begin = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c == '\\') ++i;
      quoted = c != '"';
    } else if (c == '"') {
      quoted = true;
    } else if (c == '{' || c == '[') {
      if (depth++ == 0) begin = i;
    } else if ((c == '}' || c == ']') && --depth == 0) {
      objects.push_back(text.substr(begin, i + 1 - begin));
    }
  }
  EXPECT_EQ(depth, 0) << text;
  return objects;
}

void Finish(const std::string& text, Case one, std::vector<Case>* cases) {
  size_t arrow = text.find(" => ");
  if (arrow == std::string::npos) {
    arrow = text.find(" ~> ");
    one.in_order = false;
  }
  if (arrow == std::string::npos) {
    ADD_FAILURE() << "line " << one.line << ": no ' => '";
    return;
  }
  one.pipeline = Trimmed(text.substr(0, arrow));
  const std::string right = Trimmed(text.substr(arrow + 4));
  if (right.starts_with("!")) {
    one.error = Trimmed(right.substr(1));
  } else {
    one.expected = SplitObjects(right);
  }
  cases->push_back(std::move(one));
}

std::vector<Case> ReadCases(const std::string& name) {
  std::ifstream in(std::string(PIPELINE_CASES) + "/" + name + ".cases");
  EXPECT_TRUE(in.good()) << name;
  std::vector<Case> cases;
  Case current;
  std::string text;
  std::string line;
  for (int number = 1;; ++number) {
    const bool more = static_cast<bool>(std::getline(in, line));
    if (!more) line.clear();
    if (line.starts_with('#')) continue;
    if (line.starts_with("docs")) {
      current.collections.clear();
      current.collections["c"] = SplitObjects(line);
      continue;
    }
    if (line.starts_with("with ")) {
      current.collections[line.substr(5, line.find(' ', 5) - 5)] = SplitObjects(line.substr(5));
      continue;
    }
    if (line.empty() && !text.empty()) {
      Finish(text + " ", current, &cases);
      text.clear();
    } else if (!line.empty()) {
      if (text.empty()) current.line = number;
      text += (text.empty() ? "" : " ") + Trimmed(line);
    }
    if (!more) return cases;
  }
}

std::string Canonical(const std::string& bson) {
  std::string text;
  WriteJson(DocView(bson), JsonMode::kCanonical, &text);
  return text;
}

struct Outcome {
  std::vector<std::string> documents;  // canonical JSON
  std::string error;
};

Outcome RunCase(const Case& one, VectorContext& context, bool optimised) {
  Outcome outcome;
  const auto failed = [&outcome](const auto& result) {
    outcome.error = result.error().Wire();
    return outcome;
  };
  for (const auto& [name, documents] : one.collections) {
    for (const std::string& json : documents) {
      const auto bson = ParseDocument(json);
      if (!bson.ok()) return failed(bson);
      context.collections[name].push_back(*bson);
    }
  }
  const auto array = ParseArray(one.pipeline);
  if (!array.ok()) return failed(array);
  expression::Variables variables(context.now_ms());
  std::vector<ForeignCollection> foreign;
  const expression::Scope scope{.variables = &variables, .free = {}};
  const auto pipeline = Pipeline::Parse(DocView(*array).AsValue(BsonType::kArray),
                                        {.expressions = scope, .foreign = &foreign});
  if (!pipeline.ok()) return failed(pipeline);
  const auto all =
      RunAll(optimised ? Optimise(*pipeline, scope, nullptr) : *pipeline, context, "c");
  if (!all.ok()) return failed(all);
  for (const std::string& bson : *all) outcome.documents.push_back(Canonical(bson));
  return outcome;
}

class PipelineCases : public testing::TestWithParam<const char*> {
 protected:
  static void Check(size_t memory_bytes_max, bool has_indexes) {
    for (const Case& one : ReadCases(GetParam())) {
      SCOPED_TRACE(std::string(GetParam()) + ".cases:" + std::to_string(one.line) + ": " +
                   one.pipeline);
      VectorContext context(memory_bytes_max);
      context.has_indexes = has_indexes;
      Outcome outcome = RunCase(one, context, has_indexes);
      if (!one.error.empty()) {
        EXPECT_NE(outcome.error.find(one.error), std::string::npos)
            << outcome.error << " with " << outcome.documents.size() << " documents";
        continue;
      }
      EXPECT_EQ(outcome.error, "");
      std::vector<std::string> expected;
      for (const std::string& json : one.expected) {
        const auto bson = ParseDocument(json);
        ASSERT_TRUE(bson.ok()) << json << ": " << bson.error().message;
        expected.push_back(Canonical(*bson));
      }
      if (!one.in_order) {
        std::sort(expected.begin(), expected.end());
        std::sort(outcome.documents.begin(), outcome.documents.end());
      }
      EXPECT_EQ(outcome.documents, expected);
    }
  }
};

TEST_P(PipelineCases, ComeToTheirDocuments) { Check(100 << 20, false); }

TEST_P(PipelineCases, ComeToTheSameOptimisedAndWithIndexes) { Check(100 << 20, true); }

// Stages that can't spill have cases whose groups fit into this.
TEST_P(PipelineCases, ComeToTheSameWithLittleMemory) { Check(6000, true); }

INSTANTIATE_TEST_SUITE_P(Files, PipelineCases, testing::ValuesIn(kFiles),
                         [](const auto& file) { return std::string(file.param); });

TEST(Pipeline, EveryStageHasCases) {
  constexpr size_t kCasesMin = 3;
  std::map<std::string, size_t> counts;
  for (const char* file : kFiles) {
    for (const Case& one : ReadCases(file)) {
      std::set<std::string> named;
      for (size_t at = one.pipeline.find("{\"$"); at != std::string::npos;
           at = one.pipeline.find("{\"$", at + 1)) {
        named.insert(one.pipeline.substr(at + 2, one.pipeline.find('"', at + 2) - at - 2));
      }
      for (const std::string& name : named) ++counts[name];
    }
  }
  for (const StageRow& row : StageTable()) {
    EXPECT_GE(counts[std::string(row.name)], kCasesMin) << row.name;
  }
}

TEST(Pipeline, EveryRowIsSound) {
  Bytes last;
  for (const StageRow& row : StageTable()) {
    EXPECT_TRUE(row.name.starts_with('$')) << row.name;
    EXPECT_TRUE(row.doc.ends_with('.')) << row.name;
    EXPECT_LT(last, row.name);
    last = row.name;
  }
}

Result<Pipeline> Parsed(const std::string& json) {
  const std::string array = ParseArray(json).TakeValue();
  return Pipeline::Parse(DocView(array).AsValue(BsonType::kArray), {});
}

TEST(Pipeline, ItsLengthIsBounded) {
  const auto of = [](size_t stages) {
    std::string text = "[";
    for (size_t i = 0; i < stages; ++i) text += std::string(i == 0 ? "" : ",") + R"({"$skip":0})";
    return Parsed(text + "]");
  };
  EXPECT_TRUE(of(kStagesMax).ok());
  const auto longer = of(kStagesMax + 1);
  ASSERT_FALSE(longer.ok());
  EXPECT_EQ(longer.error().Wire(), "BADQUERY a pipeline has no more than 1000 stages");
}

TEST(Pipeline, LimitStopsAsking) {
  VectorContext context;
  for (int i = 0; i < 1000; ++i) {
    context.collections["c"].push_back(
        ParseDocument("{\"_id\":" + std::to_string(i) + "}").TakeValue());
  }
  const Pipeline pipeline = Parsed(R"([{"$set":{"a":1}},{"$limit":3}])").TakeValue();
  ASSERT_EQ(RunAll(pipeline, context, "c")->size(), 3U);
  EXPECT_LE(context.looks, 3U);
}

TEST(Pipeline, ShowsItsStagesAsTheyWereWritten) {
  const std::string text = R"([{"$match":{"a":{"$gt":1}}},{"$limit":3},{"$unset":["a","b"]}])";
  std::string out;
  DocBuilder builder(&out);
  Parsed(text)->AppendSpec("stages", &builder);
  builder.Finish();
  EXPECT_EQ(JsonText(DocView(out)), "{\"stages\":" + text + "}");
}

}  // namespace
}  // namespace veddb::doc
