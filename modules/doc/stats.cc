// SPDX-License-Identifier: BSD-3-Clause
// DOC.STATS: what a collection holds. Every figure is measured: sizes by reading the
// collection on a snapshot, numbers of documents from the counter that is kept.
#include <array>
#include <vector>

#include "command/call.h"
#include "command/snapshot.h"
#include "doc/collection/collection_options.h"
#include "doc/index/index.h"
#include "doc/value/builder.h"
#include "doc/value/extjson.h"
#include "doc/value/id.h"
#include "doc/value/stored.h"
#include "modules/doc/doc_shared.h"
#include "modules/doc/query.h"

namespace veddb {
namespace {

struct IndexFigures {
  std::string name;
  int64_t entries = 0;
  uint32_t id = 0;
};

struct StatsPrepared final : Prepared {
  uint32_t collection = 0;
  LookupFigures lookups;
  std::vector<IndexFigures> indexes;  // those that are ready
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
  prepared->lookups = prepare.databases.DocumentLookups(collection->id);
  for (const auto& index : doc::IndexesOf(*collection)) {
    if (!index->ready()) continue;
    prepared->indexes.push_back(
        {index->spec.name, prepare.databases.IndexEntryCount(index->id), index->id});
  }
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

// Keys and values of all entries.
Result<int64_t> IndexBytes(const Snapshot& snapshot, uint32_t index) {
  int64_t bytes = 0;
  TRY(snapshot.Scan(KeyspaceKind::kIndex, index, {}, {}, [&bytes](Bytes key, Bytes value) {
    bytes += static_cast<int64_t>(key.size() - kCollectionPrefixBytes + value.size());
    return true;
  }));
  return bytes;
}

void WriteIndex(Reply& reply, Bytes name, int64_t entries, int64_t bytes) {
  reply.Bulk(name);
  reply.Map(2);
  reply.Bulk("entries");
  reply.Integer(entries);
  reply.Bulk("bytes");
  reply.Integer(bytes);
}

void WriteNumber(Reply& reply, Bytes name, int64_t number) {
  reply.Bulk(name);
  reply.Integer(number);
}

// On disk, compressed, about; what awaits being written is not in it.
int64_t StorageBytes(const Snapshot& snapshot, const StatsPrepared& prepared) {
  uint64_t bytes = snapshot.StoredBytes(KeyspaceKind::kDocuments, prepared.collection);
  for (const IndexFigures& index : prepared.indexes) {
    bytes += snapshot.StoredBytes(KeyspaceKind::kIndex, index.id);
  }
  return static_cast<int64_t>(bytes);
}

Status WriteStats(Call& call) {
  const auto& prepared = call.prepared_as<StatsPrepared>();
  const Sizes sizes = TRY(Measure(*call.snapshot, prepared.collection));
  std::vector<int64_t> index_bytes;
  for (const IndexFigures& index : prepared.indexes) {
    index_bytes.push_back(TRY(IndexBytes(*call.snapshot, index.id)));
  }
  call.reply.Map(8);
  WriteNumber(call.reply, "documents", sizes.documents);
  WriteNumber(call.reply, "data_bytes", sizes.data_bytes);
  WriteNumber(call.reply, "storage_bytes", StorageBytes(*call.snapshot, prepared));
  call.reply.Bulk("indexes");
  call.reply.Map(prepared.indexes.size() + 1);
  WriteIndex(call.reply, "_id_", sizes.documents, sizes.id_bytes);
  for (size_t i = 0; i < index_bytes.size(); ++i) {
    WriteIndex(call.reply, prepared.indexes[i].name, prepared.indexes[i].entries, index_bytes[i]);
  }
  WriteNumber(call.reply, "cache_hits", prepared.lookups.hits);
  WriteNumber(call.reply, "cache_misses", prepared.lookups.misses);
  WriteSchema(prepared.options, call.reply);
  return Ok();
}

void Stats(Call& call) {
  if (call.snapshot == nullptr) return call.reply.Error(NoCollection(call.argv[1]));
  const Status written = WriteStats(call);
  if (!written.ok()) call.reply.Error(written.error());
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
