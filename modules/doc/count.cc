// SPDX-License-Identifier: BSD-3-Clause
// DOC.COUNT: how many documents a filter matches. Without a filter that is a number that is kept.
#include <algorithm>
#include <array>

#include "modules/doc/doc_shared.h"
#include "modules/doc/filter_scan.h"
#include "modules/doc/found.h"
#include "modules/doc/option_sets.h"
#include "modules/doc/query.h"
#include "modules/doc/query_plan.h"

namespace veddb {
namespace {

Status PrepareCount(PrepareCall& prepare) {
  auto query = std::make_unique<Query>();
  // What stands third is the filter, unless it is the first of the options.
  const bool has_filter = prepare.argv.size() % 2 == 1;
  TRY(ParseQuery(prepare, has_filter ? prepare.argv[2] : Bytes("{}"),
                 prepare.argv.subspan(has_filter ? 3 : 2), kCountOptions, *query));
  if (query->filter.MatchesAll()) {
    prepare.plan.route = Route::kLoop;
  } else {
    PlanRead(prepare, *query);
  }
  prepare.plan.prepared = std::move(query);
  return Ok();
}

Result<uint64_t> CountRows(const QueryPlan& plan, SnapshotSource& source) {
  doc::PlanRun run = plan.Run(source);
  uint64_t count = 0;
  while (TRY(run.Next()) != nullptr) ++count;
  return count;
}

// On the loop. Any error: it was more, or can't be done there.
Result<uint64_t> CountLittle(const Snapshot& snapshot, const Query& query) {
  const auto plan = TRY(ChooseLittle(query, snapshot, doc::PlanOutput::kCount));
  SnapshotSource source(&snapshot, &query);
  source.ReadOnlyLittle();
  return CountRows(*plan, source);
}

Result<uint64_t> CountFound(const Snapshot& snapshot, const Query& query) {
  const auto plan = TRY(QueryPlan::Choose(&query, &snapshot, doc::PlanOutput::kCount));
  if (!plan->scans_collection()) {
    SnapshotSource source(&snapshot, &query);
    return CountRows(*plan, source);
  }
  FilterScan scan(snapshot, query, NeedOf(query.options));
  TRY(scan.Run([](size_t, const Match&) { return Ok(); }));
  return scan.found();
}

Result<uint64_t> CountAny(Call& call) {
  auto& query = call.prepared_as<Query>();
  if (query.planned) {
    DocumentSet set = TRY(FindDocuments(call, query));
    return uint64_t{TRY(MatchNamed(call, query, set)) ? 1U : 0U};
  }
  if (call.only_if_little) {
    const Result<uint64_t> count = CountLittle(*call.snapshot, query);
    call.gave_up = !count.ok();
    return count;
  }
  if (call.snapshot != nullptr) return CountFound(*call.snapshot, query);
  if (!query.has_collection) return uint64_t{0};
  return static_cast<uint64_t>(call.databases->DocumentCount(query.collection));
}

void Count(Call& call) {
  const Result<uint64_t> matched = CountAny(call);
  if (!matched.ok()) return call.reply.Error(matched.error());
  const DocOptions& options = call.prepared_as<Query>().options;
  uint64_t count = *matched - std::min(*matched, options.skip);
  if (options.limit > 0) count = std::min(count, options.limit);
  call.reply.Integer(static_cast<int64_t>(count));
}

constexpr std::array kTable = {
    CommandSpec{.name = "doc.count",
                .summary = "Count the documents that a filter matches.",
                .since = kDocSince,
                .group = kDocGroup,
                .complexity = "O(1) without a filter or where it says what _id is, else O(N) where "
                              "N is the number of entries that an index has for it, or of "
                              "documents in the collection.",
                .syntax = "collection [filter] [SKIP count] [LIMIT count] [HINT index] [LET "
                          "variables] [TIMEOUT milliseconds]",
                .arity = -2,
                .flags = Flag::kReadonly | Flag::kSnapshot,
                .categories = Category::kDoc,
                .keys = {{1, 1, 1, Access::kRO | Access::kAccess, true}},
                .route = Route::kSnapshot,
                .handler = Count,
                .prepare = PrepareCount},
};
static_assert(SpecsAreValid(kTable));

}  // namespace

std::span<const CommandSpec> DocCountCommands() { return kTable; }

}  // namespace veddb
