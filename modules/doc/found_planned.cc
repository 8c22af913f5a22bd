// SPDX-License-Identifier: BSD-3-Clause
#include "modules/doc/found.h"
#include "modules/doc/query_plan.h"

namespace veddb {

namespace {

Result<FoundDocuments> Find(const Query& query, const QueryPlan& plan, Protocol protocol,
                            SnapshotSource& source) {
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

}  // namespace

Result<FoundDocuments> FindPlanned(const Snapshot& snapshot, const Query& query,
                                   const QueryPlan& plan, Protocol protocol, MemoryBudget& budget) {
  SnapshotSource source(&snapshot, &query, &budget);
  return Find(query, plan, protocol, source);
}

Result<FoundDocuments> FindLittle(const Snapshot& snapshot, const Query& query, Protocol protocol) {
  const auto plan = TRY(ChooseLittle(query, snapshot, doc::PlanOutput::kDocuments));
  SnapshotSource source(&snapshot, &query);
  source.ReadOnlyLittle();
  return Find(query, *plan, protocol, source);
}

}  // namespace veddb
