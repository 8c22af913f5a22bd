// SPDX-License-Identifier: BSD-3-Clause
// DOC.DEL: deletes documents by their ids, or one on the condition of its version.
#include <array>
#include <optional>

#include "base/glob.h"
#include "modules/doc/doc_shared.h"
#include "modules/doc/documents.h"
#include "modules/doc/options.h"

namespace veddb {
namespace {

struct DelPrepared final : NamedDocuments {
  std::optional<uint64_t> if_version;
};

// DOC.DEL collection id IFVERSION n has exactly these arguments.
bool IsConditional(std::span<const Bytes> argv) {
  return argv.size() == 5 && EqualsIgnoreCase(argv[3], "IFVERSION");
}

Status PrepareDel(PrepareCall& prepare) {
  TRY(CheckCollectionName(prepare.argv[1]));
  auto prepared = std::make_unique<DelPrepared>();
  prepared->graves = GraveUse::kWrite;
  std::span<const Bytes> ids = prepare.argv.subspan(2);
  if (IsConditional(prepare.argv)) {
    prepared->if_version = TRY(ParseVersion(prepare.argv[4]));
    ids = ids.first(1);
  }
  TRY(CheckBatch(ids.size()));
  for (const Bytes id : ids) prepared->ids.push_back(TRY(OrderedIdArgument(id)));
  PlanDocuments(prepare, *prepared);
  prepare.plan.prepared = std::move(prepared);
  return Ok();
}

Result<size_t> DeleteByIds(Call& call) {
  auto& prepared = call.prepared_as<DelPrepared>();
  DocumentSet set = TRY(FindDocuments(call, prepared));
  if (prepared.if_version) {
    const Entry* entry = set.Find(call, 0);
    const uint64_t version = entry == nullptr ? 0 : TRY(StoredOf(*entry)).version;
    if (version != *prepared.if_version) return VersionMismatch(*prepared.if_version, version);
  }
  return DeleteDocuments(call, prepared, set);
}

void Del(Call& call) { call.reply.Integer(DeleteByIds(call)); }

constexpr std::array kTable = {
    CommandSpec{.name = "doc.del",
                .summary = "Delete documents by their ids.",
                .since = kDocSince,
                .group = kDocGroup,
                .complexity = "O(N) where N is the number of ids.",
                .syntax = "collection id [id ...|IFVERSION version]",
                .arity = -3,
                .flags = Flag::kWrite,
                .categories = Category::kDoc,
                .keys = {{1, 1, 1, Access::kRW | Access::kDelete, true}},
                .route = Route::kKeys,
                .handler = Del,
                .prepare = PrepareDel},
};
static_assert(SpecsAreValid(kTable));

}  // namespace

std::span<const CommandSpec> DocDelCommands() { return kTable; }

}  // namespace veddb
