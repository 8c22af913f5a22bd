// SPDX-License-Identifier: BSD-3-Clause
#include "modules/doc/targets.h"

#include "command/server_api.h"
#include "command/snapshot.h"
#include "doc/query/top_k.h"
#include "doc/value/ordered_key.h"
#include "modules/doc/doc_shared.h"
#include "modules/doc/filter_scan.h"

namespace veddb {
namespace {

struct Found {
  std::string ordered_id;
  uint32_t array_index = doc::kNoArrayIndex;
};

// The first match in the order of the sort.
Result<std::vector<Found>> FindFirst(const Snapshot& snapshot, const WriteQuery& query) {
  const bool sorts = NeedsSorting(query.options.sort);
  FilterScan scan(snapshot, query, sorts ? 0 : 1);
  doc::TopK<Found> first(1);
  std::string key;
  const auto take = [&](size_t, const Match& match) -> Status {
    key.clear();
    if (sorts) TRY(query.options.sort.AppendKey(match.stored.doc, &key));
    if (first.Accepts(key)) first.Push(key, {std::string(match.ordered_id), match.array_index});
    return Ok();
  };
  TRY(scan.Run(take));
  std::vector<Found> found;
  for (auto& entry : first.TakeSorted()) found.push_back(std::move(entry.payload));
  return found;
}

// TOOLARGE as soon as there are too many.
Result<std::vector<Found>> FindAll(const Snapshot& snapshot, const WriteQuery& query) {
  FilterScan scan(snapshot, query, 0);
  std::vector<Found> found;
  const auto take = [&](size_t, const Match& match) -> Status {
    TRY(CheckBatch(found.size() + 1));
    found.push_back({std::string(match.ordered_id), match.array_index});
    return Ok();
  };
  TRY(scan.Run(take));
  return found;
}

// The snapshot of a caller that holds every shard has one part, so that the visits come one after
// the other, on this thread.
Result<Targets> Scan(Call& call, WriteQuery& query) {
  Targets targets;
  const Collection* collection = call.databases->FindCollection(call.database, call.argv[1]);
  if (collection == nullptr) return targets;
  query.collection = collection->id;
  const std::unique_ptr<Snapshot> snapshot = call.server->NewSnapshot(call.databases);
  std::vector<Found> found =
      TRY(query.only_first ? FindFirst(*snapshot, query) : FindAll(*snapshot, query));
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
