// SPDX-License-Identifier: BSD-3-Clause
// DOC.DELETEONE, DOC.DELETEMANY: deletes what a filter matches.
#include <array>

#include "modules/doc/doc_shared.h"
#include "modules/doc/option_sets.h"
#include "modules/doc/targets.h"

namespace veddb {
namespace {

Status PrepareDelete(PrepareCall& prepare, DocOption allowed, bool only_first) {
  auto query = std::make_unique<WriteQuery>();
  query->only_first = only_first;
  query->graves = GraveUse::kWrite;
  TRY(ParseQuery(prepare, prepare.argv[2], prepare.argv.subspan(3), allowed, *query));
  PlanWrite(prepare, *query);
  prepare.plan.prepared = std::move(query);
  return Ok();
}

Status PrepareDeleteOne(PrepareCall& prepare) {
  return PrepareDelete(prepare, kDeleteOneOptions, true);
}

Status PrepareDeleteMany(PrepareCall& prepare) {
  return PrepareDelete(prepare, kDeleteManyOptions, false);
}

Result<size_t> Delete(Call& call) {
  auto& query = call.prepared_as<WriteQuery>();
  const Targets targets = TRY(FindTargets(call, query));
  if (targets.size() == 0) return size_t{0};
  return DeleteDocuments(call, query, targets.set);
}

void RunDelete(Call& call) { call.reply.Integer(Delete(call)); }

constexpr std::array kTable = {
    CommandSpec{.name = "doc.deleteone",
                .summary = "Delete the first document that a filter matches.",
                .since = kDocSince,
                .group = kDocGroup,
                .complexity = kFilterComplexity,
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
                .complexity = kFilterComplexity,
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
