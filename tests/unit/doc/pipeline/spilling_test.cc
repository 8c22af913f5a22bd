// SPDX-License-Identifier: BSD-3-Clause
// Stages that keep more than memory holds give the same as with enough of it, and stop in time.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "../support/pipeline_context.h"
#include "doc/pipeline/document_list.h"
#include "doc/value/extjson.h"

namespace veddb::doc {
namespace {

constexpr size_t kDocuments = 4000;

void Fill(VectorContext& context) {
  std::mt19937 random(7);
  for (size_t i = 0; i < kDocuments; ++i) {
    std::string bson;
    DocBuilder doc(&bson);
    doc.Int32("_id", static_cast<int32_t>(i));
    doc.Int32("a", static_cast<int32_t>(random() % 500));
    doc.String("text", std::string(random() % 100, 'x'));
    doc.Finish();
    context.collections["c"].push_back(std::move(bson));
  }
}

Pipeline Parsed(const std::string& json) {
  const std::string array = ParseArray(json).TakeValue();
  std::vector<ForeignCollection> foreign;
  return Pipeline::Parse(DocView(array).AsValue(BsonType::kArray), {.foreign = &foreign})
      .TakeValue();
}

struct Ran {
  std::vector<std::string> documents;
  uint64_t spilled = 0;
  size_t memory = 0;  // at the most, of the last stage
};

Ran RunWith(const std::string& json, size_t memory_bytes_max) {
  VectorContext context(memory_bytes_max);
  Fill(context);
  const Pipeline pipeline = Parsed(json);
  const StageRunPtr last = pipeline.Open(context, context.Source("c")).TakeValue();
  Ran ran;
  DocumentBatch batch;
  for (;;) {
    batch.clear();
    const Status status = last->Next(100, &batch);
    EXPECT_TRUE(status.ok()) << status.error().message;
    ran.memory = std::max(ran.memory, last->memory_bytes());
    if (batch.empty() || !status.ok()) break;
    for (const DocView doc : batch.documents) ran.documents.emplace_back(doc.bytes());
  }
  ran.spilled = last->spilled_bytes();
  return ran;
}

TEST(Spilling, ASortGivesTheSameFromFiles) {
  for (const char* pipeline : {R"([{"$sort":{"a":1}}])", R"([{"$sort":{"a":-1,"text":1}}])",
                               R"([{"$project":{"_id":0}},{"$sort":{"a":1}}])"}) {
    SCOPED_TRACE(pipeline);
    constexpr size_t kLittle = 50'000;
    const Ran enough = RunWith(pipeline, 100 << 20);
    const Ran little = RunWith(pipeline, kLittle);
    EXPECT_EQ(enough.spilled, 0U);
    EXPECT_GT(little.spilled, 100'000U);
    EXPECT_EQ(enough.documents.size(), kDocuments);
    EXPECT_EQ(enough.documents, little.documents);
    // The readers of the runs have a least size.
    EXPECT_LE(little.memory, kLittle + 64 * 8 * 1024);
  }
}

TEST(Spilling, AFacetReadsItsDocumentsFromFiles) {
  const char* pipeline =
      R"([{"$facet":{"n":[{"$count":"n"}],"least":[{"$sort":{"a":1,"_id":1}},{"$limit":5}]}}])";
  const Ran enough = RunWith(pipeline, 100 << 20);
  const Ran little = RunWith(pipeline, 20'000);
  EXPECT_EQ(enough.documents, little.documents);
  EXPECT_EQ(enough.spilled, 0U);
  EXPECT_GT(little.spilled, 100'000U);
}

TEST(Spilling, ASampleIsOfAllDocuments) {
  for (const size_t memory : {size_t{100} << 20, size_t{20'000}}) {
    const Ran ran = RunWith(R"([{"$sample":{"size":3000}}])", memory);
    std::vector<std::string> sorted = ran.documents;
    std::sort(sorted.begin(), sorted.end());
    EXPECT_EQ(sorted.size(), 3000U);
    EXPECT_EQ(std::unique(sorted.begin(), sorted.end()), sorted.end());
    EXPECT_NE(ran.documents, sorted);
    EXPECT_EQ(ran.spilled > 0, memory == 20'000);
  }
}

TEST(Spilling, AListIsReadAsOftenAsOneLikes) {
  VectorContext context(1000);
  DocumentList list(context);
  std::vector<std::string> added;
  for (int i = 0; i < 200; ++i) {
    added.push_back(ParseDocument("{\"_id\":" + std::to_string(i) + "}").TakeValue());
    ASSERT_TRUE(list.Add(DocView(added.back())).ok());
  }
  EXPECT_GT(list.spilled_bytes(), 0U);
  for (int round = 0; round < 2; ++round) {
    const StageRunPtr run = list.Read();
    std::vector<std::string> read;
    DocumentBatch batch;
    do {
      batch.clear();
      ASSERT_TRUE(run->Next(7, &batch).ok());
      EXPECT_LE(batch.size(), 7U);
      for (const DocView doc : batch.documents) read.emplace_back(doc.bytes());
    } while (!batch.empty());
    EXPECT_EQ(read, added);
  }
}

TEST(Spilling, WhereNothingMayBeSpilledItIsAnError) {
  VectorContext context(20'000);
  context.may_spill = false;
  Fill(context);
  const auto sorted = RunAll(Parsed(R"([{"$sort":{"a":1}}])"), context, "c");
  ASSERT_FALSE(sorted.ok());
  EXPECT_EQ(sorted.error().code, ErrorCode::kMemoryLimit);
}

TEST(Stopping, StagesThatExpandAskWhetherTheyMayGoOn) {
  for (const char* pipeline :
       {R"([{"$limit":1},{"$set":{"l":{"$range":[0,1000000]}}},{"$unwind":"$l"},{"$count":"n"}])",
        R"([{"$lookup":{"from":"c","pipeline":[{"$limit":1}],"as":"m"}},{"$count":"n"}])",
        R"([{"$sort":{"a":1}},{"$count":"n"}])"}) {
    SCOPED_TRACE(pipeline);
    VectorContext context(50'000);
    Fill(context);
    context.looks_max = 20;
    const auto ran = RunAll(Parsed(pipeline), context, "c");
    ASSERT_FALSE(ran.ok());
    EXPECT_EQ(ran.error().code, ErrorCode::kTimeout);
  }
}

TEST(Lookup, ReadsACollectionWithoutIndexOnce) {
  VectorContext context;
  Fill(context);
  const Pipeline pipeline = Parsed(
      R"([{"$lookup":{"from":"c","localField":"a","foreignField":"_id","as":"m"}},{"$count":"n"}])");
  const uint64_t one_pass = kDocuments / 7 + 2;
  ASSERT_TRUE(RunAll(pipeline, context, "c").ok());
  EXPECT_LT(context.looks, 3 * one_pass + kDocuments / 50);
}

TEST(Lookup, FetchesWhatFitsIntoMemory) {
  const char* pipeline =
      R"([{"$lookup":{"from":"c","localField":"a","foreignField":"a","as":"m"}},{"$project":{"m":"$m._id"}}])";
  const Ran enough = RunWith(pipeline, 100 << 20);
  const Ran little = RunWith(pipeline, 100'000);
  EXPECT_EQ(enough.documents.size(), kDocuments);
  EXPECT_EQ(enough.documents, little.documents);
}

TEST(Lookup, SaysWhenTheDocumentsOfOneAreTooMany) {
  VectorContext context(10'000);
  Fill(context);
  const auto ran = RunAll(
      Parsed(R"([{"$lookup":{"from":"c","localField":"none","foreignField":"none","as":"m"}}])"),
      context, "c");
  ASSERT_FALSE(ran.ok());
  EXPECT_EQ(ran.error().code, ErrorCode::kMemoryLimit);
  EXPECT_TRUE(ran.error().message.starts_with("$lookup: "));
}

}  // namespace
}  // namespace veddb::doc
