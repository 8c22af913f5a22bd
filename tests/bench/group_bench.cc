// SPDX-License-Identifier: BSD-3-Clause
// What $group and $setWindowFields cost a document, beside the mere walk to the fields that they
// read.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "doc/pipeline/pipeline.h"
#include "doc/pipeline/spill.h"
#include "doc/value/extjson.h"
#include "tests/bench/bench_documents.h"

namespace veddb::doc {
namespace {

constexpr uint32_t kDocuments = 10'000;

const char* const kPipelines[] = {
    R"([{"$group":{"_id":"$age","n":{"$sum":1},"total":{"$sum":"$visits"}}}])",
    R"([{"$group":{"_id":"$address.city","n":{"$sum":1},"mean":{"$avg":"$score"}}}])",
    R"([{"$group":{"_id":null,"n":{"$sum":1}}}])",
    R"([{"$group":{"_id":"$name","n":{"$sum":1},"total":{"$sum":"$visits"}}}])",
    R"([{"$group":{"_id":{"a":"$age","b":"$active"},"least":{"$min":"$score"}}}])",
    R"([{"$setWindowFields":{"partitionBy":"$age","sortBy":{"visits":1},"output":{"s":{"$sum":"$score","window":{"documents":[-10,0]}}}}}])",
};

std::vector<std::string> People() {
  std::vector<std::string> people;
  people.reserve(kDocuments);
  for (uint32_t i = 0; i < kDocuments; ++i) {
    people.push_back(ParseDocument(PersonJson(i)).TakeValue());
  }
  return people;
}

class Context final : public PipelineContext {
 public:
  Status MayGoOn() override { return Ok(); }
  size_t memory_bytes_max() const override { return 100 << 20; }
  Result<std::unique_ptr<SpillFile>> NewSpillFile() override { return SpillFile::Create("/tmp"); }
  uint64_t NewSeed() override { return 1; }
  Result<StageRunPtr> OpenCollection(const CollectionRead&) override { return EmptySource(); }
  bool HasIndex(Bytes, Bytes) override { return false; }
  Result<std::vector<std::string>> Inspect(Inspection) override {
    return std::vector<std::string>();
  }
  int64_t now_ms() const override { return 0; }
};

// The documents, so often over.
class Repeated final : public StageRun {
 public:
  Repeated(const std::vector<std::string>* documents, int rounds)
      : documents_(*documents), rounds_(rounds) {}
  Status Next(size_t wanted, DocumentBatch* out) override {
    for (; out->size() < wanted && rounds_ > 0; ++at_) {
      if (at_ == documents_.size()) {
        at_ = 0;
        if (--rounds_ == 0) break;
      }
      out->documents.emplace_back(documents_[at_]);
    }
    return Ok();
  }
  Status Rest() override { return Ok(); }

 private:
  const std::vector<std::string>& documents_;
  int rounds_;
  size_t at_ = 0;
};

constexpr int kRounds = 10;

void BM_Pipeline(benchmark::State& state) {
  const std::vector<std::string> people = People();
  const char* text = kPipelines[state.range(0)];
  const std::string array = ParseArray(text).TakeValue();
  const Pipeline pipeline =
      Pipeline::Parse(DocView(array).AsValue(BsonType::kArray), {}).TakeValue();
  Context context;
  size_t made = 0;
  for (auto _ : state) {
    const StageRunPtr run =
        pipeline.Open(context, std::make_unique<Repeated>(&people, kRounds)).TakeValue();
    for (DocumentBatch batch;; batch.clear()) {
      if (!run->Next(kBatchDocuments, &batch).ok() || batch.empty()) break;
      made += batch.size();
    }
  }
  if (made == 0) state.SkipWithError("nothing came out");
  state.SetItemsProcessed(state.iterations() * kDocuments * kRounds);
  state.SetLabel(text);
}
BENCHMARK(BM_Pipeline)->DenseRange(0, std::size(kPipelines) - 1)->Unit(benchmark::kMillisecond);

void BM_WalkToTwoFields(benchmark::State& state) {
  const std::vector<std::string> people = People();
  int64_t sum = 0;
  for (auto _ : state) {
    for (const std::string& person : people) {
      sum += DocView(person).Find("age").Integer() + DocView(person).Find("visits").Integer();
    }
  }
  benchmark::DoNotOptimize(sum);
  state.SetItemsProcessed(state.iterations() * kDocuments);
}
BENCHMARK(BM_WalkToTwoFields)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace veddb::doc
