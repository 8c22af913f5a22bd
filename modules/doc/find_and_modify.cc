// SPDX-License-Identifier: BSD-3-Clause
// DOC.FINDONEANDUPDATE, DOC.FINDONEANDREPLACE, DOC.FINDONEANDDELETE: change the first document that
// a filter matches, and return it as it was or as it is now.
#include <array>

#include "modules/doc/change.h"
#include "modules/doc/change_prepare.h"
#include "modules/doc/doc_shared.h"
#include "modules/doc/option_sets.h"
#include "modules/doc/writer.h"

namespace veddb {
namespace {

Status PrepareFindAndUpdate(PrepareCall& prepare) {
  return PrepareChange(prepare, kFindAndUpdateOptions, ChangeKind::kUpdateOne);
}

Status PrepareFindAndReplace(PrepareCall& prepare) {
  return PrepareChange(prepare, kFindAndReplaceOptions, ChangeKind::kReplaceOne);
}

Status PrepareFindAndDelete(PrepareCall& prepare) {
  auto query = std::make_unique<WriteQuery>();
  query->only_first = true;
  query->graves = GraveUse::kWrite;
  TRY(ParseQuery(prepare, prepare.argv[2], prepare.argv.subspan(3), kFindAndDeleteOptions, *query));
  PlanWrite(prepare, *query);
  prepare.plan.prepared = std::move(query);
  return Ok();
}

// The document as a reply is written before anything is stored: where that fails (a projection that
// can't be applied) nothing has changed, and what it was is gone afterwards.
void FindAndChange(Call& call) {
  auto& query = call.prepared_as<ChangeQuery>();
  DocumentWriter writer(&query.options);
  std::string text;
  const auto observe = [&](const std::optional<ChangedDocument>& before,
                           const ChangedDocument& after) -> Status {
    if (!query.options.return_new && !before) return Ok();
    const ChangedDocument& shown = query.options.return_new ? after : *before;
    Reply reply(text, call.reply.protocol());
    return writer.Write(shown.stored, shown.array_index, reply);
  };
  const Result<Changed> changed = RunChange(call, query, observe);
  if (!changed.ok()) return call.reply.Error(changed.error());
  if (text.empty()) return call.reply.Null();
  call.reply.Raw(text);
}

Result<std::string> DeleteFound(Call& call) {
  auto& query = call.prepared_as<WriteQuery>();
  std::string text;
  Targets targets = TRY(FindTargets(call, query));
  const Entry* entry = targets.size() == 0 ? nullptr : targets.set.Find(call, 0);
  if (entry == nullptr) return text;
  Reply reply(text, call.reply.protocol());
  const doc::StoredDocument stored = TRY(StoredOf(*entry));
  DocumentWriter writer(&query.options);
  TRY(writer.Write(stored, targets.array_indexes[0], reply));
  TRY(DeleteDocuments(call, query, targets.set));
  return text;
}

void FindAndDelete(Call& call) {
  const Result<std::string> text = DeleteFound(call);
  if (!text.ok()) return call.reply.Error(text.error());
  if (text->empty()) return call.reply.Null();
  call.reply.Raw(*text);
}

constexpr std::array kTable = {
    CommandSpec{.name = "doc.findoneandupdate",
                .summary = "Update the first document that a filter matches, and return it.",
                .since = kDocSince,
                .group = kDocGroup,
                .complexity = kFilterComplexity,
                .syntax = "collection filter update [RETURN OLD|NEW] [UPSERT] [ARRAYFILTERS "
                          "filters] [PROJECT projection] [SORT sort] [HINT index] [LET variables] "
                          "[WITHVERSION] [IFVERSION version] [TIMEOUT milliseconds] [EJSON "
                          "CANONICAL|RELAXED]",
                .arity = -4,
                .flags = Flag::kWrite | Flag::kDenyOom,
                .categories = Category::kDoc,
                .keys = {{1, 1, 1, Access::kRW | Access::kAccess | Access::kUpdate, true}},
                .route = Route::kAllShards,
                .handler = FindAndChange,
                .prepare = PrepareFindAndUpdate},
    CommandSpec{.name = "doc.findoneandreplace",
                .summary = "Replace the first document that a filter matches, and return it.",
                .since = kDocSince,
                .group = kDocGroup,
                .complexity = kFilterComplexity,
                .syntax = "collection filter document [RETURN OLD|NEW] [UPSERT] [PROJECT "
                          "projection] [SORT sort] [HINT index] [LET variables] [WITHVERSION] "
                          "[IFVERSION version] [TIMEOUT milliseconds] [EJSON CANONICAL|RELAXED]",
                .arity = -4,
                .flags = Flag::kWrite | Flag::kDenyOom,
                .categories = Category::kDoc,
                .keys = {{1, 1, 1, Access::kRW | Access::kAccess | Access::kUpdate, true}},
                .route = Route::kAllShards,
                .handler = FindAndChange,
                .prepare = PrepareFindAndReplace},
    CommandSpec{.name = "doc.findoneanddelete",
                .summary = "Delete the first document that a filter matches, and return it.",
                .since = kDocSince,
                .group = kDocGroup,
                .complexity = kFilterComplexity,
                .syntax = "collection filter [PROJECT projection] [SORT sort] [HINT index] [LET "
                          "variables] [WITHVERSION] [IFVERSION version] [TIMEOUT milliseconds] "
                          "[EJSON CANONICAL|RELAXED]",
                .arity = -3,
                .flags = Flag::kWrite,
                .categories = Category::kDoc,
                .keys = {{1, 1, 1, Access::kRW | Access::kAccess | Access::kDelete, true}},
                .route = Route::kAllShards,
                .handler = FindAndDelete,
                .prepare = PrepareFindAndDelete},
};
static_assert(SpecsAreValid(kTable));

}  // namespace

std::span<const CommandSpec> DocFindAndModifyCommands() { return kTable; }

}  // namespace veddb
