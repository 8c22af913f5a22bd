// SPDX-License-Identifier: BSD-3-Clause
// DOC.DELETEONE, DOC.DELETEMANY: deletes what a filter matches. Where the filter says what `_id`
// is, that is a command on one document; else the command holds every shard, finds all ids first
// and only then deletes, so that an error leaves everything as it was.
#include <array>

#include "command/server_api.h"
#include "command/snapshot.h"
#include "doc/query/top_k.h"
#include "doc/value/ordered_key.h"
#include "modules/doc/doc_shared.h"
#include "modules/doc/filter_scan.h"
#include "modules/doc/query.h"

namespace veddb {
namespace {

struct DeleteQuery final : Query {
  bool only_first = false;
};

Status PrepareDelete(PrepareCall& prepare, DocOption allowed, std::unique_ptr<DeleteQuery> query) {
  query->graves = GraveUse::kWrite;
  TRY(ParseQuery(prepare, prepare.argv[2], prepare.argv.subspan(3), allowed, *query));
  if (const std::optional<doc::ValueView> id = doc::IdEquality(query->filter)) {
    query->ids.push_back(doc::OrderedKey(*id));
    PlanDocuments(prepare, *query);
  } else {
    prepare.plan.route = query->has_collection ? Route::kAllShards : Route::kLoop;
  }
  prepare.plan.prepared = std::move(query);
  return Ok();
}

Status PrepareDeleteOne(PrepareCall& prepare) {
  auto query = std::make_unique<DeleteQuery>();
  query->only_first = true;
  return PrepareDelete(prepare,
                       DocOption::kIfVersion | DocOption::kSort | DocOption::kHint |
                           DocOption::kLet | DocOption::kTimeout,
                       std::move(query));
}

Status PrepareDeleteMany(PrepareCall& prepare) {
  return PrepareDelete(prepare, DocOption::kHint | DocOption::kLet | DocOption::kTimeout,
                       std::make_unique<DeleteQuery>());
}

using FirstId = doc::TopK<std::string>;

// The id of the first match in the order of the sort.
Result<std::vector<std::string>> FindFirst(const Snapshot& snapshot, const DeleteQuery& query) {
  const bool sorts = NeedsSorting(query.options.sort);
  FilterScan scan(snapshot, query, sorts ? 0 : 1);
  FirstId first(1);
  std::string key;
  const auto take = [&](size_t, const Match& match) -> Status {
    key.clear();
    if (sorts) TRY(query.options.sort.AppendKey(match.stored.doc, &key));
    if (first.Accepts(key)) first.Push(key, std::string(match.ordered_id));
    return Ok();
  };
  TRY(scan.Run(take));
  std::vector<std::string> ids;
  for (FirstId::Entry& entry : first.TakeSorted()) ids.push_back(std::move(entry.payload));
  return ids;
}

// TOOLARGE as soon as there are too many.
Result<std::vector<std::string>> FindAll(const Snapshot& snapshot, const DeleteQuery& query) {
  FilterScan scan(snapshot, query, 0);
  std::vector<std::string> ids;
  const auto take = [&](size_t, const Match& match) -> Status {
    TRY(CheckBatch(ids.size() + 1));
    ids.emplace_back(match.ordered_id);
    return Ok();
  };
  TRY(scan.Run(take));
  return ids;
}

// The snapshot of a caller that holds every shard has one part, so that the visits come one after
// the other, on this thread.
Result<std::vector<std::string>> FindIds(Call& call, DeleteQuery& query) {
  const Collection* collection = call.databases->FindCollection(call.database, call.argv[1]);
  if (collection == nullptr) return std::vector<std::string>();
  query.collection = collection->id;
  const std::unique_ptr<Snapshot> snapshot = call.server->NewSnapshot(call.databases);
  return query.only_first ? FindFirst(*snapshot, query) : FindAll(*snapshot, query);
}

// By id, the filter has yet to be asked about the document; a scan did that.
Result<size_t> Delete(Call& call) {
  auto& query = call.prepared_as<DeleteQuery>();
  const bool by_id = query.planned || !query.ids.empty();
  if (!by_id) {
    query.ids = TRY(FindIds(call, query));
    query.count = query.ids.size();
    if (query.count == 0) return size_t{0};
  }
  DocumentSet set = TRY(FindDocuments(call, query));
  if (by_id && !TRY(MatchNamed(call, query, set))) return size_t{0};
  if (query.options.if_version) {
    const Entry* entry = set.Find(call, 0);
    const uint64_t version = entry == nullptr ? 0 : TRY(StoredOf(*entry)).version;
    if (version != *query.options.if_version) {
      return VersionMismatch(*query.options.if_version, version);
    }
  }
  return DeleteDocuments(call, query, set);
}

void RunDelete(Call& call) { call.reply.Integer(Delete(call)); }

constexpr Bytes kComplexity =
    "O(N) where N is the number of documents in the collection; O(1) where the filter says what "
    "_id is.";

constexpr std::array kTable = {
    CommandSpec{.name = "doc.deleteone",
                .summary = "Delete the first document that a filter matches.",
                .since = kDocSince,
                .group = kDocGroup,
                .complexity = kComplexity,
                .syntax = "collection filter [IFVERSION version] [SORT sort] [HINT index] [LET "
                          "variables] [TIMEOUT milliseconds]",
                .arity = -3,
                .flags = Flag::kWrite,
                .categories = Category::kDoc,
                .keys = {{1, 1, 1, Access::kRW | Access::kDelete, true}},
                .route = Route::kAllShards,
                .handler = RunDelete,
                .prepare = PrepareDeleteOne},
    CommandSpec{.name = "doc.deletemany",
                .summary = "Delete all documents that a filter matches.",
                .since = kDocSince,
                .group = kDocGroup,
                .complexity = kComplexity,
                .syntax = "collection filter [HINT index] [LET variables] [TIMEOUT milliseconds]",
                .arity = -3,
                .flags = Flag::kWrite,
                .categories = Category::kDoc,
                .keys = {{1, 1, 1, Access::kRW | Access::kDelete, true}},
                .route = Route::kAllShards,
                .handler = RunDelete,
                .prepare = PrepareDeleteMany},
};
static_assert(SpecsAreValid(kTable));

}  // namespace

std::span<const CommandSpec> DocDeleteCommands() { return kTable; }

}  // namespace veddb
