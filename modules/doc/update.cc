// SPDX-License-Identifier: BSD-3-Clause
// DOC.UPDATEONE, DOC.UPDATEMANY, DOC.REPLACEONE: changes what a filter matches.
#include <array>

#include "modules/doc/change.h"
#include "modules/doc/change_prepare.h"
#include "modules/doc/doc_shared.h"
#include "modules/doc/option_sets.h"

namespace veddb {
namespace {

Status PrepareUpdateOne(PrepareCall& prepare) {
  return PrepareChange(prepare, kUpdateOneOptions, ChangeKind::kUpdateOne);
}

Status PrepareUpdateMany(PrepareCall& prepare) {
  return PrepareChange(prepare, kUpdateManyOptions, ChangeKind::kUpdateMany);
}

Status PrepareReplaceOne(PrepareCall& prepare) {
  return PrepareChange(prepare, kReplaceOneOptions, ChangeKind::kReplaceOne);
}

void RunUpdate(Call& call) {
  const Result<Changed> changed = RunChange(call, call.prepared_as<ChangeQuery>());
  if (!changed.ok()) return call.reply.Error(changed.error());
  call.reply.Map(3);
  call.reply.Bulk("matched");
  call.reply.Integer(static_cast<int64_t>(changed->matched));
  call.reply.Bulk("modified");
  call.reply.Integer(static_cast<int64_t>(changed->modified));
  call.reply.Bulk("upserted");
  if (changed->upserted) {
    call.reply.Bulk(*changed->upserted);
  } else {
    call.reply.Null();
  }
}

constexpr std::array kTable = {
    CommandSpec{.name = "doc.updateone",
                .summary = "Update the first document that a filter matches.",
                .since = kDocSince,
                .group = kDocGroup,
                .complexity = kFilterComplexity,
                .syntax = "collection filter update [UPSERT] [ARRAYFILTERS filters] [IFVERSION "
                          "version] [SORT sort] [HINT index] [LET variables] [TIMEOUT "
                          "milliseconds]",
                .arity = -4,
                .flags = Flag::kWrite | Flag::kDenyOom,
                .categories = Category::kDoc,
                .keys = {{1, 1, 1, Access::kRW | Access::kUpdate, true}},
                .route = Route::kAllShards,
                .handler = RunUpdate,
                .prepare = PrepareUpdateOne},
    CommandSpec{.name = "doc.updatemany",
                .summary = "Update all documents that a filter matches.",
                .since = kDocSince,
                .group = kDocGroup,
                .complexity = kFilterComplexity,
                .syntax = "collection filter update [UPSERT] [ARRAYFILTERS filters] [HINT index] "
                          "[LET variables] [TIMEOUT milliseconds]",
                .arity = -4,
                .flags = Flag::kWrite | Flag::kDenyOom,
                .categories = Category::kDoc,
                .keys = {{1, 1, 1, Access::kRW | Access::kUpdate, true}},
                .route = Route::kAllShards,
                .handler = RunUpdate,
                .prepare = PrepareUpdateMany},
    CommandSpec{.name = "doc.replaceone",
                .summary = "Put another document in the place of the first that a filter matches.",
                .since = kDocSince,
                .group = kDocGroup,
                .complexity = kFilterComplexity,
                .syntax = "collection filter document [UPSERT] [IFVERSION version] [SORT sort] "
                          "[HINT index] [LET variables] [TIMEOUT milliseconds]",
                .arity = -4,
                .flags = Flag::kWrite | Flag::kDenyOom,
                .categories = Category::kDoc,
                .keys = {{1, 1, 1, Access::kRW | Access::kUpdate, true}},
                .route = Route::kAllShards,
                .handler = RunUpdate,
                .prepare = PrepareReplaceOne},
};
static_assert(SpecsAreValid(kTable));

}  // namespace

std::span<const CommandSpec> DocUpdateCommands() { return kTable; }

}  // namespace veddb
