// SPDX-License-Identifier: BSD-3-Clause
#include "modules/doc/found.h"
#include "modules/doc/query_plan.h"

namespace veddb {

Result<FoundDocuments> FindPlanned(const Snapshot& snapshot, const Query& query,
                                   const QueryPlan& plan, Protocol protocol, MemoryBudget& budget) {
  SnapshotSource source(&snapshot, &query, &budget);
  doc::PlanRun run = plan.Run(source);
  DocumentWriter writer(&query.options);
  FoundDocuments found;
  for (;;) {
    const doc::FoundDocument* next = TRY(run.Next());
    if (next == nullptr) return found;
    Reply reply(found.text, protocol);
    TRY(writer.Write(next->stored, next->array_index, reply));
    found.ends.push_back(found.text.size());
  }
}

}  // namespace veddb
