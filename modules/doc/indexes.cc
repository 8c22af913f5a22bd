// SPDX-License-Identifier: BSD-3-Clause
// DOC.CREATEINDEX, DOC.DROPINDEX, DOC.INDEXES.
#include <algorithm>
#include <array>

#include "command/call.h"
#include "command/server_api.h"
#include "doc/index/index.h"
#include "doc/value/builder.h"
#include "doc/value/extjson.h"
#include "doc/value/id.h"
#include "modules/doc/doc_shared.h"
#include "modules/doc/options.h"

namespace veddb {
namespace {

// As MongoDB's: each index is a cost of every write.
constexpr size_t kIndexesMax = 64;

struct CreateIndexPrepared final : Prepared {
  doc::IndexSpec spec;
};

bool IsIdIndex(const doc::IndexSpec& spec) {
  return spec.fields.size() == 1 && spec.fields[0].path.text() == doc::kIdField &&
         !spec.fields[0].descending;
}

Error IndexExists(const doc::IndexSpec& there) {
  return MakeError(ErrorCode::kIndexExists,
                   "the index '" + there.name + "' has the same name or keys, and other options");
}

Status PrepareCreateIndex(PrepareCall& prepare) {
  TRY(CheckCollectionName(prepare.argv[1]));
  DocOptions options = TRY(ParseDocOptions(
      prepare.argv.subspan(3), DocOption::kName | DocOption::kUnique | DocOption::kSparse |
                                   DocOption::kPartial | DocOption::kTtl));
  auto prepared = std::make_unique<CreateIndexPrepared>();
  prepared->spec = std::move(options.index);
  prepared->spec.fields = TRY(doc::ParseIndexKeys(prepare.argv[2]));
  if (prepared->spec.name.empty()) {
    prepared->spec.name = IsIdIndex(prepared->spec) ? std::string(doc::kIdIndexName)
                                                    : doc::DefaultIndexName(prepared->spec.fields);
  }
  TRY(doc::CheckIndexSpec(prepared->spec));
  prepare.plan.prepared = std::move(prepared);
  return Ok();
}

// The index of `_id` is always there, and has the options that it has.
Status CheckIdIndex(const doc::IndexSpec& spec) {
  doc::IndexSpec id_index;
  id_index.name = std::string(doc::kIdIndexName);
  id_index.fields = spec.fields;
  const bool same = spec.name == doc::kIdIndexName && !spec.sparse && !spec.partial;
  return same ? Ok() : Status(IndexExists(id_index));
}

// The index that is asked for, if it is there; nullptr: it may be made.
Result<const doc::Index*> FindSame(const doc::IndexList& indexes, const doc::IndexSpec& spec) {
  for (const auto& index : indexes) {
    if (index->spec.SameAs(spec)) return static_cast<const doc::Index*>(index.get());
    if (index->spec.name == spec.name || index->spec.SameKeys(spec)) {
      return IndexExists(index->spec);
    }
  }
  if (indexes.size() + 1 >= kIndexesMax) {
    return Err("a collection can't have more than " + std::to_string(kIndexesMax) + " indexes");
  }
  return static_cast<const doc::Index*>(nullptr);
}

// The index's number.
Result<uint32_t> MakeIndex(Call& call, const doc::IndexSpec& spec) {
  const Collection* collection = call.databases->FindCollection(call.database, call.argv[1]);
  if (collection != nullptr) {
    const doc::Index* same = TRY(FindSame(doc::IndexesOf(*collection), spec));
    if (same != nullptr) return same->id;
  } else {
    collection = &call.databases->CreateCollection(call.database, call.argv[1]);
  }
  return call.databases->CreateIndex(*collection, doc::EncodeIndexSpec(spec));
}

void CreateIndex(Call& call) {
  const doc::IndexSpec& spec = call.prepared_as<CreateIndexPrepared>().spec;
  if (IsIdIndex(spec) || spec.name == doc::kIdIndexName) {
    const Status status = IsIdIndex(spec) ? CheckIdIndex(spec) : Status(IndexExists(spec));
    if (!status.ok()) return call.reply.Error(status.error());
    if (call.databases->FindCollection(call.database, call.argv[1]) == nullptr) {
      call.databases->CreateCollection(call.database, call.argv[1]);
    }
    return call.reply.Bulk(spec.name);
  }
  const Result<uint32_t> id = MakeIndex(call, spec);
  if (!id.ok()) return call.reply.Error(id.error());
  const Collection& collection = *call.databases->FindCollection(call.database, call.argv[1]);
  const doc::IndexList& indexes = doc::IndexesOf(collection);
  const auto made =
      std::find_if(indexes.begin(), indexes.end(), [&](const auto& one) { return one->id == *id; });
  if ((*made)->ready()) return call.reply.Bulk(spec.name);
  if (!call.must_not_wait) return call.server->WaitForIndex(*call.session, *id);
  call.server->BuildIndexes();
  call.reply.Bulk(spec.name);
}

Status PrepareDropIndex(PrepareCall& prepare) { return CheckCollectionName(prepare.argv[1]); }

void DropIndex(Call& call) {
  const Collection* collection = call.databases->FindCollection(call.database, call.argv[1]);
  if (collection == nullptr) return call.reply.Error(NoCollection(call.argv[1]));
  const Bytes name = call.argv[2];
  if (name == doc::kIdIndexName) {
    return call.reply.Error(MakeError(ErrorCode::kBadQuery, "the index _id_ can't be dropped"));
  }
  for (const auto& index : doc::IndexesOf(*collection)) {
    if (index->spec.name != name) continue;
    call.databases->DropIndex(*collection, index->id);
    return call.reply.Ok();
  }
  call.reply.Error(NoIndex(name));
}

Status PrepareIndexes(PrepareCall& prepare) { return CheckCollectionName(prepare.argv[1]); }

std::string IdIndexJson(const Call& call, const Collection& collection) {
  std::string bson;
  doc::DocBuilder out(&bson);
  out.String("name", doc::kIdIndexName);
  doc::DocBuilder keys = out.Object("keys");
  keys.Int32(doc::kIdField, 1);
  keys.Finish();
  out.Bool("unique", true);
  out.String("state", "ready");
  out.Int64("entries", call.databases->DocumentCount(collection.id));
  out.Finish();
  return doc::JsonText(doc::DocView(bson));
}

std::string IndexJson(const Call& call, const Collection& collection, const doc::Index& index) {
  std::string bson;
  doc::DocBuilder out(&bson);
  doc::AppendIndexSpec(index.spec, &out);
  if (index.multikey.load() != 0) out.Bool("multikey", true);
  if (index.ready()) {
    out.String("state", "ready");
    out.Int64("entries", call.databases->IndexEntryCount(index.id));
  } else {
    out.String("state", "building");
    out.Int64("scanned", static_cast<int64_t>(index.scanned.load()));
    out.Int64("documents", call.databases->DocumentCount(collection.id));
  }
  out.Finish();
  return doc::JsonText(doc::DocView(bson));
}

void Indexes(Call& call) {
  const Collection* collection = call.databases->FindCollection(call.database, call.argv[1]);
  if (collection == nullptr) return call.reply.Array(0);
  const doc::IndexList& indexes = doc::IndexesOf(*collection);
  call.reply.Array(indexes.size() + 1);
  call.reply.Bulk(IdIndexJson(call, *collection));
  for (const auto& index : indexes) call.reply.Bulk(IndexJson(call, *collection, *index));
}

constexpr std::array kTable = {
    CommandSpec{.name = "doc.createindex",
                .summary = "Make an index, or wait until it is ready.",
                .since = kDocSince,
                .group = kDocGroup,
                .complexity = "O(N*log(N)) where N is the number of documents in the collection, "
                              "in the background.",
                .syntax = "collection keys [NAME name] [UNIQUE] [SPARSE] [PARTIAL filter] [TTL "
                          "seconds]",
                .arity = -3,
                .flags = Flag::kWrite | Flag::kDenyOom,
                .categories = Category::kDoc,
                .keys = {{1, 1, 1, Access::kRW | Access::kUpdate, true}},
                .route = Route::kAllShards,
                .handler = CreateIndex,
                .prepare = PrepareCreateIndex},
    CommandSpec{.name = "doc.dropindex",
                .summary = "Drop an index.",
                .since = kDocSince,
                .group = kDocGroup,
                .complexity = "O(1); the space that it took is given back in the background.",
                .syntax = "collection name",
                .arity = 3,
                .flags = Flag::kWrite,
                .categories = Category::kDoc,
                .keys = {{1, 1, 1, Access::kRW | Access::kUpdate, true}},
                .route = Route::kAllShards,
                .handler = DropIndex,
                .prepare = PrepareDropIndex},
    CommandSpec{.name = "doc.indexes",
                .summary = "List the indexes of a collection.",
                .since = kDocSince,
                .group = kDocGroup,
                .complexity = "O(N) where N is the number of indexes.",
                .syntax = "collection",
                .arity = 2,
                .flags = Flag::kReadonly,
                .categories = Category::kDoc,
                .keys = {{1, 1, 1, Access::kRO | Access::kAccess, true}},
                .route = Route::kLoop,
                .handler = Indexes,
                .prepare = PrepareIndexes},
};
static_assert(SpecsAreValid(kTable));

}  // namespace

std::span<const CommandSpec> DocIndexCommands() { return kTable; }

}  // namespace veddb
