// SPDX-License-Identifier: BSD-3-Clause
// PlannedSource: the documents that a plan finds, as what a pipeline begins with. Owned by: one
// thread.
#pragma once
#include <memory>
#include <string>

#include "doc/pipeline/document_buffer.h"
#include "modules/doc/plan_source.h"
#include "modules/doc/query_plan.h"

namespace veddb {

class PlannedSource final : public doc::StageRun {
 public:
  PlannedSource(doc::PipelineContext& context, const Snapshot* snapshot, const Query* query,
                std::unique_ptr<QueryPlan> plan)
      : PlannedSource(context, snapshot, query, plan.get()) {
    owned_plan_ = std::move(plan);
  }
  // REQUIRES: the plan outlives the run.
  PlannedSource(doc::PipelineContext& context, const Snapshot* snapshot, const Query* query,
                const QueryPlan* plan)
      : budget_(static_cast<int64_t>(context.memory_bytes_max())),
        source_(snapshot, query, &budget_),
        run_(plan->Run(source_)) {}
  // A scan of the collection reads ids in [lower, upper) alone; empty: from its begin, to its end.
  // REQUIRES: nothing was asked for yet.
  void ReadOnly(Bytes lower, Bytes upper) { source_.ReadOnly(lower, upper); }
  void SetVariables(std::span<const doc::ValueView> variables) { run_.SetVariables(variables); }

  Status Next(size_t wanted, doc::DocumentBatch* out) override {
    buffer_.Clear();
    while (buffer_.size() < wanted && !buffer_.full()) {
      const doc::FoundDocument* found = TRY(run_.Next());
      if (found == nullptr) break;
      // Of ids alone: the empty document.
      buffer_.Add(found->stored.doc);
    }
    buffer_.Publish(out);
    if (counts_ != nullptr) *counts_ = run_.counts();
    return Ok();
  }
  // Counts what the plan does, up to the last question.
  void Measure(doc::RunCounts* counts) {
    run_.Measure();
    counts_ = counts;
  }
  Status Rest() override {
    TRY(run_.Rest());
    return Ok();
  }
  size_t memory_bytes() const override { return run_.memory_bytes() + buffer_.memory_bytes(); }

 private:
  MemoryBudget budget_;
  SnapshotSource source_;
  std::unique_ptr<QueryPlan> owned_plan_;
  doc::PlanRun run_;
  doc::RunCounts* counts_ = nullptr;
  doc::DocumentBuffer buffer_;
};

}  // namespace veddb
