// SPDX-License-Identifier: BSD-3-Clause
// DOC.STATS: what a collection holds. Every figure is measured: sizes by reading the
// collection on a snapshot, numbers of documents from the counter that is kept.
#include <array>
#include <vector>

#include "command/call.h"
#include "command/snapshot.h"
#include "doc/collection/collection_options.h"
#include "doc/value/builder.h"
#include "doc/value/extjson.h"
#include "doc/value/id.h"
#include "doc/value/stored.h"
#include "modules/doc/doc_shared.h"
#include "modules/doc/query.h"

namespace veddb {
namespace {

struct StatsPrepared final : Prepared {
  uint32_t collection = 0;
  doc::CollectionOptions options;
};

Status PrepareStats(PrepareCall& prepare) {
  TRY(CheckCollectionName(prepare.argv[1]));
  const Collection* collection =
      prepare.databases.FindCollection(prepare.database, prepare.argv[1]);
  if (collection == nullptr) {
    prepare.plan.route = Route::kLoop;
    return Ok();
  }
  auto prepared = std::make_unique<StatsPrepared>();
  prepared->collection = collection->id;
  prepared->options = TRY(doc::DecodeCollectionOptions(collection->options));
  prepare.plan.prepared = std::move(prepared);
  return Ok();
}

struct alignas(64) Sizes {
  int64_t documents = 0;
  int64_t data_bytes = 0;
  int64_t id_bytes = 0;
};

Result<Sizes> Measure(const Snapshot& snapshot, uint32_t collection) {
  std::vector<Sizes> parts(snapshot.Parts(KeyspaceKind::kDocuments, collection));
  TRY(snapshot.ScanParallel(
      KeyspaceKind::kDocuments, collection, parts.size(), [&](size_t part, Bytes key, Bytes value) {
        Sizes& sizes = parts[part];
        ++sizes.documents;
        sizes.data_bytes += static_cast<int64_t>(value.size() - doc::kVersionBytes);
        sizes.id_bytes += static_cast<int64_t>(key.size() - kCollectionPrefixBytes);
        return true;
      }));
  Sizes sum;
  for (const Sizes& part : parts) {
    sum.documents += part.documents;
    sum.data_bytes += part.data_bytes;
    sum.id_bytes += part.id_bytes;
  }
  return sum;
}

void WriteSchema(const doc::CollectionOptions& options, Reply& reply) {
  reply.Bulk("schema");
  if (options.schema.empty()) {
    reply.Null();
  } else {
    reply.Bulk(doc::JsonText(doc::DocView(options.schema)));
  }
  reply.Bulk("validation");
  reply.Bulk(doc::ValidationName(options.validation));
}

void Stats(Call& call) {
  if (call.snapshot == nullptr) return call.reply.Error(NoCollection(call.argv[1]));
  const Result<Sizes> sizes = Measure(*call.snapshot, call.prepared_as<StatsPrepared>().collection);
  if (!sizes.ok()) return call.reply.Error(sizes.error());
  call.reply.Map(5);
  call.reply.Bulk("documents");
  call.reply.Integer(sizes->documents);
  call.reply.Bulk("data_bytes");
  call.reply.Integer(sizes->data_bytes);
  call.reply.Bulk("indexes");
  call.reply.Map(1);
  call.reply.Bulk("_id_");
  call.reply.Map(2);
  call.reply.Bulk("entries");
  call.reply.Integer(sizes->documents);
  call.reply.Bulk("bytes");
  call.reply.Integer(sizes->id_bytes);
  WriteSchema(call.prepared_as<StatsPrepared>().options, call.reply);
}

constexpr std::array kTable = {
    CommandSpec{.name = "doc.stats",
                .summary = "Tell what a collection holds.",
                .since = kDocSince,
                .group = kDocGroup,
                .complexity = "O(N) where N is the number of documents in the collection.",
                .syntax = "collection",
                .arity = 2,
                .flags = Flag::kReadonly | Flag::kSnapshot,
                .categories = Category::kDoc,
                .keys = {{1, 1, 1, Access::kRO | Access::kAccess, true}},
                .route = Route::kSnapshot,
                .handler = Stats,
                .prepare = PrepareStats},
};
static_assert(SpecsAreValid(kTable));

}  // namespace

std::span<const CommandSpec> DocStatsCommands() { return kTable; }

}  // namespace veddb
