// SPDX-License-Identifier: BSD-3-Clause
// What accumulators make of documents, by the cases in the text files beside this one:
//   docs [documents]
//   {"$name": operand} => value
//   {"$name": operand} => ! part of the message    it is refused, or fails, with BADQUERY
#include "doc/accumulator/accumulator.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "doc/value/compare.h"
#include "doc/value/extjson.h"
#include "tests/unit/doc/support/case_file.h"
#include "tests/unit/doc/support/random_value.h"

namespace veddb::doc {
namespace {

using expression::Evaluation;

constexpr const char* kFiles[] = {"numbers", "percentiles", "values"};

std::vector<Case> CasesOf(const std::string& name) {
  return ReadCases(std::string(ACCUMULATOR_CASES) + "/" + name + ".cases", "docs");
}

// A state with its bytes.
class State {
 public:
  State(const Accumulator& accumulator, size_t places)
      : accumulator_(accumulator), words_(accumulator.state_bytes() / sizeof(uint64_t)) {
    accumulator_.Begin(words_.data(), places);
  }
  ~State() { accumulator_.End(words_.data()); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  void* get() { return words_.data(); }

 private:
  const Accumulator& accumulator_;
  std::vector<uint64_t> words_;
};

Result<std::string> Finished(const Accumulator& accumulator, State& state) {
  Evaluation run;
  const ValueView value = TRY(accumulator.Finish(state.get(), run));
  std::string text;
  WriteJsonValue(value, JsonMode::kCanonical, &text);
  return text;
}

Status AddAll(const Accumulator& accumulator, State& state, const std::vector<DocView>& docs,
              size_t begin, size_t end) {
  Evaluation run;
  std::string key;
  for (size_t i = begin; i < end; ++i) {
    run.Begin(docs[i]);
    const Accumulator::Input input = TRY(accumulator.Read(run, &key));
    TRY(accumulator.Add(state.get(), input));
  }
  return Ok();
}

// In so many parts, each by a state of its own, merged by what they save.
Result<std::string> Accumulated(const Accumulator& accumulator, const std::vector<DocView>& docs,
                                size_t parts) {
  Evaluation run;
  const size_t places = TRY(accumulator.Places(run, ValueView()));
  State whole(accumulator, places);
  const size_t size = (docs.size() + parts - 1) / parts;
  for (size_t begin = 0; begin < docs.size(); begin += size) {
    const size_t end = std::min(begin + size, docs.size());
    if (parts == 1) {
      TRY(AddAll(accumulator, whole, docs, begin, end));
      continue;
    }
    State part(accumulator, places);
    TRY(AddAll(accumulator, part, docs, begin, end));
    std::string saved;
    accumulator.Save(part.get(), &saved);
    TRY(accumulator.Merge(whole.get(), saved));
  }
  return Finished(accumulator, whole);
}

Result<std::string> Answer(const std::string& call, const std::string& json, size_t parts) {
  const std::string bson = TRY(ParseDocument(call));
  const auto accumulator = TRY(Accumulator::Parse(*DocView(bson).begin(), {}));
  const std::string array = TRY(ParseArray(json));
  std::vector<DocView> docs;
  for (const Element& element : DocView(array)) docs.push_back(element.value.Document());
  return Accumulated(*accumulator, docs, parts);
}

std::string Said(const Result<std::string>& result) {
  return result.ok() ? *result : "!" + result.error().Wire();
}

class AccumulatorCases : public testing::TestWithParam<const char*> {};

TEST_P(AccumulatorCases, ComeToTheirValuesInOnePartOrMore) {
  for (const Case& one : CasesOf(GetParam())) {
    SCOPED_TRACE(std::string(GetParam()) + ".cases:" + std::to_string(one.line) + ": " + one.left);
    for (const size_t parts : {1, 2, 3}) {
      const std::string said = Said(Answer(one.left, one.about, parts));
      if (!one.result.starts_with("! ")) {
        EXPECT_EQ(said, CanonicalJson(one.result));
        continue;
      }
      EXPECT_TRUE(said.starts_with("!BADQUERY ")) << said;
      EXPECT_NE(said.find(one.result.substr(2)), std::string::npos) << said;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Files, AccumulatorCases, testing::ValuesIn(kFiles),
                         [](const auto& file) { return std::string(file.param); });

TEST(Accumulator, EveryOneHasCasesForNormalEmptyAndRefused) {
  constexpr size_t kCasesMin = 3;
  std::map<std::string, size_t> fine;
  std::map<std::string, size_t> refused;
  std::map<std::string, size_t> empty;
  for (const char* file : kFiles) {
    for (const Case& one : CasesOf(file)) {
      const std::string name = one.left.substr(2, one.left.find('"', 2) - 2);
      ++(one.result.starts_with("!") ? refused : fine)[name];
      if (one.about == "[]") ++empty[name];
    }
  }
  for (const auto table : accumulator::AllRows()) {
    for (const accumulator::Row& row : table) {
      const std::string name(row.name);
      EXPECT_TRUE(row.name.starts_with('$') && row.doc.ends_with('.')) << name;
      EXPECT_GE(fine[name], kCasesMin) << name;
      EXPECT_GE(refused[name], 1U) << name;
      EXPECT_GE(empty[name], 1U) << name;
    }
  }
}

// How each is called on the values of random documents.
std::string CallOf(const std::string& name) {
  if (name == "$count") return R"({"$count":{}})";
  if (name == "$mergeObjects") return R"({"$mergeObjects":{"a":"$v","b":"$w"}})";
  if (name == "$median") return R"({"$median":{"input":"$v","method":"approximate"}})";
  if (name == "$percentile") {
    return R"({"$percentile":{"input":"$v","p":[0.1,0.9],"method":"approximate"}})";
  }
  if (name == "$top" || name == "$bottom") {
    return "{\"" + name + R"(":{"sortBy":{"w":1,"v":-1},"output":"$v"}})";
  }
  if (name == "$topN" || name == "$bottomN") {
    return "{\"" + name + R"(":{"n":5,"sortBy":{"w":1},"output":"$v"}})";
  }
  if (name.ends_with("N")) return "{\"" + name + R"(":{"n":7,"input":"$v"}})";
  return "{\"" + name + R"(":"$v"})";
}

// Whole numbers, and doubles whose sums are exact; or anything.
std::vector<std::string> RandomDocuments(uint64_t seed, size_t count, bool numbers) {
  std::mt19937_64 dice(seed);
  RandomValues values(seed);
  std::vector<std::string> docs;
  for (size_t i = 0; i < count; ++i) {
    std::string doc;
    DocBuilder builder(&doc);
    if (numbers) {
      const auto whole = static_cast<int64_t>(dice() % 1000) - 500;
      if (dice() % 2 == 0) {
        builder.Double("v", static_cast<double>(whole) / 8);
      } else {
        builder.Int64("v", whole);
      }
    } else if (dice() % 8 != 0) {
      builder.Append("v", TaggedView(values.Value(2)));
    }
    builder.Int32("w", static_cast<int32_t>(dice() % 10));
    builder.Finish();
    docs.push_back(std::move(doc));
  }
  return docs;
}

// Deviations are worked out in another way when they are merged: their last digits may differ.
bool IsRounded(Bytes name) { return name.starts_with("$stdDev"); }

TEST(Accumulator, MergedPartsAreLikeOne) {
  const uint64_t seed = TestSeed();
  SCOPED_TRACE("VEDDB_TEST_SEED=" + std::to_string(seed));
  for (int round = 0; round < 40; ++round) {
    const bool numbers = round % 2 == 0;
    const auto bytes = RandomDocuments(seed + static_cast<uint64_t>(round), 60, numbers);
    const std::vector<DocView> docs(bytes.begin(), bytes.end());
    for (const auto table : accumulator::AllRows()) {
      for (const accumulator::Row& row : table) {
        // Sums of doubles at the edges of their range depend on the order.
        if (!numbers && (row.name == "$sum" || row.name == "$avg" || IsRounded(row.name))) continue;
        const std::string call = ParseDocument(CallOf(std::string(row.name))).TakeValue();
        const auto accumulator = Accumulator::Parse(*DocView(call).begin(), {}).TakeValue();
        const std::string one = Said(Accumulated(*accumulator, docs, 1));
        for (const size_t parts : {2, 7, 60}) {
          const std::string merged = Said(Accumulated(*accumulator, docs, parts));
          if (IsRounded(row.name)) {
            const auto number = [](const std::string& json) {
              return ToDouble(TaggedView(*ParseValue(json)));
            };
            EXPECT_NEAR(number(merged), number(one), 1e-9 * std::abs(number(one))) << row.name;
          } else {
            EXPECT_EQ(merged, one) << row.name;
          }
        }
      }
    }
  }
}

TEST(Accumulator, TheGroupsIdMaySayHowMany) {
  const std::string call =
      ParseDocument(R"({"$firstN":{"input":"$v","n":{"$cond":[{"$eq":["$k","a"]},1,3]}}})")
          .TakeValue();
  const auto accumulator = Accumulator::Parse(*DocView(call).begin(), {}).TakeValue();
  Evaluation run;
  const auto places = [&](const char* id) {
    const std::string bson = ParseDocument(id).TakeValue();
    return *accumulator->Places(run, DocView(bson).AsValue(BsonType::kObject));
  };
  EXPECT_EQ(places(R"({"k":"a"})"), 1U);
  EXPECT_EQ(places(R"({"k":"b"})"), 3U);
}

TEST(Accumulator, TellsWhatItReadsAndTakes) {
  const std::string call =
      ParseDocument(R"({"$topN":{"n":2,"sortBy":{"a.b":1},"output":"$c"}})").TakeValue();
  const auto accumulator = Accumulator::Parse(*DocView(call).begin(), {}).TakeValue();
  EXPECT_EQ(accumulator->dependencies().paths, (std::set<std::string>{"a.b", "c"}));
  EXPECT_EQ(accumulator->name(), "$topN");

  for (const auto table : accumulator::AllRows()) {
    for (const accumulator::Row& row : table) {
      const std::string own = ParseDocument(CallOf(std::string(row.name))).TakeValue();
      const auto one = Accumulator::Parse(*DocView(own).begin(), {}).TakeValue();
      EXPECT_EQ(one->state_bytes() % Accumulator::kStateAlignment, 0U) << row.name;
      EXPECT_LE(one->state_bytes(), 64U) << row.name;
    }
  }
}

TEST(Accumulator, CountsWhatItsStateTakes) {
  const auto taken = [](const char* name) {
    const std::string call = ParseDocument(CallOf(name)).TakeValue();
    const auto accumulator = Accumulator::Parse(*DocView(call).begin(), {}).TakeValue();
    const std::string doc =
        ParseDocument("{\"v\":\"" + std::string(1000, 'x') + "\",\"w\":1}").TakeValue();
    State state(*accumulator, 7);
    const std::vector<DocView> docs(100, DocView(doc));
    EXPECT_TRUE(AddAll(*accumulator, state, docs, 0, docs.size()).ok());
    return accumulator->heap_bytes(state.get());
  };
  EXPECT_EQ(taken("$sum"), 0U);
  EXPECT_EQ(taken("$count"), 0U);
  EXPECT_NEAR(taken("$max"), 1000, 50);
  EXPECT_NEAR(taken("$last"), 1000, 50);
  EXPECT_NEAR(taken("$lastN"), 7000, 700);
  EXPECT_NEAR(taken("$topN"), 7000, 1000);
  EXPECT_GE(taken("$push"), 100'000U);
  EXPECT_NEAR(taken("$addToSet"), 1000, 300);
  EXPECT_NEAR(taken("$mergeObjects"), 1000, 400);
}

// With more numbers than are kept: in one state, and in parts.
TEST(Accumulator, PercentilesOfMuchAreNearAndTakeLittle) {
  constexpr size_t kNumbers = 1'000'000;
  const uint64_t seed = TestSeed();
  SCOPED_TRACE("VEDDB_TEST_SEED=" + std::to_string(seed));
  std::mt19937_64 dice(seed);
  std::lognormal_distribution<double> draw(0, 2);
  std::vector<double> numbers;
  const std::string call = ParseDocument(CallOf("$percentile")).TakeValue();
  const auto accumulator = Accumulator::Parse(*DocView(call).begin(), {}).TakeValue();
  State whole(*accumulator, 0);
  State merged(*accumulator, 0);
  constexpr size_t kParts = 3;
  for (size_t part = 0; part < kParts; ++part) {
    State own(*accumulator, 0);
    for (size_t i = 0; i < kNumbers / kParts; ++i) {
      const double v = draw(dice);
      numbers.push_back(v);
      const Accumulator::Input input{
          {BsonType::kDouble, reinterpret_cast<const char*>(&numbers.back())}, {}};
      ASSERT_TRUE(accumulator->Add(whole.get(), input).ok());
      ASSERT_TRUE(accumulator->Add(own.get(), input).ok());
    }
    std::string saved;
    accumulator->Save(own.get(), &saved);
    ASSERT_TRUE(accumulator->Merge(merged.get(), saved).ok());
  }
  EXPECT_LE(accumulator->heap_bytes(whole.get()), 4U << 20);
  std::sort(numbers.begin(), numbers.end());
  for (State* state : {&whole, &merged}) {
    Evaluation run;
    const ValueView found = accumulator->Finish(state->get(), run).TakeValue();
    const auto rank_of = [&numbers](ValueView value) {
      const auto at = std::lower_bound(numbers.begin(), numbers.end(), value.Double());
      return static_cast<double>(at - numbers.begin()) / static_cast<double>(numbers.size());
    };
    EXPECT_NEAR(rank_of(found.Document().Find("0")), 0.1, 0.001);
    EXPECT_NEAR(rank_of(found.Document().Find("1")), 0.9, 0.001);
  }
}

}  // namespace
}  // namespace veddb::doc
