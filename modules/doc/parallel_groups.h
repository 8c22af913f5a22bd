// SPDX-License-Identifier: BSD-3-Clause
// ParallelGroups: the beginning of a pipeline that scans a collection and groups: what lies before
// the $group, and the groups of each part of the collection, are worked out by several threads of
// the query pool; one puts the groups together. Parts follow each other in order of `_id`, and are
// put together in that order, so the answer is the one of a single thread.
#pragma once
#include <memory>

#include "doc/pipeline/pipeline.h"
#include "doc/pipeline/stages/group.h"
#include "modules/doc/aggregation.h"

namespace veddb {

// The place of the $group up to which the pipeline may run in parts over what the plan finds;
// nothing: it has none, or the parts would not be worth it.
std::optional<size_t> GroupOfParts(const Aggregation& aggregation, const Snapshot& snapshot,
                                   const LeadingPlan& leading);

// The groups, as the $group at this place hands them out. REQUIRES: GroupOfParts said so; context,
// aggregation and snapshot outlive the run.
Result<doc::StageRunPtr> OpenGroupOfParts(doc::PipelineContext& context,
                                          const Aggregation& aggregation, const Snapshot& snapshot,
                                          LeadingPlan leading, size_t group);

}  // namespace veddb
