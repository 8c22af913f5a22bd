// SPDX-License-Identifier: BSD-3-Clause
// Plans as documents, for EXPLAIN: a tree of stages, the last one outermost, each with the stage it
// gets its rows from. Pure.
//   {stage: "FETCH", filter: {…}, inputStage: {stage: "IXSCAN", indexName: "a_1", …}}
#pragma once
#include "doc/exec/plan_run.h"
#include "doc/value/builder.h"

namespace veddb::doc {

// `counts`: what a run of the plan did; null: it was not run.
void AppendPlan(const PlanRequest& request, const Plan& plan, const RunCounts* counts,
                DocBuilder* out);

// A stage that stands around others: for commands that do more with rows than return them.
// Appends `{stage: name, inputStage: {…}}` under `field`.
struct OuterStage {
  Bytes name;  // empty: none
};
void AppendPlan(Bytes field, OuterStage outer, const PlanRequest& request, const Plan& plan,
                const RunCounts* counts, DocBuilder* out);

// A scan that leaps from value to value: `{stage: "DISTINCT_SCAN", …}` under `field`.
void AppendDistinctScan(Bytes field, const IndexScan& scan, const ScanCounts* counts,
                        DocBuilder* out);

// A condition of a filter as it was written.
void AppendCondition(const MatchNode& node, DocBuilder* out);

}  // namespace veddb::doc
