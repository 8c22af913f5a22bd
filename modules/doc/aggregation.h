// SPDX-License-Identifier: BSD-3-Clause
// Aggregation: a pipeline over a collection as a command asks for it. AggregationRun: one run of it
// on a snapshot.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "doc/pipeline/passes/passes.h"
#include "doc/pipeline/pipeline.h"
#include "doc/pipeline/stages/writing.h"
#include "modules/doc/query.h"
#include "modules/doc/query_plan.h"

namespace veddb {

// The collection's name of a pipeline that makes its own documents.
inline constexpr Bytes kOwnDocuments = "*";

// A collection that stages read. A query without a filter.
struct ForeignQuery {
  std::string name;
  std::unique_ptr<Query> query;
};

// The filter is the pipeline's leading $match.
struct Aggregation : Query {
  std::string name;  // the collection's
  doc::Pipeline written;
  // As it runs, and how it came to that.
  doc::Pipeline pipeline;
  std::vector<doc::PassStep> passes;
  size_t first = 0;  // the first stage that the filter is not
  // What of the documents the stages look at; nothing: all, or it can't be told.
  std::optional<doc::Projection> needed;
  bool needs_nothing = false;    // documents are only counted
  bool any_field_order = false;  // in what order they have their fields does not matter
  std::vector<ForeignQuery> foreign;

  // From now on it stops when that time has come (Call::client_gone_at); null: no more.
  void WatchClient(const std::atomic<int64_t>* gone_at);
  // TIMEOUT counts from now.
  void StartClock();
  // The $out or $merge at the end; null: it only reads.
  const doc::WritingStage* writing() const;
};

// Reads collection argv[1], the pipeline argv[2] and the options behind.
Status ParseAggregation(PrepareCall& prepare, Aggregation& aggregation);

// Notes anew what its collections are and have: for what runs long after it was prepared.
Status NoteAgain(const Databases& databases, uint32_t database, Bytes collection,
                 Aggregation& aggregation);

// The plan of what the pipeline begins with.
struct LeadingPlan {
  std::unique_ptr<QueryPlan> plan;
  size_t first = 0;  // the first stage that it does not do
};
// REQUIRES: has_collection; both outlive the plan.
Result<LeadingPlan> PlanLeading(const Aggregation& aggregation, const Snapshot& snapshot);

// What EXPLAIN EXECUTE wants to know of a run.
struct RunMeasures {
  doc::RunCounts plan;
  size_t first = 0;                      // as in LeadingPlan
  std::vector<doc::StageCounts> stages;  // the plan's, then of each stage from `first` on
};

// What stages see of a command. Owned by: one thread.
class AggregationRun final : public doc::PipelineContext {
 public:
  // NOINDEX, BADQUERY. `snapshot`: null if there is no collection. REQUIRES: both outlive the run.
  // `measures`: is filled, if it is given, and outlives the run.
  static Result<std::unique_ptr<AggregationRun>> Open(const Aggregation* aggregation,
                                                      const Snapshot* snapshot,
                                                      RunMeasures* measures = nullptr);

  // See StageRun.
  Status Next(size_t wanted, doc::DocumentBatch* out);
  Status Rest() { return last_->Rest(); }
  // Of all stages.
  size_t stage_memory_bytes() const;

  Status MayGoOn() override;
  size_t memory_bytes_max() const override { return memory_bytes_max_; }
  Result<std::unique_ptr<doc::SpillFile>> NewSpillFile() override;
  uint64_t NewSeed() override;
  Result<doc::StageRunPtr> OpenCollection(const doc::CollectionRead& read) override;
  bool HasIndex(Bytes collection, Bytes path) override;
  Result<std::vector<std::string>> Inspect(doc::Inspection what) override;
  int64_t now_ms() const override { return now_ms_; }

 private:
  AggregationRun(const Aggregation* aggregation, const Snapshot* snapshot);
  Status OpenStages(RunMeasures* measures);
  const Query* FindForeign(Bytes collection) const;

  const Aggregation* const aggregation_;
  const Snapshot* const snapshot_;
  const size_t memory_bytes_max_;
  const int64_t now_ms_;
  uint64_t seed_;
  doc::StageRunPtr last_;
};

}  // namespace veddb
