// SPDX-License-Identifier: BSD-3-Clause
// DOC.INSERT: all of its documents or none.
#include <absl/container/flat_hash_set.h>

#include <array>
#include <vector>

#include "doc/value/extjson.h"
#include "modules/doc/doc_shared.h"
#include "modules/doc/documents.h"
#include "modules/doc/new_document.h"

namespace veddb {
namespace {

struct InsertPrepared final : NamedDocuments {
  std::vector<NewDocument> documents;
};

Status CheckDistinct(const std::vector<NewDocument>& documents) {
  if (documents.size() == 1) return Ok();
  absl::flat_hash_set<Bytes> ids;
  ids.reserve(documents.size());
  for (const NewDocument& one : documents) {
    if (!ids.insert(one.ordered_id).second) return DuplicateId(one.id());
  }
  return Ok();
}

Status PrepareInsert(PrepareCall& prepare) {
  TRY(CheckCollectionName(prepare.argv[1]));
  const std::span<const Bytes> texts = prepare.argv.subspan(2);
  TRY(CheckBatch(texts.size()));
  auto prepared = std::make_unique<InsertPrepared>();
  prepared->graves = GraveUse::kRead;
  for (const Bytes text : texts) prepared->documents.push_back(TRY(ParseInsert(text)));
  TRY(CheckDistinct(prepared->documents));
  for (NewDocument& one : prepared->documents) prepared->ids.push_back(std::move(one.ordered_id));
  PlanDocuments(prepare, *prepared);
  prepare.plan.prepared = std::move(prepared);
  return Ok();
}

Status InsertAll(Call& call) {
  auto& prepared = call.prepared_as<InsertPrepared>();
  DocumentSet set = TRY(FindDocuments(call, prepared));
  for (size_t i = 0; i < prepared.count; ++i) {
    if (set.Find(call, i) != nullptr) return DuplicateId(prepared.documents[i].id());
  }
  if (!set.has_collection()) {
    call.databases->CreateCollection(call.database, call.argv[1]);
    set = TRY(FindDocuments(call, prepared));
  }
  DocumentWrites writes(call);
  for (size_t i = 0; i < prepared.count; ++i) {
    TRY(writes.Store(set.document(i), {}, set.FirstVersion(call, i), prepared.documents[i].value));
  }
  TRY(writes.Commit());
  call.reply.Array(prepared.count);
  for (const NewDocument& one : prepared.documents) call.reply.Bulk(doc::JsonText(one.id()));
  return Ok();
}

void Insert(Call& call) {
  const Status status = InsertAll(call);
  if (!status.ok()) call.reply.Error(status.error());
}

constexpr std::array kTable = {
    CommandSpec{.name = "doc.insert",
                .summary = "Insert documents into a collection.",
                .since = kDocSince,
                .group = kDocGroup,
                .complexity = "O(N) where N is the number of bytes in all documents.",
                .syntax = "collection document [document ...]",
                .arity = -3,
                .flags = Flag::kWrite | Flag::kDenyOom,
                .categories = Category::kDoc,
                .keys = {{1, 1, 1, Access::kRW | Access::kInsert, true}},
                .route = Route::kKeys,
                .handler = Insert,
                .prepare = PrepareInsert},
};
static_assert(SpecsAreValid(kTable));

}  // namespace

std::span<const CommandSpec> DocInsertCommands() { return kTable; }

}  // namespace veddb
