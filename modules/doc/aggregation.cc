// SPDX-License-Identifier: BSD-3-Clause
#include "modules/doc/aggregation.h"

#include <algorithm>

#include "base/clock.h"
#include "doc/pipeline/document_buffer.h"
#include "doc/pipeline/spill.h"
#include "doc/pipeline/stages/match.h"
#include "modules/doc/doc_shared.h"
#include "modules/doc/option_sets.h"

namespace veddb {
namespace {

// The documents that a plan finds.
class PlannedSource final : public doc::StageRun {
 public:
  PlannedSource(const Snapshot* snapshot, const Query* query, std::unique_ptr<QueryPlan> plan,
                size_t memory_bytes_max)
      : budget_(static_cast<int64_t>(memory_bytes_max)),
        source_(snapshot, query, &budget_),
        plan_(std::move(plan)),
        run_(plan_->Run(source_)) {}

  Status Next(size_t wanted, doc::DocumentBatch* out) override {
    buffer_.Clear();
    while (buffer_.size() < wanted && !buffer_.full()) {
      const doc::FoundDocument* found = TRY(run_.Next());
      if (found == nullptr) break;
      buffer_.Add(found->stored.doc);
    }
    buffer_.Publish(out);
    return Ok();
  }
  Status Rest() override {
    TRY(run_.Rest());
    return Ok();
  }
  size_t memory_bytes() const override { return run_.memory_bytes() + buffer_.memory_bytes(); }

 private:
  MemoryBudget budget_;
  SnapshotSource source_;
  const std::unique_ptr<QueryPlan> plan_;
  doc::PlanRun run_;
  doc::DocumentBuffer buffer_;
};

// The first stage's filter becomes the query's.
Status TakeLeadingMatch(Aggregation& aggregation) {
  const auto& stages = aggregation.pipeline.stages();
  if (stages.empty()) return Ok();
  const auto* match = dynamic_cast<const doc::MatchStage*>(stages[0].get());
  if (match == nullptr) return Ok();
  const doc::expression::Scope scope = ScopeOf(aggregation.options);
  aggregation.filter = TRY(doc::Filter::Parse(match->filter().document(), &scope));
  aggregation.pipeline =
      doc::Pipeline(std::vector<doc::StagePtr>(stages.begin() + 1, stages.end()));
  return Ok();
}

}  // namespace

Status ParseAggregation(PrepareCall& prepare, Aggregation& aggregation) {
  TRY(CheckCollectionName(prepare.argv[1]));
  aggregation.options = TRY(ParseDocOptions(prepare.argv.subspan(3), kAggregateOptions));
  const std::string array = TRY(doc::ParseArray(prepare.argv[2]));
  doc::PipelineScope scope{.expressions = ScopeOf(aggregation.options)};
  const doc::ValueView value = doc::DocView(array).AsValue(doc::BsonType::kArray);
  aggregation.pipeline = TRY(doc::Pipeline::Parse(value, scope));
  TRY(TakeLeadingMatch(aggregation));
  aggregation.deadline_ns = DeadlineOf(aggregation.options);
  const Collection* collection =
      prepare.databases.FindCollection(prepare.database, prepare.argv[1]);
  aggregation.has_collection = collection != nullptr;
  if (collection == nullptr) return Ok();
  return NoteCollection(prepare.databases, *collection, aggregation);
}

AggregationRun::AggregationRun(const Aggregation* aggregation, const Snapshot* snapshot)
    : aggregation_(aggregation),
      snapshot_(snapshot),
      memory_bytes_max_(static_cast<size_t>(aggregation->options.memory_bytes != 0
                                                ? aggregation->options.memory_bytes
                                                : CurrentDocLimits().memory_bytes_max)),
      now_ms_(aggregation->options.variables.Find("NOW").Date()),
      seed_(static_cast<uint64_t>(MonoNanos())) {}

Result<std::unique_ptr<AggregationRun>> AggregationRun::Open(const Aggregation* aggregation,
                                                             const Snapshot* snapshot) {
  std::unique_ptr<AggregationRun> run(new AggregationRun(aggregation, snapshot));
  doc::StageRunPtr source = TRY(run->OpenSource());
  run->last_ = TRY(aggregation->pipeline.Open(*run, std::move(source)));
  return run;
}

Result<doc::StageRunPtr> AggregationRun::OpenSource() {
  if (!aggregation_->has_collection) return doc::EmptySource();
  auto plan = TRY(QueryPlan::Choose(aggregation_, snapshot_, doc::PlanOutput::kDocuments));
  return doc::StageRunPtr(
      std::make_unique<PlannedSource>(snapshot_, aggregation_, std::move(plan), memory_bytes_max_));
}

Status AggregationRun::Next(size_t wanted, doc::DocumentBatch* out) {
  out->clear();
  return last_->Next(wanted, out);
}

size_t AggregationRun::stage_memory_bytes() const {
  size_t bytes = 0;
  for (const doc::StageRun* run = last_.get(); run != nullptr; run = run->input()) {
    bytes += run->memory_bytes();
  }
  return bytes;
}

Status AggregationRun::MayGoOn() {
  if (aggregation_->deadline_ns == 0 || MonoNanos() < aggregation_->deadline_ns) return Ok();
  return TookTooLong(aggregation_->options);
}

Result<std::unique_ptr<doc::SpillFile>> AggregationRun::NewSpillFile() {
  // The server works in its data directory.
  constexpr const char* kDirectory = "tmp";
  return doc::SpillFile::Create(kDirectory,
                                static_cast<uint64_t>(CurrentDocLimits().disk_bytes_min));
}

uint64_t AggregationRun::NewSeed() {
  seed_ += 0x9E3779B97F4A7C15ULL;
  return seed_ ^ (seed_ >> 29);
}

Result<doc::StageRunPtr> AggregationRun::OpenCollection(const doc::CollectionRead&) {
  return doc::EmptySource();
}

}  // namespace veddb
