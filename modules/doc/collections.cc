// SPDX-License-Identifier: BSD-3-Clause
// DOC.CREATE, DOC.ALTER, DOC.DROP, DOC.RENAME, DOC.COLLECTIONS: collections as wholes.
#include <array>
#include <vector>

#include "base/glob.h"
#include "doc/collection/collection_options.h"
#include "modules/doc/doc_shared.h"
#include "modules/doc/graves.h"
#include "modules/doc/options.h"

namespace veddb {
namespace {

struct CollectionsPrepared final : Prepared {
  DocOptions options;
};

const Collection* Named(const Call& call, Bytes name) {
  return call.databases->FindCollection(call.database, name);
}

Error CollectionExists(Bytes name) {
  return MakeError(ErrorCode::kCollectionExists,
                   "the collection '" + std::string(name) + "' exists");
}

// What SCHEMA and VALIDATION say; nothing: it stays as it is.
struct OptionsPrepared final : Prepared {
  std::optional<std::string> schema;  // BSON, empty: none
  std::optional<doc::Validation> validation;

  bool empty() const { return !schema && !validation; }
  void ApplyTo(doc::CollectionOptions& options) const {
    if (schema) options.schema = *schema;
    if (validation) options.validation = *validation;
  }
};

// Reads the options behind the collection's name. `removal`: what stands in place of a schema to
// remove it, if that may be.
Status ReadOptions(PrepareCall& prepare, std::optional<Bytes> removal) {
  TRY(CheckCollectionName(prepare.argv[1]));
  const DocOptions options =
      TRY(ParseDocOptions(prepare.argv.subspan(2), DocOption::kSchema | DocOption::kValidation));
  auto prepared = std::make_unique<OptionsPrepared>();
  prepared->validation = options.validation;
  if (options.schema && removal && EqualsIgnoreCase(*options.schema, *removal)) {
    prepared->schema.emplace();
  } else if (options.schema) {
    const doc::Schema schema =
        TRY(doc::Schema::ParseJson(*options.schema, {.size_max = doc::kCollectionSchemaBytesMax}));
    prepared->schema = std::string(schema.document().bytes());
  }
  prepare.plan.prepared = std::move(prepared);
  return Ok();
}

Status PrepareCreate(PrepareCall& prepare) { return ReadOptions(prepare, std::nullopt); }
Status PrepareAlter(PrepareCall& prepare) { return ReadOptions(prepare, "NONE"); }

void Create(Call& call) {
  const Bytes name = call.argv[1];
  if (Named(call, name) != nullptr) return call.reply.Error(CollectionExists(name));
  const Collection& made = call.databases->CreateCollection(call.database, name);
  const auto& prepared = call.prepared_as<OptionsPrepared>();
  if (!prepared.empty()) {
    doc::CollectionOptions options;
    prepared.ApplyTo(options);
    call.databases->SetCollectionOptions(made, doc::EncodeCollectionOptions(options));
  }
  call.reply.Ok();
}

void Alter(Call& call) {
  const Collection* collection = Named(call, call.argv[1]);
  if (collection == nullptr) return call.reply.Error(NoCollection(call.argv[1]));
  Result<doc::CollectionOptions> options = doc::DecodeCollectionOptions(collection->options);
  if (!options.ok()) return call.reply.Error(options.error());
  const auto& prepared = call.prepared_as<OptionsPrepared>();
  prepared.ApplyTo(*options);
  if (!prepared.empty()) {
    call.databases->SetCollectionOptions(*collection, doc::EncodeCollectionOptions(*options));
  }
  call.reply.Ok();
}

Status PrepareDrop(PrepareCall& prepare) { return CheckCollectionName(prepare.argv[1]); }

void Drop(Call& call) {
  const Collection* collection = Named(call, call.argv[1]);
  if (collection == nullptr) return call.reply.Integer(0);
  DropGraves(*call.databases, *collection);
  call.databases->DropCollection(*collection);
  call.reply.Integer(1);
}

Status PrepareRename(PrepareCall& prepare) {
  TRY(CheckCollectionName(prepare.argv[1]));
  return CheckCollectionName(prepare.argv[2]);
}

void Rename(Call& call) {
  const Collection* collection = Named(call, call.argv[1]);
  if (collection == nullptr) return call.reply.Error(NoCollection(call.argv[1]));
  if (Named(call, call.argv[2]) != nullptr) {
    return call.reply.Error(CollectionExists(call.argv[2]));
  }
  call.databases->RenameCollection(*collection, call.argv[2]);
  call.reply.Ok();
}

Status PrepareCollections(PrepareCall& prepare) {
  auto prepared = std::make_unique<CollectionsPrepared>();
  prepared->options = TRY(ParseDocOptions(prepare.argv.subspan(1), DocOption::kMatch));
  prepare.plan.prepared = std::move(prepared);
  return Ok();
}

void Collections(Call& call) {
  const auto& match = call.prepared_as<CollectionsPrepared>().options.match;
  std::vector<Collection> all = call.databases->Collections(call.database);
  std::erase_if(all, [&](const Collection& one) {
    return IsHiddenCollection(one.name) || (match && !GlobMatch(*match, one.name));
  });
  call.reply.Array(all.size());
  for (const Collection& one : all) call.reply.Bulk(one.name);
}

constexpr Bytes kComplexity =
    "O(1); the space that the documents took is given back in the background.";

constexpr std::array kTable = {
    CommandSpec{.name = "doc.create",
                .summary = "Create a collection.",
                .since = kDocSince,
                .group = kDocGroup,
                .complexity = "O(1)",
                .syntax = "collection [SCHEMA json-schema] [VALIDATION ERROR|WARN|OFF]",
                .arity = -2,
                .flags = Flag::kWrite | Flag::kDenyOom,
                .categories = Category::kDoc,
                .keys = {{1, 1, 1, Access::kOW | Access::kInsert, true}},
                .route = Route::kAllShards,
                .handler = Create,
                .prepare = PrepareCreate},
    CommandSpec{.name = "doc.alter",
                .summary = "Change the schema of a collection, and what becomes of documents that "
                           "break it.",
                .since = kDocSince,
                .group = kDocGroup,
                .complexity = "O(N) where N is the size of the schema; documents that are there "
                              "are not looked at.",
                .syntax = "collection [SCHEMA json-schema|NONE] [VALIDATION ERROR|WARN|OFF]",
                .arity = -2,
                .flags = Flag::kWrite | Flag::kDenyOom,
                .categories = Category::kDoc,
                .keys = {{1, 1, 1, Access::kRW | Access::kUpdate, true}},
                .route = Route::kAllShards,
                .handler = Alter,
                .prepare = PrepareAlter},
    CommandSpec{.name = "doc.drop",
                .summary = "Drop a collection with all its documents.",
                .since = kDocSince,
                .group = kDocGroup,
                .complexity = kComplexity,
                .syntax = "collection",
                .arity = 2,
                .flags = Flag::kWrite,
                .categories = Category::kDoc,
                .keys = {{1, 1, 1, Access::kRM | Access::kDelete, true}},
                .route = Route::kAllShards,
                .handler = Drop,
                .prepare = PrepareDrop},
    CommandSpec{.name = "doc.rename",
                .summary = "Rename a collection.",
                .since = kDocSince,
                .group = kDocGroup,
                .complexity = "O(1)",
                .syntax = "collection new-name",
                .arity = 3,
                .flags = Flag::kWrite,
                .categories = Category::kDoc,
                .keys = {{1, 1, 1, Access::kRW | Access::kAccess | Access::kDelete, true},
                         {2, 2, 1, Access::kOW | Access::kInsert, true}},
                .route = Route::kAllShards,
                .handler = Rename,
                .prepare = PrepareRename},
    CommandSpec{.name = "doc.collections",
                .summary = "List the names of the collections, sorted.",
                .since = kDocSince,
                .group = kDocGroup,
                .complexity = "O(N) where N is the number of collections in the database.",
                .syntax = "[MATCH pattern]",
                .arity = -1,
                .flags = Flag::kReadonly,
                .categories = Category::kDoc,
                .route = Route::kLoop,
                .handler = Collections,
                .prepare = PrepareCollections},
};
static_assert(SpecsAreValid(kTable));

}  // namespace

std::span<const CommandSpec> DocCollectionCommands() { return kTable; }

}  // namespace veddb
