// SPDX-License-Identifier: BSD-3-Clause
#include "modules/doc/targets.h"

#include "command/server_api.h"
#include "command/snapshot.h"
#include "doc/value/ordered_key.h"
#include "modules/doc/doc_shared.h"
#include "modules/doc/query_plan.h"

namespace veddb {
namespace {

struct Found {
  std::string ordered_id;
  uint32_t array_index = doc::kNoArrayIndex;
};

// TOOLARGE as soon as there are too many.
Result<std::vector<Found>> FindIds(const Snapshot& snapshot, const WriteQuery& query) {
  const auto plan = TRY(QueryPlan::Choose(&query, &snapshot, doc::PlanOutput::kIds));
  SnapshotSource source(&snapshot, &query);
  doc::PlanRun run = plan->Run(source);
  std::vector<Found> found;
  for (;;) {
    const doc::FoundDocument* next = TRY(run.Next());
    if (next == nullptr) return found;
    TRY(CheckBatch(found.size() + 1));
    found.push_back({std::string(next->ordered_id), next->array_index});
  }
}

// All are found before the first is changed, which could move it to where it is found again.
Result<Targets> Scan(Call& call, WriteQuery& query) {
  Targets targets;
  const Collection* collection = call.databases->FindCollection(call.database, call.argv[1]);
  if (collection == nullptr) return targets;
  TRY(NoteCollection(*call.databases, *collection, query));
  query.options.limit = query.only_first ? 1 : 0;
  const std::unique_ptr<Snapshot> snapshot = call.server->NewSnapshot(call.databases);
  std::vector<Found> found = TRY(FindIds(*snapshot, query));
  query.ids.clear();
  for (Found& one : found) {
    query.ids.push_back(std::move(one.ordered_id));
    targets.array_indexes.push_back(one.array_index);
  }
  query.count = query.ids.size();
  if (query.count > 0) targets.set = TRY(FindDocuments(call, query));
  return targets;
}

// By id, the filter has yet to be asked about the document.
Result<Targets> FindById(Call& call, WriteQuery& query) {
  Targets targets;
  targets.set = TRY(FindDocuments(call, query));
  const std::optional<Match> match = TRY(MatchNamed(call, query, targets.set));
  if (match) targets.array_indexes.push_back(match->array_index);
  return targets;
}

Status CheckVersion(const Call& call, const WriteQuery& query, Targets& targets) {
  if (!query.options.if_version || targets.size() == 0) return Ok();
  const Entry* entry = targets.set.Find(call, 0);
  const uint64_t version = entry == nullptr ? 0 : TRY(StoredOf(*entry)).version;
  if (version == *query.options.if_version) return Ok();
  return VersionMismatch(*query.options.if_version, version);
}

}  // namespace

void PlanWrite(PrepareCall& prepare, WriteQuery& query) {
  if (const std::optional<doc::ValueView> id = doc::IdEquality(query.filter)) {
    query.by_id = true;
    query.changes = true;
    query.ids.push_back(doc::OrderedKey(*id));
    PlanDocuments(prepare, query);
    return;
  }
  const bool runs = query.has_collection || query.may_insert;
  prepare.plan.route = runs ? Route::kAllShards : Route::kLoop;
}

Result<Targets> FindTargets(Call& call, WriteQuery& query) {
  Targets targets = TRY(query.by_id ? FindById(call, query) : Scan(call, query));
  TRY(CheckVersion(call, query, targets));
  return targets;
}

}  // namespace veddb
