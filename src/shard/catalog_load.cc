// SPDX-License-Identifier: BSD-3-Clause
// How ShardSet begins: the catalog is read, and memory gets what the log knows and the store does
// not. At the start of the server recovery has given the store everything; when memory is made anew
// after a failure it has not, so that this needs nothing written.
#include <algorithm>

#include "base/coding.h"
#include "base/logging.h"
#include "object/serialize.h"
#include "shard/catalog_view.h"
#include "shard/shard_set.h"
#include "storage/recovery.h"

namespace veddb {
namespace {

constexpr uint8_t kCollectionVersion = 2;
constexpr Bytes kDropSpacePrefix = "drop/space/";
constexpr Bytes kDropCollectionPrefix = "drop/collection/";
constexpr Bytes kDropIndexPrefix = "drop/index/";

Bytes DropPrefix(KeyspaceKind kind) {
  if (kind == KeyspaceKind::kKeys) return kDropSpacePrefix;
  return kind == KeyspaceKind::kDocuments ? kDropCollectionPrefix : kDropIndexPrefix;
}

bool DecodeCollection(Bytes value, Collection* collection) {
  if (value.size() < 5) return false;
  const auto version = static_cast<uint8_t>(value[0]);
  if (version < 1 || version > kCollectionVersion) return false;
  collection->database = LoadLE32(value.data() + 1);
  value.remove_prefix(5);
  Bytes name;
  if (!GetSized(&value, &name)) return false;
  collection->name = std::string(name);
  if (version == 1) return true;
  Bytes options;
  if (!GetSized(&value, &options)) return false;
  collection->options = std::string(options);
  return true;
}

Error BadCatalog(Bytes name) {
  return MakeError(ErrorCode::kIoErr, "the catalog entry '" + std::string(name) + "' is not valid");
}

// Changes that concern no entry go with the next drain as they are.
void Copy(Family family, const ChangeBatch::Entry& entry, ChangeBatch& to) {
  switch (entry.op) {
    case ChangeOp::kPut:
      return to.Put(family, entry.key(), entry.value());
    case ChangeOp::kDelete:
      return to.Delete(family, entry.key());
    case ChangeOp::kAdd:
      return to.Add(family, entry.key(), static_cast<int64_t>(LoadLE64(entry.value().data())));
  }
}

}  // namespace

Status ShardSet::Load() {
  ChangeBatch nothing;
  nothing.Sort();
  return LoadWith(nothing);
}

Status ShardSet::Rebuild(LogPosition good) {
  DCHECK(AllIdle() && drainer_.idle());
  // Memory, and what of it awaited a drain, is forgotten; the log has all that was answered.
  turn_ = Turn();
  drainer_.meta() = ChangeBatch();
  for (auto& shard : shards_) {
    // Whoever watches a key can't know any more whether it is the same.
    shard->ForKeyspaces(
        [](Keyspace& keyspace) { keyspace.TouchAllWatchers([](Bytes) { return true; }); });
    shard->databases_.clear();
    shard->collections_.clear();
    shard->retired_.clear();
    shard->context_.drained_epoch = shard->context_.epoch - 1;
    shard->context_.used_bytes.Set(0);
    shard->context_.absent_bytes.Set(0);
    shard->context_.pending_entries.Set(0);
    shard->context_.pending_bytes.Set(0);
    shard->draining_bytes_ = 0;
    shard->draining_ = false;
  }
  dropped_.clear();
  reclaimable_.clear();
  const LogChanges changes =
      TRY(ReadLogChanges(options_.log_dir, engine_.drained_position(), good));
  TRY(LoadWith(changes.batch));
  TRY(TakeChanges(changes.batch));
  rebuild_due_ = false;
  untrusted_.store(false, std::memory_order_release);
  LogNotice("Memory was rebuilt from the store and " + std::to_string(changes.records) +
            " records of the log.");
  return Ok();
}

Status ShardSet::LoadWith(const ChangeBatch& pending) {
  const std::unique_ptr<ReadView> view = engine_.NewReadView();
  const CatalogView catalog = TRY(CatalogView::Make(*view, pending));
  base_counts_.clear();
  collections_.clear();
  indexes_.clear();
  TRY(LoadSpaces(catalog));
  TRY(LoadObjectNumbers(catalog));
  TRY(LoadCollections(catalog));
  TRY(LoadIndexes(catalog));
  TRY(LoadDropped(catalog));
  TRY(MakeKeyspaces());
  return LoadMultikey(*view);
}

Status ShardSet::LoadSpaces(const CatalogView& catalog) {
  spaces_.assign(options_.databases, 0);
  std::string value;
  next_space_ = options_.databases;
  if (TRY(catalog.Get(kMetaSpaceNext, &value))) {
    if (value.size() != 4) return BadCatalog(kMetaSpaceNext);
    next_space_ = std::max(next_space_, LoadLE32(value.data()));
  }
  for (uint32_t database = 0; database < options_.databases; ++database) {
    // A database that was never flushed or swapped is the space of its own number.
    spaces_[database] = database;
    const std::string name = MetaDatabase(database);
    if (TRY(catalog.Get(name, &value))) {
      if (value.size() != 4) return BadCatalog(name);
      spaces_[database] = LoadLE32(value.data());
    }
    TRY(LoadCount(catalog, KeyspaceKind::kKeys, spaces_[database]));
  }
  next_collection_ = 1;
  if (TRY(catalog.Get(kMetaCollectionNext, &value))) {
    if (value.size() != 4) return BadCatalog(kMetaCollectionNext);
    next_collection_ = LoadLE32(value.data());
  }
  return Ok();
}

Status ShardSet::LoadObjectNumbers(const CatalogView& catalog) {
  std::string value;
  for (auto& shard : shards_) {
    uint64_t next = 0;
    const std::string name = MetaObjectNext(shard->index());
    if (TRY(catalog.Get(name, &value))) {
      if (value.size() != sizeof next) return BadCatalog(name);
      next = LoadLE64(value.data());
    }
    shard->context_.objects_numbered = next;
    shard->objects_drained_ = next;
  }
  return Ok();
}

Status ShardSet::LoadCollections(const CatalogView& catalog) {
  return catalog.ForPrefix(kMetaCollectionPrefix,
                           [&](Bytes name, Bytes value, CatalogView::Origin) -> Status {
                             const std::optional<uint64_t> number =
                                 ParseUint64(name.substr(kMetaCollectionPrefix.size()));
                             if (!number)
                               return Ok();  // a name below a collection's, or collection/next
                             Collection collection;
                             collection.id = static_cast<uint32_t>(*number);
                             if (!DecodeCollection(value, &collection)) return BadCatalog(name);
                             TRY(LoadCount(catalog, KeyspaceKind::kDocuments, collection.id));
                             collections_[{collection.database, collection.name}] = collection;
                             return Ok();
                           });
}

Status ShardSet::LoadDropped(const CatalogView& catalog) {
  TRY(catalog.ForPrefix(
      kMetaDropPrefix, [&](Bytes name, Bytes, CatalogView::Origin origin) -> Status {
        for (const auto kind :
             {KeyspaceKind::kKeys, KeyspaceKind::kDocuments, KeyspaceKind::kIndex}) {
          const Bytes prefix = DropPrefix(kind);
          if (name.substr(0, prefix.size()) != prefix) continue;
          const std::optional<uint64_t> id = ParseUint64(name.substr(prefix.size()));
          if (!id) return BadCatalog(name);
          // What only the log knows may still be lost with its tail: it is kept until the next
          // drain, which syncs the log first.
          auto& list = origin == CatalogView::Origin::kStore ? reclaimable_ : dropped_;
          list.push_back({kind, static_cast<uint32_t>(*id)});
        }
        return Ok();
      }));
  reclaim_after_ = reads_begun_;
  ReclaimDropped();
  return Ok();
}

Status ShardSet::LoadCount(const CatalogView& catalog, KeyspaceKind kind, uint32_t id) {
  std::string value;
  const std::string name = CountName(kind, id);
  if (!TRY(catalog.Get(name, &value))) return Ok();
  if (value.size() != 8) return BadCatalog(name);
  base_counts_[CatalogCountKey(kind, id)] = static_cast<int64_t>(LoadLE64(value.data()));
  return Ok();
}

Status ShardSet::TakeChanges(const ChangeBatch& batch) {
  for (const Family family : {Family::kElements, Family::kExpiry, Family::kMeta}) {
    for (const ChangeBatch::Entry& entry : batch.Sorted(family)) {
      Copy(family, entry, drainer_.meta());
    }
  }
  for (const ChangeBatch::Entry& entry : batch.Sorted(Family::kKeys)) {
    const std::optional<StorageKeyView> key = ParseStorageKey(entry.key());
    // Keys of a space that was dropped later are of no use.
    const std::optional<uint32_t> database = key ? DatabaseOf(key->space) : std::nullopt;
    if (!database) continue;
    TRY(TakeChange(MakeKeyRef(key->key, *database, shards_.size()), entry,
                   batch.Sorted(Family::kElements)));
  }
  for (const ChangeBatch::Entry& entry : batch.Sorted(Family::kDocs)) {
    const std::optional<DocKeyView> key = ParseDocKey(entry.key());
    if (!key || !shards_[0]->collections_.contains(key->collection_id)) continue;
    TRY(TakeChange(MakeDocumentRef(key->ordered_id, key->collection_id, shards_.size()), entry,
                   {}));
  }
  for (const ChangeBatch::Entry& entry : batch.Sorted(Family::kIndex)) TRY(TakeIndexChange(entry));
  return Ok();
}

Status ShardSet::TakeChange(const KeyRef& ref, const ChangeBatch::Entry& entry,
                            std::span<const ChangeBatch::Entry> elements) {
  std::optional<Bytes> value;
  if (entry.op == ChangeOp::kPut) value = entry.value();
  Shard& shard = *shards_[ref.shard];
  Keyspace& keyspace = shard.KeyspaceOf(ref);
  Entry* taken = keyspace.InsertPending(ref.name, ref.hash, value);
  if (taken != nullptr) return shard.LoadChunks(keyspace, taken, elements);
  return MakeError(ErrorCode::kIoErr, "the logged value of a key is not valid");
}

}  // namespace veddb
