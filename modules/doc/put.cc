// SPDX-License-Identifier: BSD-3-Clause
// DOC.PUT: stores one document under an id, whether or not there is one, or on conditions.
#include <array>

#include "base/mutation.h"
#include "doc/value/builder.h"
#include "modules/doc/doc_shared.h"
#include "modules/doc/documents.h"
#include "modules/doc/new_document.h"
#include "modules/doc/options.h"

namespace veddb {
namespace {

struct PutPrepared final : NamedDocuments {
  NewDocument document;
  DocOptions options;
};

Status PreparePut(PrepareCall& prepare) {
  TRY(CheckCollectionName(prepare.argv[1]));
  auto prepared = std::make_unique<PutPrepared>();
  prepared->graves = GraveUse::kRead;
  prepared->options = TRY(ParseDocOptions(prepare.argv.subspan(4),
                                          DocOption::kNx | DocOption::kXx | DocOption::kIfVersion));
  const std::string id = TRY(doc::ParseIdArgument(prepare.argv[2]));
  prepared->document = TRY(ParsePut(prepare.argv[3], id));
  prepared->ids.push_back(std::move(prepared->document.ordered_id));
  PlanDocuments(prepare, *prepared);
  prepare.plan.prepared = std::move(prepared);
  return Ok();
}

// An id never changes, not even to an equal number of another type.
void KeepId(doc::DocView before, std::string& value) {
  const doc::ValueView old_id = before.Find(doc::kIdField);
  const doc::DocView after(Bytes(value).substr(doc::kVersionBytes));
  const doc::ValueView new_id = after.Find(doc::kIdField);
  if (old_id.type == new_id.type && old_id.bytes() == new_id.bytes()) return;
  std::string kept(doc::kVersionBytes, '\0');
  doc::DocBuilder builder(&kept);
  builder.Append(doc::kIdField, old_id);
  for (const doc::Element& element : after) {
    if (element.name != doc::kIdField) builder.Append(element.name, element.value);
  }
  builder.Finish();
  value = std::move(kept);
}

// The version that the document has now.
Result<uint64_t> Replace(Call& call, DocumentSet& set, const Entry& entry, std::string& value) {
  const doc::StoredDocument before = TRY(StoredOf(entry));
  KeepId(before.doc, value);
  if (before.doc.bytes() == Bytes(value).substr(doc::kVersionBytes)) return before.version;
  const uint64_t version = before.version + (Mutated("version-not-bumped") ? 0 : 1);
  DocumentWrites writes(call);
  TRY(writes.Store(set.document(0), before.doc, version, value));
  TRY(writes.Commit());
  return version;
}

// Nothing: NX or XX forbade it.
Result<std::optional<uint64_t>> PutDocument(Call& call) {
  auto& prepared = call.prepared_as<PutPrepared>();
  const DocOptions& options = prepared.options;
  DocumentSet set = TRY(FindDocuments(call, prepared));
  const Entry* entry = set.Find(call, 0);
  if (entry != nullptr ? options.only_if_absent : options.only_if_present) {
    return std::optional<uint64_t>();
  }
  if (options.if_version) {
    const uint64_t version = entry == nullptr ? 0 : TRY(StoredOf(*entry)).version;
    if (version != *options.if_version) return VersionMismatch(*options.if_version, version);
  }
  const uint64_t now = entry != nullptr
                           ? TRY(Replace(call, set, *entry, prepared.document.value))
                           : TRY(StoreNew(call, prepared, set, prepared.document.value));
  return std::optional<uint64_t>(now);
}

void Put(Call& call) {
  const Result<std::optional<uint64_t>> version = PutDocument(call);
  if (!version.ok()) return call.reply.Error(version.error());
  if (!*version) return call.reply.Null();
  call.reply.Integer(static_cast<int64_t>(**version));
}

constexpr std::array kTable = {
    CommandSpec{.name = "doc.put",
                .summary = "Store a document under an id, inserting or replacing.",
                .since = kDocSince,
                .group = kDocGroup,
                .complexity = "O(N) where N is the number of bytes in the document.",
                .syntax = "collection id document [NX|XX] [IFVERSION version]",
                .arity = -4,
                .flags = Flag::kWrite | Flag::kDenyOom,
                .categories = Category::kDoc,
                .keys = {{1, 1, 1, Access::kRW | Access::kUpdate, true}},
                .route = Route::kKeys,
                .handler = Put,
                .prepare = PreparePut},
};
static_assert(SpecsAreValid(kTable));

}  // namespace

std::span<const CommandSpec> DocPutCommands() { return kTable; }

}  // namespace veddb
