// SPDX-License-Identifier: BSD-3-Clause
// The part of ShardSet that keeps the catalog: which space a database is now, which collections
// there are, what was dropped and still lies on disk. Every change goes into the turn's record and
// into the next drain, so that log and store tell the same story.
#include <algorithm>

#include "base/check.h"
#include "base/clock.h"
#include "base/coding.h"
#include "base/kill_point.h"
#include "base/logging.h"
#include "base/mutation.h"
#include "object/serialize.h"
#include "shard/shard_set.h"

namespace veddb {
namespace {

constexpr uint8_t kCollectionVersion = 2;
// What Freeing::kNow frees at once: a millisecond or two. More would hold up all clients.
constexpr size_t kFreeNowEntries = 10'000;
constexpr int64_t kFreeNowBytes = 16 << 20;

std::string Number32(uint32_t v) {
  std::string out;
  PutLE32(out, v);
  return out;
}

// collection/<id>: version:1 · database:4 LE · name (sized) · options (sized).
std::string EncodeCollection(const Collection& collection) {
  std::string out(1, static_cast<char>(kCollectionVersion));
  PutLE32(out, collection.database);
  PutSized(out, collection.name);
  PutSized(out, collection.options);
  return out;
}

std::string DropName(KeyspaceKind kind, uint32_t id) {
  if (kind == KeyspaceKind::kKeys) return MetaDropSpace(id);
  return kind == KeyspaceKind::kDocuments ? MetaDropCollection(id) : MetaDropIndex(id);
}

void DeleteIfDue(Keyspace& keyspace, Bytes key) {
  Entry* entry = keyspace.Find(key, Hash64(key));
  if (entry != nullptr && entry->present() && entry->ExpiredAt(WallMillis())) {
    keyspace.Expire(entry);
  }
}

}  // namespace

int64_t ShardSet::BaseCount(KeyspaceKind kind, uint32_t id) const {
  const auto found = base_counts_.find(CatalogCountKey(kind, id));
  return found == base_counts_.end() ? 0 : found->second;
}

Status ShardSet::MakeKeyspaces() {
  for (auto& shard : shards_) {
    shard->databases_.clear();
    for (const uint32_t space : spaces_) {
      auto keyspace = std::make_unique<Keyspace>(KeyspaceKind::kKeys, space, shard->context_);
      // Where the count says that nothing is stored, memory knows all there is.
      keyspace->set_complete(BaseCount(KeyspaceKind::kKeys, space) == 0);
      shard->databases_.push_back(std::move(keyspace));
    }
    for (const auto& [name, collection] : collections_) AddDocuments(*shard, collection.id);
    for (const auto& [id, index] : indexes_) AddIndexKeyspaces(*shard, index);
  }
  for (const auto& [name, collection] : collections_) {
    SetSchema(collection.id, TRY(doc::SchemaOfOptions(collection.options)));
  }
  return Ok();
}

doc::ShardCollection& ShardSet::CollectionPart(Keyspace& documents) {
  if (documents.attachment() == nullptr) {
    documents.set_attachment(std::make_unique<doc::ShardCollection>());
  }
  return *doc::ShardCollectionOf(documents);
}

void ShardSet::DropEmptyPart(Keyspace& documents) {
  const doc::ShardCollection* part = doc::ShardCollectionOf(documents);
  if (part == nullptr || !part->indexes.empty() || part->schema != nullptr) return;
  documents.set_attachment(nullptr);
}

void ShardSet::SetSchema(uint32_t collection,
                         const std::shared_ptr<const doc::CollectionSchema>& schema) {
  for (auto& shard : shards_) {
    Keyspace& documents = shard->Documents(collection);
    CollectionPart(documents).schema = schema;
    DropEmptyPart(documents);
  }
}

void ShardSet::AddDocuments(Shard& shard, uint32_t id) {
  auto keyspace = std::make_unique<Keyspace>(KeyspaceKind::kDocuments, id, shard.context_);
  keyspace->set_complete(BaseCount(KeyspaceKind::kDocuments, id) == 0);
  shard.collections_[id] = std::move(keyspace);
}

// --- changes, with every shard held ---

void ShardSet::PutMeta(Bytes name, Bytes value) {
  turn_.ops().Put(Family::kMeta, name, value);
  drainer_.meta().Put(Family::kMeta, name, value);
}

void ShardSet::DeleteMeta(Bytes name) {
  turn_.ops().Delete(Family::kMeta, name);
  drainer_.meta().Delete(Family::kMeta, name);
}

void ShardSet::StoreCollection(const Collection& collection) {
  PutMeta(MetaCollection(collection.id), EncodeCollection(collection));
}

void ShardSet::Drop(KeyspaceKind kind, uint32_t id) {
  PutMeta(DropName(kind, id), {});
  DeleteMeta(CountName(kind, id));
  base_counts_.erase(CatalogCountKey(kind, id));
  dropped_.push_back({kind, id});
}

void ShardSet::Retire(Shard& shard, std::unique_ptr<Keyspace> keyspace,
                      std::vector<std::unique_ptr<Keyspace>>& dead) {
  turn_.Forget(keyspace.get());
  keyspace->Detach();
  // A drain that began before this moment must have what it found then.
  auto& to = shard.WantsSlices() && !keyspace->DrainWritten() ? shard.retired_ : dead;
  to.push_back(std::move(keyspace));
}

void ShardSet::FreeDead(std::vector<std::unique_ptr<Keyspace>> dead, Freeing freeing) {
  size_t entries = 0;
  int64_t bytes = 0;
  for (const auto& keyspace : dead) {
    entries += keyspace->entries();
    bytes += keyspace->used_bytes();
  }
  if (freeing == Freeing::kNow && entries <= kFreeNowEntries && bytes <= kFreeNowBytes) return;
  FreeLater(std::move(dead));
}

void ShardSet::FreeLater(std::vector<std::unique_ptr<Keyspace>> dead) {
  int64_t keys = 0;
  for (const auto& keyspace : dead) keys += static_cast<int64_t>(keyspace->resident());
  const auto held = std::make_shared<std::vector<std::unique_ptr<Keyspace>>>(std::move(dead));
  lazy_free_.Free(keys, [held] { held->clear(); });
}

void ShardSet::FlushDatabase(uint32_t database, Freeing freeing) {
  const uint32_t old_space = spaces_[database];
  if (shards_[0]->context_.report_changes.load(std::memory_order_relaxed)) turn_.ReportFlush();
  bool used = KeyCount(database) != 0;
  for (auto& shard : shards_) used |= shard->databases_[database]->entries() != 0;
  if (used) {
    shards_[0]->context_.changes.Add(KeyCount(database));
    spaces_[database] = next_space_++;
    PutMeta(MetaDatabase(database), Number32(spaces_[database]));
    PutMeta(kMetaSpaceNext, Number32(next_space_));
    Drop(KeyspaceKind::kKeys, old_space);
    KILL_POINT("catalog.flush_database");
    std::vector<std::unique_ptr<Keyspace>> dead;
    for (auto& shard : shards_) {
      auto fresh =
          std::make_unique<Keyspace>(KeyspaceKind::kKeys, spaces_[database], shard->context_);
      fresh->set_complete(true);
      std::unique_ptr<Keyspace>& slot = shard->databases_[database];
      slot->TouchAllWatchers([&](Bytes key) {
        if (Mutated("flush-leaves-watchers")) return false;
        const Entry* entry = slot->Find(key, Hash64(key));
        return entry == nullptr ? !slot->complete() : entry->present();
      });
      slot->SwapWatchers(*fresh);
      std::swap(slot, fresh);
      Retire(*shard, std::move(fresh), dead);
    }
    FreeDead(std::move(dead), freeing);
  }
  for (const Collection& collection : Collections(database)) DropCollection(collection);
}

void ShardSet::SwapDatabases(uint32_t first, uint32_t second) {
  if (first == second) return;
  std::swap(spaces_[first], spaces_[second]);
  PutMeta(MetaDatabase(first), Number32(spaces_[first]));
  PutMeta(MetaDatabase(second), Number32(spaces_[second]));
  KILL_POINT("catalog.swap_databases");
  for (auto& shard : shards_) {
    Keyspace& one = *shard->databases_[first];
    Keyspace& other = *shard->databases_[second];
    // A watched key is touched where either database holds it, before or after. One that is due
    // is as good as gone: it goes now, so that the swap does not bring it back as a change.
    for (Keyspace* watched : {&one, &other}) {
      watched->ForWatched([&](Bytes key) {
        DeleteIfDue(one, key);
        DeleteIfDue(other, key);
      });
    }
    const auto exists = [](Keyspace& keyspace) {
      return [&keyspace](Bytes key) {
        const Entry* entry = keyspace.Find(key, Hash64(key));
        return entry == nullptr ? !keyspace.complete() : entry->present();
      };
    };
    for (Keyspace* watched : {&one, &other}) {
      watched->TouchAllWatchers(exists(one));
      watched->TouchAllWatchers(exists(other));
    }
    one.SwapWatchers(other);
    std::swap(shard->databases_[first], shard->databases_[second]);
  }
  std::vector<Collection> moved;
  for (auto it = collections_.begin(); it != collections_.end();) {
    Collection& collection = it->second;
    if (collection.database != first && collection.database != second) {
      ++it;
      continue;
    }
    collection.database = collection.database == first ? second : first;
    moved.push_back(std::move(collection));
    it = collections_.erase(it);
  }
  for (const Collection& collection : moved) {
    StoreCollection(collection);
    collections_[{collection.database, collection.name}] = collection;
  }
}

const Collection* ShardSet::FindCollection(uint32_t database, Bytes name) const {
  const auto found = collections_.find(std::make_pair(database, std::string(name)));
  return found == collections_.end() ? nullptr : &found->second;
}

std::vector<Collection> ShardSet::Collections(uint32_t database) const {
  std::vector<Collection> out;
  for (auto it = collections_.lower_bound(std::make_pair(database, std::string()));
       it != collections_.end() && it->first.first == database; ++it) {
    out.push_back(it->second);
  }
  return out;
}

const Collection& ShardSet::CreateCollection(uint32_t database, Bytes name) {
  Collection collection;
  collection.id = next_collection_++;
  collection.database = database;
  collection.name = std::string(name);
  PutMeta(kMetaCollectionNext, Number32(next_collection_));
  StoreCollection(collection);
  KILL_POINT("catalog.create");
  for (auto& shard : shards_) AddDocuments(*shard, collection.id);
  return collections_[{database, collection.name}] = collection;
}

void ShardSet::DropCollection(const Collection& collection) {
  const Collection dropped = collection;
  for (const auto& index : doc::IndexesOf(dropped)) RemoveIndex(*index);
  DeleteMeta(MetaCollection(dropped.id));
  Drop(KeyspaceKind::kDocuments, dropped.id);
  KILL_POINT("catalog.drop");
  std::vector<std::unique_ptr<Keyspace>> dead;
  for (auto& shard : shards_) {
    const auto found = shard->collections_.find(dropped.id);
    Retire(*shard, std::move(found->second), dead);
    shard->collections_.erase(found);
  }
  FreeDead(std::move(dead), Freeing::kLater);
  collections_.erase({dropped.database, dropped.name});
}

void ShardSet::RenameCollection(const Collection& collection, Bytes name) {
  Collection renamed = collection;
  collections_.erase({renamed.database, renamed.name});
  renamed.name = std::string(name);
  StoreCollection(renamed);
  collections_[{renamed.database, renamed.name}] = renamed;
}

void ShardSet::SetCollectionOptions(const Collection& collection, Bytes options) {
  Collection& changed = collections_.at({collection.database, collection.name});
  Result<std::shared_ptr<const doc::CollectionSchema>> schema = doc::SchemaOfOptions(options);
  CHECK(schema.ok());
  changed.options = std::string(options);
  StoreCollection(changed);
  KILL_POINT("catalog.options");
  SetSchema(changed.id, *schema);
}

// --- drains ---

void ShardSet::NoteDrainBegins() {
  if (!dropped_.empty()) reclaim_after_ = reads_begun_;
  reclaimable_.insert(reclaimable_.end(), dropped_.begin(), dropped_.end());
  dropped_.clear();
}

void ShardSet::WriteCounts(ChangeBatch& batch) {
  for (auto& shard : shards_) {
    shard->ForKeyspaces([&batch](Keyspace& keyspace) {
      if (const int64_t delta = keyspace.TakeUndrainedCount(); delta != 0) {
        batch.Add(Family::kMeta, CountName(keyspace.kind(), keyspace.id()), delta);
      }
    });
  }
}

void ShardSet::ReclaimDropped() {
  if (reclaimable_.empty()) return;
  if (!active_reads_.empty() && *active_reads_.begin() <= reclaim_after_) return;
  std::vector<Dropped> dropped = std::exchange(reclaimable_, {});
  pool_.Submit([this, dropped = std::move(dropped)] {
    std::vector<Dropped> done;
    std::vector<Dropped> failed;
    for (const Dropped& one : dropped) {
      const bool keys = one.kind == KeyspaceKind::kKeys;  // an index's id lies there as well
      std::string begin = SpaceBegin(one.id);  // a collection's id lies in the same four bytes
      const std::string end = PrefixEnd(begin);
      Status status = engine_.DropRange(FamilyOf(one.kind), begin, end);
      if (status.ok() && keys) status = engine_.DropRange(Family::kElements, begin, end);
      KILL_POINT("reclaim.range_dropped");
      if (status.ok()) {
        done.push_back(one);
      } else {
        failed.push_back(one);
        LogWarning("Disk space of dropped data could not be given back yet: " +
                   status.error().message);
      }
    }
    // The names stay in the catalog until the drop itself would survive a crash.
    const bool durable = done.empty() || engine_.Flush().ok();
    KILL_POINT("reclaim.flushed");
    const std::lock_guard<std::mutex> lock(reclaimed_mutex_);
    std::vector<Dropped>& to = durable ? reclaimed_ : unreclaimed_;
    to.insert(to.end(), done.begin(), done.end());
    unreclaimed_.insert(unreclaimed_.end(), failed.begin(), failed.end());
  });
}

void ShardSet::ForgetReclaimed() {
  std::vector<Dropped> done;
  {
    const std::lock_guard<std::mutex> lock(reclaimed_mutex_);
    done = std::exchange(reclaimed_, {});
    reclaimable_.insert(reclaimable_.end(), unreclaimed_.begin(), unreclaimed_.end());
    unreclaimed_.clear();
  }
  for (const Dropped& one : done) {
    DeleteMeta(DropName(one.kind, one.id));
    KILL_POINT("reclaim.forgotten");
  }
}

}  // namespace veddb
