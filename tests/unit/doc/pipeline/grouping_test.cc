// SPDX-License-Identifier: BSD-3-Clause
// $group and $setWindowFields over random documents: whatever the memory, in parts or in one, by
// moving windows or by adding all again.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <random>

#include "doc/accumulator/state.h"
#include "doc/pipeline/stages/granularity.h"
#include "doc/pipeline/stages/group.h"
#include "doc/value/compare.h"
#include "doc/value/extjson.h"
#include "doc/value/hash_index.h"
#include "doc/value/ordered_key.h"
#include "doc/window/window_function.h"
#include "tests/unit/doc/support/pipeline_context.h"
#include "tests/unit/doc/support/random_value.h"

namespace veddb::doc {
namespace {

constexpr size_t kMuch = 100 << 20;
constexpr size_t kLittle = 16 << 10;
constexpr size_t kDistinctKeys = 200;

Pipeline Parsed(const std::string& json) {
  const std::string array = ParseArray(json).TakeValue();
  auto pipeline = Pipeline::Parse(DocView(array).AsValue(BsonType::kArray), {});
  EXPECT_TRUE(pipeline.ok()) << pipeline.error().message;
  return pipeline.TakeValue();
}

std::vector<std::string> Texts(const Result<std::vector<std::string>>& documents) {
  EXPECT_TRUE(documents.ok()) << documents.error().message;
  std::vector<std::string> texts;
  if (!documents.ok()) return texts;
  for (const std::string& bson : *documents) texts.push_back(JsonText(DocView(bson)));
  return texts;
}

// `k`: a value of any type, of which there are not many; `v`: a number whose sums are exact.
std::vector<std::string> RandomDocuments(uint64_t seed, size_t count, size_t keys) {
  std::mt19937_64 dice(seed);
  RandomValues values(seed);
  // No two of them are one group: all documents in one would be more than it may hold.
  std::vector<std::string> pool;
  const auto is_new = [&pool](const std::string& value) {
    return std::none_of(pool.begin(), pool.end(), [&value](const std::string& other) {
      return EqualValues(TaggedView(value), TaggedView(other));
    });
  };
  while (pool.size() < keys) {
    std::string value = pool.size() % 2 == 0 ? values.Value(2) : values.Number();
    if (keys > kDistinctKeys || is_new(value)) pool.push_back(std::move(value));
  }
  std::vector<std::string> docs;
  for (size_t i = 0; i < count; ++i) {
    std::string doc;
    DocBuilder builder(&doc);
    builder.Int32("_id", static_cast<int32_t>(i));
    if (dice() % 16 != 0) builder.Append("k", TaggedView(pool[dice() % pool.size()]));
    const auto whole = static_cast<int64_t>(dice() % 1000) - 500;
    if (dice() % 2 == 0) {
      builder.Double("v", static_cast<double>(whole) / 8);
    } else if (dice() % 8 != 0) {
      builder.Int64("v", whole);
    }
    builder.Int32("x", static_cast<int32_t>(dice() % 50));
    builder.Finish();
    docs.push_back(std::move(doc));
  }
  return docs;
}

constexpr const char* kGroups = R"([{"$group":{"_id":"$k","n":{"$sum":1},"s":{"$sum":"$v"},
  "a":{"$avg":"$v"},"min":{"$min":"$k"},"f":{"$first":"$_id"},"l":{"$last":"$_id"},
  "p":{"$push":"$_id"},"set":{"$addToSet":"$v"},"t":{"$topN":{"n":3,"sortBy":{"v":-1},"output":"$_id"}},
  "ln":{"$lastN":{"n":2,"input":"$_id"}},"m":{"$percentile":{"input":"$v","p":[0.2,0.9],"method":"approximate"}}}}])";

std::vector<std::string> OutputOf(const char* pipeline, const std::vector<std::string>& docs,
                                  size_t memory_bytes) {
  VectorContext context(memory_bytes);
  context.collections["c"] = docs;
  const Pipeline parsed = Parsed(pipeline);
  return Texts(RunAll(parsed, context, "c"));
}

TEST(Group, SpilledGroupsAreThoseOfMemoryAndInTheSameOrder) {
  const uint64_t seed = TestSeed();
  SCOPED_TRACE("VEDDB_TEST_SEED=" + std::to_string(seed));
  for (const size_t keys : {20, 100, 3000}) {
    const auto docs = RandomDocuments(seed + keys, 3000, keys);
    const auto in_memory = OutputOf(kGroups, docs, kMuch);
    EXPECT_EQ(OutputOf(kGroups, docs, kLittle * 4), in_memory);
  }
}

TEST(Group, PartsMergedAreLikeOne) {
  const uint64_t seed = TestSeed();
  SCOPED_TRACE("VEDDB_TEST_SEED=" + std::to_string(seed));
  const Pipeline pipeline = Parsed(kGroups);
  const auto& stage = dynamic_cast<const GroupStage&>(*pipeline.stages()[0]);
  for (const size_t memory : {kMuch, kLittle * 4}) {
    const auto docs = RandomDocuments(seed, 2000, 200);
    VectorContext context(memory);
    for (size_t begin = 0; begin < docs.size(); begin += 700) {
      const size_t end = std::min(begin + 700, docs.size());
      context.collections["part"] = {docs.begin() + static_cast<ptrdiff_t>(begin),
                                     docs.begin() + static_cast<ptrdiff_t>(end)};
      const StageRunPtr run = stage.OpenPart(context, context.Source("part")).TakeValue();
      for (DocumentBatch batch;; batch.clear()) {
        ASSERT_TRUE(run->Next(50, &batch).ok());
        if (batch.empty()) break;
        for (const DocView doc : batch.documents) {
          context.collections["parts"].emplace_back(doc.bytes());
        }
      }
    }
    const StageRunPtr merged = stage.OpenMerge(context, context.Source("parts")).TakeValue();
    std::vector<std::string> texts;
    for (DocumentBatch batch;; batch.clear()) {
      ASSERT_TRUE(merged->Next(50, &batch).ok());
      if (batch.empty()) break;
      for (const DocView doc : batch.documents) texts.push_back(JsonText(doc));
    }
    EXPECT_EQ(texts, OutputOf(kGroups, docs, kMuch));
  }
}

TEST(Group, OneGroupThatIsTooLargeIsRefused) {
  const auto docs = RandomDocuments(1, 3000, 1);
  VectorContext context(kLittle);
  context.collections["c"] = docs;
  const Pipeline pipeline = Parsed(R"([{"$group":{"_id":1,"all":{"$push":"$$ROOT"}}}])");
  const auto all = RunAll(pipeline, context, "c");
  ASSERT_FALSE(all.ok());
  EXPECT_EQ(all.error().Wire(), "MEMORYLIMIT $group: one group alone takes more than 8192 bytes");
}

TEST(Group, StaysWithinItsMemory) {
  const auto docs = RandomDocuments(TestSeed(), 20'000, 1);
  VectorContext context(256 << 10);
  context.collections["c"] = docs;
  const Pipeline pipeline = Parsed(R"([{"$group":{"_id":"$_id","s":{"$sum":"$v"}}}])");
  const StageRunPtr run = pipeline.Open(context, context.Source("c")).TakeValue();
  size_t groups = 0;
  size_t memory = 0;
  for (DocumentBatch batch;; batch.clear()) {
    ASSERT_TRUE(run->Next(128, &batch).ok());
    if (batch.empty()) break;
    groups += batch.size();
    memory = std::max(memory, run->memory_bytes());
  }
  EXPECT_EQ(groups, docs.size());
  EXPECT_GT(run->spilled_bytes(), docs.size() * 20);
  EXPECT_LE(memory, 256U << 10);
}

TEST(Group, StopsWhenItMayNotGoOn) {
  for (const char* text : {R"([{"$group":{"_id":"$_id","s":{"$sum":"$v"}}}])",
                           R"([{"$setWindowFields":{"sortBy":{"x":1},"output":{"n":{"$sum":1}}}}])",
                           R"([{"$densify":{"field":"x","range":{"step":0.001,"bounds":"full"}}}])",
                           R"([{"$bucketAuto":{"groupBy":"$x","buckets":5}}])"}) {
    const Pipeline pipeline = Parsed(text);
    VectorContext context(kLittle);
    context.collections["c"] = RandomDocuments(1, 3000, 5);
    context.looks_max = 445;  // those of the source, and some
    const auto all = RunAll(pipeline, context, "c");
    ASSERT_FALSE(all.ok()) << text;
    EXPECT_EQ(all.error().code, ErrorCode::kTimeout) << text;
  }
}

TEST(HashIndex, ValuesThatAreEqualHaveOneHash) {
  const uint64_t seed = TestSeed();
  SCOPED_TRACE("VEDDB_TEST_SEED=" + std::to_string(seed));
  RandomValues values(seed);
  std::map<std::string, uint64_t> hashes;
  size_t repeated = 0;
  for (int i = 0; i < 50'000; ++i) {
    const std::string value = i % 2 == 0 ? values.Number() : values.Value(1);
    const auto [it, inserted] =
        hashes.emplace(OrderedKey(TaggedView(value)), HashValue(TaggedView(value)));
    if (!inserted) ++repeated;
    EXPECT_EQ(it->second, HashValue(TaggedView(value))) << JsonText(TaggedView(value));
  }
  EXPECT_GT(repeated, 1000U);
}

TEST(HashIndex, FindsWhatWasPutIn) {
  HashIndex index;
  const auto hash = [](uint32_t i) { return (i % 1000) * 0x9E3779B97F4A7C15ULL; };
  for (uint32_t i = 0; i < 5000; ++i) {
    EXPECT_EQ(index.Find(hash(i), [i](uint32_t n) { return n == i; }), HashIndex::kNone);
    index.Insert(hash(i), i);
  }
  for (uint32_t i = 0; i < 5000; ++i) {
    EXPECT_EQ(index.Find(hash(i), [i](uint32_t n) { return n == i; }), i);
  }
  EXPECT_EQ(index.size(), 5000U);
}

TEST(Granularity, NumbersOfASeriesFollowEachOther) {
  for (const char* name : {"R5", "R10", "R20", "R40", "R80", "1-2-5", "E6", "E12", "E24", "E48",
                           "E96", "E192", "POWERSOF2"}) {
    const auto series = Granularity::Find(name);
    ASSERT_TRUE(series.has_value()) << name;
    double at = series->Above(0.00123);
    for (int i = 0; i < 500; ++i) {
      const double next = series->Above(at);
      ASSERT_GT(next, at) << name;
      EXPECT_EQ(series->Below(next), at) << name;
      at = next;
    }
    EXPECT_EQ(series->Above(0), 0) << name;
    EXPECT_EQ(series->Below(0), 0) << name;
  }
  // 920, not the 919 of the formula.
  EXPECT_EQ(Granularity::Find("E192")->Above(9.15), 9.2);
  EXPECT_EQ(Granularity::Find("E48")->Above(1), 1.05);
  EXPECT_EQ(Granularity::Find("R20")->Above(1), 1.12);
  EXPECT_FALSE(Granularity::Find("R6").has_value());
}

// --- windows ---

struct WindowCase {
  const char* call;
  const char* window;
};

// What a window function comes to, by looking at all documents of the partition again for each.
class Model {
 public:
  Model(const std::vector<std::string>& docs, const std::string& call, const std::string& window)
      : bounds_(ParseDocument(window).TakeValue()), call_(ParseDocument(call).TakeValue()) {
    for (const std::string& doc : docs) docs_.emplace_back(doc);
    std::stable_sort(docs_.begin(), docs_.end(), [](DocView a, DocView b) { return X(a) < X(b); });
    accumulator_ = Accumulator::Parse(*DocView(call_).begin(), {}).TakeValue();
  }
  std::vector<std::string> Answers() {
    std::vector<std::string> answers;
    expression::Evaluation run;
    std::string key;
    for (int64_t i = 0; i < static_cast<int64_t>(docs_.size()); ++i) {
      run.Begin(DocView());
      AccumulatorState state(accumulator_.get(), *accumulator_->Places(run, {}));
      for (int64_t j = 0; j < static_cast<int64_t>(docs_.size()); ++j) {
        if (!Holds(i, j)) continue;
        run.Begin(docs_[static_cast<size_t>(j)]);
        EXPECT_TRUE(state.Add(*accumulator_->Read(run, &key)).ok());
      }
      run.Begin(DocView());
      answers.push_back(JsonText(*state.Finish(run)));
    }
    return answers;
  }

 private:
  static int64_t X(DocView doc) { return doc.Find("x").Integer(); }
  bool Holds(int64_t i, int64_t j) const {
    const Element kind = *DocView(bounds_).begin();
    const auto place = [&](int64_t at) {
      return kind.name == "range" ? X(docs_[static_cast<size_t>(at)]) : at;
    };
    const int64_t off = place(j) - place(i);
    return Within(kind.value.Document().Find("0"), off, true) &&
           Within(kind.value.Document().Find("1"), off, false);
  }
  static bool Within(ValueView bound, int64_t off, bool lower) {
    if (bound.type != BsonType::kString) {
      return lower ? off >= bound.Integer() : off <= bound.Integer();
    }
    return bound.String() == "unbounded" || (lower ? off >= 0 : off <= 0);
  }

  const std::string bounds_;
  const std::string call_;
  std::vector<DocView> docs_;
  std::unique_ptr<const Accumulator> accumulator_;
};

TEST(SetWindowFields, MovingWindowsAreThoseThatAreLookedAtAgain) {
  const uint64_t seed = TestSeed();
  SCOPED_TRACE("VEDDB_TEST_SEED=" + std::to_string(seed));
  const char* const calls[] = {R"({"$sum":"$v"})",
                               R"({"$avg":"$v"})",
                               R"({"$count":{}})",
                               R"({"$min":"$k"})",
                               R"({"$max":"$v"})",
                               R"({"$first":"$_id"})",
                               R"({"$last":"$k"})",
                               R"({"$push":"$_id"})",
                               R"({"$addToSet":"$v"})",
                               R"({"$firstN":{"n":3,"input":"$_id"}})",
                               R"({"$lastN":{"n":3,"input":"$_id"}})",
                               R"({"$minN":{"n":3,"input":"$v"}})",
                               R"({"$topN":{"n":2,"sortBy":{"v":1},"output":"$_id"}})",
                               R"({"$bottom":{"sortBy":{"v":1},"output":"$_id"}})",
                               R"({"$median":{"input":"$v","method":"approximate"}})",
                               R"({"$mergeObjects":{"i":"$_id"}})"};
  const char* const windows[] = {R"({"documents":[-3,2]})",
                                 R"({"documents":["unbounded","current"]})",
                                 R"({"documents":["current",7]})",
                                 R"({"documents":["unbounded",-2]})",
                                 R"({"documents":[2,"unbounded"]})",
                                 R"({"documents":[3,5]})",
                                 R"({"documents":[-9,-4]})",
                                 R"({"documents":["unbounded","unbounded"]})",
                                 R"({"documents":[0,0]})",
                                 R"({"range":[-2,1]})",
                                 R"({"range":["current","current"]})",
                                 R"({"range":["unbounded",3]})",
                                 R"({"range":[-4,"unbounded"]})",
                                 R"({"range":[2,5]})"};
  const auto docs = RandomDocuments(seed, 120, 10);
  for (const char* call : calls) {
    for (const char* window : windows) {
      const std::string text = call;
      const std::string pipeline = R"([{"$setWindowFields":{"sortBy":{"x":1},"output":{"o":)" +
                                   text.substr(0, text.size() - 1) + ",\"window\":" + window +
                                   "}}}}]";
      const auto all = OutputOf(pipeline.c_str(), docs, kMuch);
      std::vector<std::string> answers;
      for (const std::string& doc : all) {
        const std::string bson = ParseDocument(doc).TakeValue();
        answers.push_back(JsonText(DocView(bson).Find("o")));
      }
      EXPECT_EQ(answers, Model(docs, call, window).Answers()) << call << " " << window;
    }
  }
}

TEST(WindowFunction, EveryOneHasCases) {
  constexpr size_t kCasesMin = 2;
  std::ifstream in(std::string(PIPELINE_CASES) + "/windows.cases");
  ASSERT_TRUE(in.good());
  std::map<std::string, size_t> fine;
  std::map<std::string, size_t> refused;
  std::string text;
  for (std::string line; std::getline(in, line);) {
    text += line;
    if (!line.empty()) continue;
    for (const auto table : window::AllRows()) {
      for (const window::Row& row : table) {
        const std::string name(row.name);
        if (text.find("{\"" + name + "\":") == std::string::npos) continue;
        ++(text.find("=> !") == std::string::npos ? fine : refused)[name];
      }
    }
    text.clear();
  }
  for (const auto table : window::AllRows()) {
    for (const window::Row& row : table) {
      EXPECT_TRUE(row.name.starts_with('$') && row.doc.ends_with('.')) << row.name;
      EXPECT_GE(fine[std::string(row.name)], kCasesMin) << row.name;
      EXPECT_GE(refused[std::string(row.name)], 1U) << row.name;
      // A name has one meaning.
      EXPECT_EQ(accumulator::FindRow(row.name), nullptr) << row.name;
    }
  }
}

// Deviations, whose last digits depend on the order in which they are worked out.
TEST(SetWindowFields, MovingDeviationsDoNotDrift) {
  const uint64_t seed = TestSeed();
  SCOPED_TRACE("VEDDB_TEST_SEED=" + std::to_string(seed));
  const auto docs = RandomDocuments(seed, 2000, 1);
  const char* const call = R"({"$stdDevPop":"$v"})";
  const char* const window = R"({"documents":[-30,10]})";
  const auto all = OutputOf(
      R"([{"$setWindowFields":{"sortBy":{"x":1},"output":{"o":{"$stdDevPop":"$v","window":{"documents":[-30,10]}}}}}])",
      docs, kMuch);
  const auto expected = Model(docs, call, window).Answers();
  ASSERT_EQ(all.size(), expected.size());
  for (size_t i = 0; i < all.size(); ++i) {
    const std::string bson = ParseDocument(all[i]).TakeValue();
    EXPECT_NEAR(DocView(bson).Find("o").Double(), std::stod(expected[i]), 1e-9);
  }
}

TEST(SetWindowFields, DocumentsThatWaitGoToAFile) {
  const uint64_t seed = TestSeed();
  SCOPED_TRACE("VEDDB_TEST_SEED=" + std::to_string(seed));
  const auto docs = RandomDocuments(seed, 5000, 20);
  const char* const text =
      R"([{"$setWindowFields":{"partitionBy":{"$mod":["$_id",3]},"sortBy":{"x":1},"output":{
          "all":{"$sum":"$v"},"n":{"$documentNumber":{}},"part":{"$sum":"$v","window":{"documents":[-5,5]}}}}}])";
  EXPECT_EQ(OutputOf(text, docs, 256 << 10), OutputOf(text, docs, kMuch));
}

}  // namespace
}  // namespace veddb::doc
