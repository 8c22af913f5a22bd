// SPDX-License-Identifier: BSD-3-Clause
// What expressions come to, by the cases in the text files beside this one. A line is a case:
//
//   expression => value                  on the document of the last `doc` line
//   expression | document => value
//   expression => ! part of the message  it is refused, or fails, with BADQUERY
//   doc document                         what follows is evaluated on this
//
// Values are compared with their types; `missing` is no value.
#include "doc/expression/expression.h"

#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "doc/expression/operators.h"
#include "doc/value/extjson.h"

namespace veddb::doc {
namespace {

using expression::Evaluation;
using expression::Scope;
using expression::Variables;

// 2024-01-02T03:04:05.678Z
constexpr int64_t kNowMs = 1704164645678;

constexpr const char* kFiles[] = {"accumulating", "arithmetic", "arrays",       "binding", "dates",
                                  "dates_text",   "logic",      "objects",      "paths",   "regex",
                                  "sets",         "text",       "trigonometry", "types"};

struct Case {
  int line = 0;
  std::string expression;
  std::string document;
  std::string result;
};

std::string Trimmed(const std::string& text) {
  const size_t begin = text.find_first_not_of(' ');
  if (begin == std::string::npos) return {};
  return text.substr(begin, text.find_last_not_of(' ') + 1 - begin);
}

std::vector<Case> ReadCases(const std::string& name) {
  std::ifstream in(std::string(EXPRESSION_CASES) + "/" + name + ".cases");
  EXPECT_TRUE(in.good()) << name;
  std::vector<Case> cases;
  std::string document = "{}";
  std::string line;
  for (int number = 1; std::getline(in, line); ++number) {
    if (line.empty() || line[0] == '#') continue;
    if (line.starts_with("doc ")) {
      document = line.substr(4);
      continue;
    }
    const size_t arrow = line.rfind(" => ");
    if (arrow == std::string::npos) {
      ADD_FAILURE() << name << ":" << number << ": no ' => '";
      continue;
    }
    const std::string left = line.substr(0, arrow);
    const size_t bar = left.rfind(" | ");
    cases.push_back({number, Trimmed(left.substr(0, bar)),
                     bar == std::string::npos ? document : Trimmed(left.substr(bar + 3)),
                     Trimmed(line.substr(arrow + 4))});
  }
  return cases;
}

std::string Canonical(ValueView value) {
  if (value.missing()) return "missing";
  std::string text;
  WriteJsonValue(value, JsonMode::kCanonical, &text);
  return text;
}

std::string Expected(const std::string& text) {
  if (text == "missing" || text.starts_with("!")) return text;
  const Result<std::string> value = ParseValue(text);
  return value.ok() ? Canonical(TaggedView(*value)) : "no JSON: " + text;
}

// The value as canonical JSON, or '!' and the error's wire text.
std::string Evaluate(const std::string& text, const std::string& document) {
  const auto failed = [](const auto& result) { return "!" + result.error().Wire(); };
  const auto bson = ParseDocument("{\"e\":" + text + "}");
  if (!bson.ok()) return failed(bson);
  const auto doc = ParseDocument(document);
  if (!doc.ok()) return failed(doc);
  Variables variables(kNowMs);
  EXPECT_TRUE(
      variables.Let(DocView(ParseDocument(R"({"price":5,"o":{"p":[{"q":1}]}})").TakeValue())).ok());
  const auto parsed =
      Expression::Parse(DocView(*bson).Find("e"), Scope{.variables = &variables, .free = {}});
  if (!parsed.ok()) return failed(parsed);
  Evaluation run;
  run.Begin(DocView(*doc));
  const auto value = parsed->Evaluate(run);
  return value.ok() ? Canonical(*value) : failed(value);
}

class ExpressionCases : public testing::TestWithParam<const char*> {};

TEST_P(ExpressionCases, ComeToTheirValues) {
  for (const Case& one : ReadCases(GetParam())) {
    SCOPED_TRACE(std::string(GetParam()) + ".cases:" + std::to_string(one.line) + ": " +
                 one.expression + " | " + one.document);
    const std::string said = Evaluate(one.expression, one.document);
    if (!one.result.starts_with("!")) {
      EXPECT_EQ(said, Expected(one.result));
      continue;
    }
    EXPECT_TRUE(said.starts_with("!BADQUERY ") || said.starts_with("!MEMORYLIMIT ")) << said;
    EXPECT_NE(said.find(Trimmed(one.result.substr(1))), std::string::npos) << said;
  }
}

// The same comes out if the document is a variable's value, and if that is known beforehand, so
// that all is worked out when the expression is parsed.
TEST_P(ExpressionCases, ComeToTheSameWhereverTheDocumentIs) {
  for (const Case& one : ReadCases(GetParam())) {
    SCOPED_TRACE(std::string(GetParam()) + ".cases:" + std::to_string(one.line) + ": " +
                 one.expression + " | " + one.document);
    const std::string said = Evaluate(one.expression, one.document);
    const auto within = [&one](const std::string& current) {
      return Evaluate(
          R"({"$let":{"vars":{"CURRENT":)" + current + R"(},"in":)" + one.expression + "}}",
          one.document);
    };
    EXPECT_EQ(within("\"$$ROOT\""), said);
    EXPECT_EQ(within("{\"$literal\":" + one.document + "}"), said);
  }
}

INSTANTIATE_TEST_SUITE_P(Files, ExpressionCases, testing::ValuesIn(kFiles),
                         [](const auto& file) { return std::string(file.param); });

TEST(Expression, EveryOperatorHasCases) {
  constexpr size_t kCasesMin = 3;
  std::map<std::string, size_t> counts;
  size_t total = 0;
  for (const char* file : kFiles) {
    for (const Case& one : ReadCases(file)) {
      ++total;
      std::set<std::string> named;
      for (size_t at = one.expression.find("\"$"); at != std::string::npos;
           at = one.expression.find("\"$", at + 1)) {
        named.insert(one.expression.substr(at + 1, one.expression.find('"', at + 1) - at - 1));
      }
      for (const std::string& name : named) ++counts[name];
    }
  }
  EXPECT_GT(total, 1000U);
  for (const auto table : expression::AllOperators()) {
    for (const expression::Operator& row : table) {
      EXPECT_GE(counts[std::string(row.name)], row.by_chance ? 1 : kCasesMin) << row.name;
    }
  }
}

TEST(Expression, EveryRowIsSound) {
  for (const auto table : expression::AllOperators()) {
    for (const expression::Operator& row : table) {
      EXPECT_TRUE(row.name.starts_with('$')) << row.name;
      EXPECT_TRUE(row.doc.ends_with('.')) << row.name;
      EXPECT_NE(row.eager == nullptr, row.lazy == nullptr) << row.name;
      EXPECT_TRUE(row.parse != nullptr || row.list.has_value() || !row.names.empty()) << row.name;
    }
  }
}

Expression Parsed(const char* json, const Scope& scope = {}) {
  const std::string bson = ParseDocument(std::string("{\"e\":") + json + "}").TakeValue();
  return Expression::Parse(DocView(bson).Find("e"), scope).TakeValue();
}

TEST(Expression, ConstantsAreWorkedOutWhenItIsParsed) {
  EXPECT_TRUE(Parsed(R"({"$add":[1,{"$multiply":[2,3]}]})").constant().has_value());
  EXPECT_TRUE(Parsed(R"({"a":[1,{"b":{"$literal":"$x"}}]})").constant().has_value());
  EXPECT_TRUE(
      Parsed(R"({"$map":{"input":[1,2],"in":{"$add":["$$this",1]}}})").constant().has_value());
  EXPECT_TRUE(
      Parsed(R"({"$let":{"vars":{"x":1},"in":{"$map":{"input":[1],"in":"$$x"}}}})").constant());
  EXPECT_FALSE(Parsed(R"({"$add":[1,"$a"]})").constant().has_value());
  EXPECT_FALSE(Parsed(R"({"$map":{"input":[1,2],"in":"$a"}})").constant().has_value());
  EXPECT_FALSE(Parsed(R"({"$rand":{}})").constant().has_value());
  // It fails, but only where it is needed.
  EXPECT_FALSE(Parsed(R"({"$divide":[1,0]})").constant().has_value());
}

TEST(Expression, TellsWhatItReads) {
  const auto reads = [](const char* json) { return Parsed(json).dependencies(); };
  EXPECT_EQ(reads(R"({"$add":["$a.b","$c",1]})").paths, (std::set<std::string>{"a.b", "c"}));
  EXPECT_FALSE(reads(R"({"$add":["$a.b","$c",1]})").whole_document);
  EXPECT_EQ(reads(R"("$$ROOT.x")").paths, std::set<std::string>{"x"});
  EXPECT_TRUE(reads(R"(["$$ROOT"])").whole_document);
  EXPECT_TRUE(reads(R"({"$let":{"vars":{"d":"$$CURRENT"},"in":"$$d.a"}})").whole_document);
  EXPECT_TRUE(reads(R"({"$literal":"$a"})").paths.empty());
  EXPECT_TRUE(reads(R"({"$rand":{}})").chance);
}

TEST(Expression, FreeVariablesGetTheirValuesWhenItRuns) {
  const std::vector<std::string> names = {"x", "y"};
  const Expression sum = Parsed(R"({"$map":{"input":"$a","in":{"$add":["$$x.v","$$y","$$this"]}}})",
                                {.variables = nullptr, .free = names});
  const std::string doc = ParseDocument(R"({"a":[1,2]})").TakeValue();
  const std::string x = ParseDocument(R"({"v":10})").TakeValue();
  Evaluation run;
  run.Begin(DocView(doc));
  run.ReserveVariables(names.size());
  run.SetVariable(0, DocView(x).AsValue(BsonType::kObject));
  run.SetVariable(1, run.Int32(100));
  EXPECT_EQ(JsonText(*sum.Evaluate(run)), "[111,112]");
}

TEST(Expression, DepthIsBounded) {
  const auto nested = [](int levels) {
    std::string text = "1";
    for (int i = 0; i < levels; ++i) text = "{\"$abs\":" + text + "}";
    return text;
  };
  EXPECT_EQ(Evaluate(nested(90), "{}"), "{\"$numberInt\":\"1\"}");
  ValueView value = Evaluation::Null();
  Evaluation run;
  for (int i = 0; i < 101; ++i) {
    const Element field{"$abs", value};
    value = run.Object({&field, 1}).TakeValue();
  }
  const auto parsed = Expression::Parse(value);
  ASSERT_FALSE(parsed.ok());
  EXPECT_EQ(parsed.error().message, "the expression nests deeper than 100 levels");
}

TEST(Expression, MemoryIsBounded) {
  const Expression doubling = Parsed(
      R"({"$reduce":{"input":{"$range":[0,40]},"initialValue":["$s"],"in":{"$concatArrays":["$$value","$$value"]}}})");
  const std::string doc = ParseDocument(R"({"s":"x"})").TakeValue();
  Evaluation run;
  for (int i = 0; i < 2; ++i) {
    run.Begin(DocView(doc));
    const auto value = doubling.Evaluate(run);
    ASSERT_FALSE(value.ok());
    EXPECT_EQ(value.error().code, ErrorCode::kMemoryLimit);
  }
  // What one document took is free for the next.
  run.Begin(DocView(doc));
  EXPECT_EQ(JsonText(*Parsed(R"({"$concatArrays":[["$s"],[1]]})").Evaluate(run)), "[\"x\",1]");
}

TEST(Expression, WorkIsBounded) {
  const Expression loops = Parsed(
      R"({"$filter":{"input":{"$range":[0,9000]},"cond":{"$size":{"$filter":{"input":{"$range":[0,9000]},"cond":"$none"}}}}})");
  Evaluation run(1, {.memory_bytes = 1 << 30, .steps = 1'000'000});
  run.Begin(DocView());
  const auto value = loops.Evaluate(run);
  ASSERT_FALSE(value.ok());
  EXPECT_EQ(value.error().Wire(),
            "BADQUERY the expression takes more than 1000000 steps for one document");
}

TEST(Expression, LetRefusesWhatItCannotHold) {
  const auto let = [](const char* json) {
    Variables variables(kNowMs);
    const Status status = variables.Let(DocView(ParseDocument(json).TakeValue()));
    return status.ok() ? std::string("ok") : status.error().Wire();
  };
  EXPECT_EQ(let(R"({"a":1,"b":{"$add":[1,2]},"c":"$$NOW"})"), "ok");
  EXPECT_EQ(let(R"({"r":{"$rand":{}}})"), "ok");
  EXPECT_EQ(let(R"({"a":"$x"})"), "BADQUERY LET: 'a' must not read a document");
  EXPECT_EQ(let(R"({"a":1,"b":"$$a"})"), "BADQUERY '$$a': there is no such variable");
  EXPECT_NE(let(R"({"A":1})").find("can't be a variable's name"), std::string::npos);
  EXPECT_NE(let(R"({"":1})").find("can't be a variable's name"), std::string::npos);
  EXPECT_EQ(let(R"({"a":{"$divide":[1,0]}})"), "BADQUERY $divide: division by 0");
}

TEST(Expression, RandIsAtLeast0AndBelow1) {
  const Expression rand = Parsed(R"({"$rand":{}})");
  Evaluation run(42);
  std::set<double> seen;
  for (int i = 0; i < 1000; ++i) {
    const double v = rand.Evaluate(run)->Double();
    EXPECT_TRUE(v >= 0 && v < 1);
    seen.insert(v);
  }
  EXPECT_EQ(seen.size(), 1000U);
}

}  // namespace
}  // namespace veddb::doc
