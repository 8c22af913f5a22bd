// SPDX-License-Identifier: BSD-3-Clause
// DOC.GET, DOC.MGET: documents by their ids.
#include <array>

#include "modules/doc/doc_shared.h"
#include "modules/doc/documents.h"
#include "modules/doc/options.h"
#include "modules/doc/writer.h"

namespace veddb {
namespace {

struct GetPrepared final : NamedDocuments {
  DocOptions options;
};

Status PrepareIds(PrepareCall& prepare, std::span<const Bytes> ids,
                  std::unique_ptr<GetPrepared> prepared) {
  TRY(CheckCollectionName(prepare.argv[1]));
  for (const Bytes id : ids) prepared->ids.push_back(TRY(OrderedIdArgument(id)));
  PlanDocuments(prepare, *prepared);
  prepare.plan.prepared = std::move(prepared);
  return Ok();
}

Status PrepareGet(PrepareCall& prepare) {
  auto prepared = std::make_unique<GetPrepared>();
  prepared->options = TRY(ParseDocOptions(
      prepare.argv.subspan(3), DocOption::kProject | DocOption::kWithVersion | DocOption::kEjson));
  return PrepareIds(prepare, prepare.argv.subspan(2, 1), std::move(prepared));
}

Status PrepareMGet(PrepareCall& prepare) {
  return PrepareIds(prepare, prepare.argv.subspan(2), std::make_unique<GetPrepared>());
}

Status ReplyDocument(Call& call, const Entry* entry, DocumentWriter& writer) {
  if (entry == nullptr) {
    call.reply.Null();
    return Ok();
  }
  return writer.Write(TRY(StoredOf(*entry)), doc::kNoArrayIndex, call.reply);
}

void Get(Call& call) {
  auto& prepared = call.prepared_as<GetPrepared>();
  Result<DocumentSet> set = FindDocuments(call, prepared);
  if (!set.ok()) return call.reply.Error(set.error());
  DocumentWriter writer(&prepared.options);
  const Status status = ReplyDocument(call, set->Find(call, 0), writer);
  if (!status.ok()) call.reply.Error(status.error());
}

void MGet(Call& call) {
  auto& prepared = call.prepared_as<GetPrepared>();
  Result<DocumentSet> set = FindDocuments(call, prepared);
  if (!set.ok()) return call.reply.Error(set.error());
  DocumentWriter writer(&prepared.options);
  const size_t begin = call.reply.size();
  call.reply.Array(prepared.count);
  for (size_t i = 0; i < prepared.count; ++i) {
    const Status status = ReplyDocument(call, set->Find(call, i), writer);
    if (status.ok()) continue;
    call.reply.Rewind(begin);
    return call.reply.Error(status.error());
  }
}

constexpr std::array kTable = {
    CommandSpec{.name = "doc.get",
                .summary = "Get a document by its id.",
                .since = kDocSince,
                .group = kDocGroup,
                .complexity = "O(N) where N is the number of bytes in the document.",
                .syntax = "collection id [PROJECT projection] [WITHVERSION] [EJSON "
                          "CANONICAL|RELAXED]",
                .arity = -3,
                .flags = Flag::kReadonly | Flag::kFast,
                .categories = Category::kDoc,
                .keys = {{1, 1, 1, Access::kRO | Access::kAccess, true}},
                .route = Route::kKeys,
                .handler = Get,
                .prepare = PrepareGet},
    CommandSpec{.name = "doc.mget",
                .summary = "Get documents by their ids.",
                .since = kDocSince,
                .group = kDocGroup,
                .complexity = "O(N) where N is the number of bytes in all documents.",
                .syntax = "collection id [id ...]",
                .arity = -3,
                .flags = Flag::kReadonly | Flag::kFast,
                .categories = Category::kDoc,
                .keys = {{1, 1, 1, Access::kRO | Access::kAccess, true}},
                .route = Route::kKeys,
                .handler = MGet,
                .prepare = PrepareMGet},
};
static_assert(SpecsAreValid(kTable));

}  // namespace

std::span<const CommandSpec> DocGetCommands() { return kTable; }

}  // namespace veddb
