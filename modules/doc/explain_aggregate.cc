// SPDX-License-Identifier: BSD-3-Clause
#include "base/clock.h"
#include "doc/exec/explain.h"
#include "modules/doc/explain_plan.h"

namespace veddb {
namespace {

constexpr int64_t kNanosPerMicro = 1000;

struct Execution {
  RunMeasures measures;
  int64_t nanos = 0;
  uint64_t rows = 0;
};

Status Execute(const Aggregation& aggregation, const Snapshot* snapshot, Execution* execution) {
  const int64_t begin = MonoNanos();
  const auto run = TRY(AggregationRun::Open(&aggregation, snapshot, &execution->measures));
  doc::DocumentBatch batch;
  do {
    TRY(run->Next(doc::kBatchDocuments, &batch));
    execution->rows += batch.size();
  } while (!batch.empty());
  execution->nanos = MonoNanos() - begin;
  return Ok();
}

// The plan of what the pipeline begins with. Returns the first stage that it does not do.
Result<size_t> AppendLeading(const Aggregation& aggregation, const Snapshot* snapshot,
                             const Execution* execution, doc::DocBuilder* out) {
  if (snapshot == nullptr || !aggregation.has_collection) {
    doc::DocBuilder plan = out->Object("winningPlan");
    plan.String("stage", "EOF");
    plan.Finish();
    out->Array("rejected").Finish();
    return aggregation.first;
  }
  const LeadingPlan leading = TRY(PlanLeading(aggregation, *snapshot));
  const doc::Plan& winner = leading.plan->choice().winner;
  AppendEstimates(winner, out);
  doc::AppendPlan("winningPlan", {""}, leading.plan->request(), winner,
                  execution == nullptr ? nullptr : &execution->measures.plan, out);
  AppendRejected(*leading.plan, "", out);
  return leading.first;
}

void AppendCounts(const doc::StageCounts& counts, const doc::StageCounts& input,
                  doc::DocBuilder* out) {
  out->Int64("rows", static_cast<int64_t>(counts.rows));
  out->Int64("bytes", static_cast<int64_t>(counts.bytes));
  out->Int64("microseconds", (counts.nanos - input.nanos) / kNanosPerMicro);
  out->Int64("spilledBytes", static_cast<int64_t>(counts.spilled_bytes));
}

// The stages behind the plan, with EXECUTE what each has done by itself.
void AppendStages(const Aggregation& aggregation, size_t first, const Execution* execution,
                  doc::DocBuilder* out) {
  doc::ArrayBuilder array = out->Array("stages");
  const doc::Stages& stages = aggregation.pipeline.stages();
  for (size_t i = first; i < stages.size(); ++i) {
    doc::DocBuilder stage = array.Object();
    stages[i]->AppendSpec(&stage);
    if (execution != nullptr) {
      const auto& counts = execution->measures.stages;
      AppendCounts(counts[i - first + 1], counts[i - first], &stage);
    }
    stage.Finish();
  }
  array.Finish();
}

void AppendPasses(const Aggregation& aggregation, doc::DocBuilder* out) {
  aggregation.written.AppendSpec("pipeline", out);
  doc::ArrayBuilder passes = out->Array("passes");
  for (const doc::PassStep& step : aggregation.passes) {
    doc::DocBuilder pass = passes.Object();
    pass.String("pass", step.pass);
    step.after.AppendSpec("pipeline", &pass);
    pass.Finish();
  }
  passes.Finish();
}

void AppendExecution(const Execution& execution, doc::DocBuilder* out) {
  uint64_t keys = 0;
  for (const doc::ScanCounts& scan : execution.measures.plan.scans) keys += scan.keys;
  uint64_t spilled = 0;
  for (const doc::StageCounts& stage : execution.measures.stages) spilled += stage.spilled_bytes;
  doc::DocBuilder part = out->Object("execution");
  part.Int64("rows", static_cast<int64_t>(execution.rows));
  part.Int64("keysExamined", static_cast<int64_t>(keys));
  part.Int64("documentsExamined", static_cast<int64_t>(execution.measures.plan.documents));
  part.Int64("microseconds", execution.nanos / kNanosPerMicro);
  part.Int64("spilledBytes", static_cast<int64_t>(spilled));
  part.Finish();
}

}  // namespace

Result<std::string> ExplainAggregation(const Aggregation& aggregation, Bytes collection,
                                       const Snapshot* snapshot, bool executes) {
  Execution execution;
  if (executes) TRY(Execute(aggregation, snapshot, &execution));
  const Execution* done = executes ? &execution : nullptr;
  std::string bson;
  doc::DocBuilder out(&bson);
  out.String("command", "AGGREGATE");
  out.String("collection", collection);
  out.Int64("documents", static_cast<int64_t>(aggregation.documents));
  const size_t first = TRY(AppendLeading(aggregation, snapshot, done, &out));
  AppendStages(aggregation, first, done, &out);
  AppendPasses(aggregation, &out);
  if (executes) AppendExecution(execution, &out);
  out.Finish();
  return doc::JsonText(doc::DocView(bson));
}

}  // namespace veddb
