// SPDX-License-Identifier: BSD-3-Clause
// The parts of DOC.EXPLAIN's replies that its commands share, and how an aggregation is explained.
#pragma once
#include <string>

#include "doc/value/builder.h"
#include "modules/doc/aggregation.h"

namespace veddb {

void AppendEstimates(const doc::Plan& plan, doc::DocBuilder* out);
// The plans that were weighed and found dearer; `outer`: the stage around each, if any.
void AppendRejected(const QueryPlan& plan, Bytes outer, doc::DocBuilder* out);

// JSON. `snapshot`: null where there is none. `executes`: also what it really did; what a pipeline
// would write is not written.
Result<std::string> ExplainAggregation(const Aggregation& aggregation, Bytes collection,
                                       const Snapshot* snapshot, bool executes);

}  // namespace veddb
