// SPDX-License-Identifier: BSD-3-Clause
// Statistics of an index for the planner: sampled when they are first needed, and again when the
// index has changed a lot or they have become old; so that planning costs a bounded time.
#pragma once
#include <memory>

#include "modules/doc/plan_source.h"

namespace veddb {

// Whether all that the query may use have statistics that will do where everybody waits.
bool HaveStatistics(const Query& query);

// On any thread that may read the snapshot. Errors while sampling leave what was known.
std::shared_ptr<const doc::IndexStatistics> StatisticsOf(const QueryIndex& index,
                                                         const Snapshot& snapshot,
                                                         SnapshotSource& source);

}  // namespace veddb
