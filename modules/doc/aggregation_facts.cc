// SPDX-License-Identifier: BSD-3-Clause
// What $collStats and $indexStats tell. Sizes are those on disk, compressed, about; what awaits
// being written is not in them. How often an index was used is not kept.
#include "command/snapshot.h"
#include "modules/doc/aggregation.h"
#include "modules/doc/doc_shared.h"

namespace veddb {
namespace {

int64_t StoredBytes(const Snapshot& snapshot, KeyspaceKind kind, uint32_t id) {
  return static_cast<int64_t>(snapshot.StoredBytes(kind, id));
}

void AppendStorage(const Aggregation& aggregation, const Snapshot& snapshot, doc::DocBuilder* out) {
  const int64_t documents = StoredBytes(snapshot, KeyspaceKind::kDocuments, aggregation.collection);
  doc::DocBuilder storage = out->Object("storageStats");
  storage.Int64("count", static_cast<int64_t>(aggregation.documents));
  storage.Int64("storageSize", documents);
  storage.Int64("nindexes", static_cast<int64_t>(aggregation.indexes.size() + 1));
  // The index of _id is the documents themselves.
  int64_t sum = 0;
  doc::DocBuilder sizes = storage.Object("indexSizes");
  for (const QueryIndex& one : aggregation.indexes) {
    const int64_t bytes = StoredBytes(snapshot, KeyspaceKind::kIndex, one.index->id);
    sizes.Int64(one.index->spec.name, bytes);
    sum += bytes;
  }
  sizes.Finish();
  storage.Int64("totalIndexSize", sum);
  storage.Int64("totalSize", documents + sum);
  storage.Finish();
}

std::string IndexFacts(const doc::IndexSpec& spec, uint64_t entries) {
  std::string bson;
  doc::DocBuilder out(&bson);
  out.String("name", spec.name);
  doc::DocBuilder key = out.Object("key");
  for (const doc::IndexField& field : spec.fields) {
    key.Int32(field.path.text(), field.descending ? -1 : 1);
  }
  key.Finish();
  doc::DocBuilder written = out.Object("spec");
  doc::AppendIndexSpec(spec, &written);
  written.Finish();
  out.Int64("entries", static_cast<int64_t>(entries));
  out.Finish();
  return bson;
}

}  // namespace

Result<std::vector<std::string>> AggregationRun::Inspect(doc::Inspection what) {
  std::vector<std::string> facts;
  if (what == doc::Inspection::kIndexes) {
    if (!aggregation_->has_collection) return facts;
    facts.push_back(IndexFacts(IdIndexSpec(), aggregation_->documents));
    for (const QueryIndex& one : aggregation_->indexes) {
      facts.push_back(IndexFacts(one.index->spec, one.entries));
    }
    return facts;
  }
  if (!aggregation_->has_collection) return NoCollection(aggregation_->name);
  facts.emplace_back();
  doc::DocBuilder out(facts.data());
  out.String("ns", aggregation_->name);
  out.Date("localTime", now_ms_);
  out.Int64("count", static_cast<int64_t>(aggregation_->documents));
  AppendStorage(*aggregation_, *snapshot_, &out);
  out.Finish();
  return facts;
}

}  // namespace veddb
