// SPDX-License-Identifier: BSD-3-Clause
// DOC.FIND, DOC.FINDONE: the documents that a filter matches, in order, projected.
#include <algorithm>
#include <array>

#include "modules/doc/doc_shared.h"
#include "modules/doc/document_cursor.h"
#include "modules/doc/found.h"
#include "modules/doc/option_sets.h"
#include "modules/doc/query.h"
#include "modules/doc/query_plan.h"

namespace veddb {
namespace {

Status PrepareQuery(PrepareCall& prepare, std::unique_ptr<Query> query) {
  PlanRead(prepare, *query);
  prepare.plan.prepared = std::move(query);
  return Ok();
}

Status PrepareFind(PrepareCall& prepare) {
  auto query = std::make_unique<Query>();
  TRY(ParseQuery(prepare, prepare.argv[2], prepare.argv.subspan(3), kFindOptions, *query));
  return PrepareQuery(prepare, std::move(query));
}

Status PrepareFindOne(PrepareCall& prepare) {
  auto query = std::make_unique<Query>();
  TRY(ParseQuery(prepare, prepare.argv[2], prepare.argv.subspan(3), kFindOneOptions, *query));
  query->options.limit = 1;
  return PrepareQuery(prepare, std::move(query));
}

// At most one document: the filter says what its id is.
Result<FoundDocuments> FindNamed(Call& call, Query& query) {
  FoundDocuments found;
  DocumentSet set = TRY(FindDocuments(call, query));
  const std::optional<Match> match = TRY(MatchNamed(call, query, set));
  if (!match || query.options.skip > 0) return found;
  Reply reply(found.text, call.reply.protocol());
  DocumentWriter writer(&query.options);
  TRY(writer.Write(match->stored, match->array_index, reply));
  found.ends.push_back(found.text.size());
  return found;
}

Result<FoundDocuments> FindAny(Call& call) {
  auto& query = call.prepared_as<Query>();
  if (query.planned) return FindNamed(call, query);
  if (call.snapshot == nullptr) return FoundDocuments();  // no collection
  if (call.only_if_little) {
    Result<FoundDocuments> found = FindLittle(*call.snapshot, query, call.reply.protocol());
    call.gave_up = !found.ok();
    return found;
  }
  const auto plan = TRY(QueryPlan::Choose(&query, call.snapshot, doc::PlanOutput::kDocuments));
  MemoryBudget budget(MemoryBudget::kUnlimited);
  if (!plan->scans_collection()) {
    return FindPlanned(*call.snapshot, query, *plan, call.reply.protocol(), budget);
  }
  if (NeedsSorting(query.options.sort)) {
    return FindSorted(*call.snapshot, query, call.reply.protocol(), budget);
  }
  return FindInOrder(*call.snapshot, query, call.reply.protocol());
}

// The whole answer, or with BATCH its beginning.
Status FindAll(Call& call) {
  auto& query = call.prepared_as<Query>();
  const bool in_batches = query.options.batch != 0;
  if (in_batches && !query.planned && call.snapshot != nullptr) return BeginCursor(call, query);
  const FoundDocuments found = TRY(FindAny(call));
  if (in_batches) {
    WriteBatch(kNoMoreBatches, found, call.reply);
  } else {
    WriteFound(found, call.reply);
  }
  return Ok();
}

void Find(Call& call) {
  const Status status = FindAll(call);
  if (!status.ok()) call.reply.Error(status.error());
}

void FindOne(Call& call) {
  const Result<FoundDocuments> found = FindAny(call);
  if (!found.ok()) return call.reply.Error(found.error());
  if (found->count() == 0) return call.reply.Null();
  call.reply.Raw(found->text);
}

constexpr std::array kTable = {
    CommandSpec{.name = "doc.find",
                .summary = "Find the documents that a filter matches.",
                .since = kDocSince,
                .group = kDocGroup,
                .complexity = kFilterComplexity,
                .syntax = "collection filter [PROJECT projection] [SORT sort] [SKIP count] [LIMIT "
                          "count] [HINT index] [LET variables] [WITHVERSION] [BATCH count] "
                          "[TIMEOUT milliseconds] [EJSON CANONICAL|RELAXED]",
                .arity = -3,
                .flags = Flag::kReadonly | Flag::kSnapshot,
                .categories = Category::kDoc,
                .keys = {{1, 1, 1, Access::kRO | Access::kAccess, true}},
                .route = Route::kSnapshot,
                .handler = Find,
                .prepare = PrepareFind},
    CommandSpec{.name = "doc.findone",
                .summary = "Find the first document that a filter matches.",
                .since = kDocSince,
                .group = kDocGroup,
                .complexity = kFilterComplexity,
                .syntax = "collection filter [PROJECT projection] [SORT sort] [SKIP count] [HINT "
                          "index] [LET variables] [WITHVERSION] [TIMEOUT milliseconds] [EJSON "
                          "CANONICAL|RELAXED]",
                .arity = -3,
                .flags = Flag::kReadonly | Flag::kSnapshot,
                .categories = Category::kDoc,
                .keys = {{1, 1, 1, Access::kRO | Access::kAccess, true}},
                .route = Route::kSnapshot,
                .handler = FindOne,
                .prepare = PrepareFindOne},
};
static_assert(SpecsAreValid(kTable));

}  // namespace

std::span<const CommandSpec> DocFindCommands() { return kTable; }

}  // namespace veddb
