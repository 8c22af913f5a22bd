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

constexpr uint8_t kCollectionVersion = 1;
// What Freeing::kNow frees at once: a millisecond or two. More would hold up all clients.
constexpr size_t kFreeNowEntries = 10'000;
constexpr int64_t kFreeNowBytes = 16 << 20;
constexpr Bytes kDropSpacePrefix = "drop/space/";
constexpr Bytes kDropCollectionPrefix = "drop/collection/";

std::string Number32(uint32_t v) {
  std::string out;
  PutLE32(out, v);
  return out;
}

uint64_t CountKey(KeyspaceKind kind, uint32_t id) { return static_cast<uint64_t>(kind) << 32 | id; }

// collection/<id>: version:1 · database:4 LE · name (sized).
std::string EncodeCollection(const Collection& collection) {
  std::string out(1, static_cast<char>(kCollectionVersion));
  PutLE32(out, collection.database);
  PutSized(out, collection.name);
  return out;
}

bool DecodeCollection(Bytes value, Collection* collection) {
  if (value.size() < 5 || static_cast<uint8_t>(value[0]) != kCollectionVersion) return false;
  collection->database = LoadLE32(value.data() + 1);
  value.remove_prefix(5);
  Bytes name;
  if (!GetSized(&value, &name)) return false;
  collection->name = std::string(name);
  return true;
}

void DeleteIfDue(Keyspace& keyspace, Bytes key) {
  Entry* entry = keyspace.Find(key, Hash64(key));
  if (entry != nullptr && entry->present() && entry->ExpiredAt(WallMillis())) {
    keyspace.Expire(entry);
  }
}

Error BadCatalog(Bytes name) {
  return MakeError(ErrorCode::kIoErr, "the catalog entry '" + std::string(name) + "' is not valid");
}

}  // namespace

// --- start ---

Status ShardSet::Load() {
  const std::unique_ptr<ReadView> view = engine_.NewReadView();
  base_counts_.clear();
  collections_.clear();
  TRY(LoadSpaces(*view));
  TRY(LoadObjectNumbers(*view));
  TRY(LoadCollections(*view));
  TRY(LoadDropped(*view));
  MakeKeyspaces();
  return Ok();
}

Status ShardSet::LoadSpaces(ReadView& view) {
  spaces_.assign(options_.databases, 0);
  std::string value;
  next_space_ = options_.databases;
  if (TRY(view.Get(Family::kMeta, kMetaSpaceNext, &value))) {
    if (value.size() != 4) return BadCatalog(kMetaSpaceNext);
    next_space_ = std::max(next_space_, LoadLE32(value.data()));
  }
  for (uint32_t database = 0; database < options_.databases; ++database) {
    // A database that was never flushed or swapped is the space of its own number.
    spaces_[database] = database;
    const std::string name = MetaDatabase(database);
    if (TRY(view.Get(Family::kMeta, name, &value))) {
      if (value.size() != 4) return BadCatalog(name);
      spaces_[database] = LoadLE32(value.data());
    }
    TRY(LoadCount(view, KeyspaceKind::kKeys, spaces_[database]));
  }
  if (TRY(view.Get(Family::kMeta, kMetaCollectionNext, &value))) {
    if (value.size() != 4) return BadCatalog(kMetaCollectionNext);
    next_collection_ = LoadLE32(value.data());
  }
  return Ok();
}

Status ShardSet::LoadObjectNumbers(ReadView& view) {
  std::string value;
  for (auto& shard : shards_) {
    uint64_t next = 0;
    const std::string name = MetaObjectNext(shard->index());
    if (TRY(view.Get(Family::kMeta, name, &value))) {
      if (value.size() != sizeof next) return BadCatalog(name);
      next = LoadLE64(value.data());
    }
    shard->context_.objects_numbered = next;
    shard->objects_drained_ = next;
  }
  return Ok();
}

Status ShardSet::LoadCollections(ReadView& view) {
  const auto it =
      view.NewIterator(Family::kMeta, kMetaCollectionPrefix, PrefixEnd(kMetaCollectionPrefix));
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    const Bytes id = it->key().substr(kMetaCollectionPrefix.size());
    const std::optional<uint64_t> number = ParseUint64(id);
    if (!number) continue;  // a name below a collection's, or collection/next
    Collection collection;
    collection.id = static_cast<uint32_t>(*number);
    if (!DecodeCollection(it->value(), &collection)) return BadCatalog(it->key());
    TRY(LoadCount(view, KeyspaceKind::kDocuments, collection.id));
    collections_[{collection.database, collection.name}] = collection;
  }
  return it->status();
}

Status ShardSet::LoadDropped(ReadView& view) {
  const auto it = view.NewIterator(Family::kMeta, kMetaDropPrefix, PrefixEnd(kMetaDropPrefix));
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    const Bytes name = it->key();
    for (const auto kind : {KeyspaceKind::kKeys, KeyspaceKind::kDocuments}) {
      const Bytes prefix = kind == KeyspaceKind::kKeys ? kDropSpacePrefix : kDropCollectionPrefix;
      if (name.substr(0, prefix.size()) != prefix) continue;
      const std::optional<uint64_t> id = ParseUint64(name.substr(prefix.size()));
      if (!id) return BadCatalog(name);
      reclaimable_.push_back({kind, static_cast<uint32_t>(*id)});
    }
  }
  TRY(it->status());
  ReclaimDropped();
  return Ok();
}

Status ShardSet::LoadCount(ReadView& view, KeyspaceKind kind, uint32_t id) {
  std::string value;
  const std::string name = CountName(kind, id);
  if (!TRY(view.Get(Family::kMeta, name, &value))) return Ok();
  if (value.size() != 8) return BadCatalog(name);
  base_counts_[CountKey(kind, id)] = static_cast<int64_t>(LoadLE64(value.data()));
  return Ok();
}

int64_t ShardSet::BaseCount(KeyspaceKind kind, uint32_t id) const {
  const auto found = base_counts_.find(CountKey(kind, id));
  return found == base_counts_.end() ? 0 : found->second;
}

void ShardSet::MakeKeyspaces() {
  for (auto& shard : shards_) {
    shard->databases_.clear();
    for (const uint32_t space : spaces_) {
      auto keyspace = std::make_unique<Keyspace>(KeyspaceKind::kKeys, space, shard->context_);
      // Where the count says that nothing is stored, memory knows all there is.
      keyspace->set_complete(BaseCount(KeyspaceKind::kKeys, space) == 0);
      shard->databases_.push_back(std::move(keyspace));
    }
    for (const auto& [name, collection] : collections_) AddDocuments(*shard, collection.id);
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
  const std::string name = kind == KeyspaceKind::kKeys ? MetaDropSpace(id) : MetaDropCollection(id);
  PutMeta(name, {});
  DeleteMeta(CountName(kind, id));
  base_counts_.erase(CountKey(kind, id));
  dropped_.push_back({kind, id});
}

void ShardSet::Retire(Shard& shard, std::unique_ptr<Keyspace> keyspace,
                      std::vector<std::unique_ptr<Keyspace>>& dead) {
  if (shard.WantsSlices()) {
    // A drain that began before this moment must have what it found then.
    keyspace->DrainSome(SIZE_MAX, shard.drain_batch_);
  }
  turn_.Forget(keyspace.get());
  keyspace->Detach();
  dead.push_back(std::move(keyspace));
}

void ShardSet::FreeDead(std::vector<std::unique_ptr<Keyspace>> dead, Freeing freeing) {
  size_t entries = 0;
  int64_t keys = 0;
  int64_t bytes = 0;
  for (const auto& keyspace : dead) {
    entries += keyspace->entries();
    keys += static_cast<int64_t>(keyspace->resident());
    bytes += keyspace->used_bytes();
  }
  if (freeing == Freeing::kNow && entries <= kFreeNowEntries && bytes <= kFreeNowBytes) return;
  const auto held = std::make_shared<std::vector<std::unique_ptr<Keyspace>>>(std::move(dead));
  lazy_free_.Free(keys, [held] { held->clear(); });
}

void ShardSet::FlushDatabase(uint32_t database, Freeing freeing) {
  const uint32_t old_space = spaces_[database];
  if (shards_[0]->context_.report_changes.load(std::memory_order_relaxed)) turn_.ReportFlush();
  bool used = KeyCount(database) != 0;
  for (auto& shard : shards_) used |= shard->databases_[database]->entries() != 0;
  if (used) {
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
  const Collection collection = {next_collection_++, database, std::string(name)};
  PutMeta(kMetaCollectionNext, Number32(next_collection_));
  StoreCollection(collection);
  KILL_POINT("catalog.create");
  for (auto& shard : shards_) AddDocuments(*shard, collection.id);
  return collections_[{database, collection.name}] = collection;
}

void ShardSet::DropCollection(const Collection& collection) {
  const Collection dropped = collection;
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
    for (const Dropped& one : dropped) {
      const bool keys = one.kind == KeyspaceKind::kKeys;
      std::string begin = SpaceBegin(one.id);  // a collection's id lies in the same four bytes
      const std::string end = PrefixEnd(begin);
      Status status = engine_.DropRange(keys ? Family::kKeys : Family::kDocs, begin, end);
      if (status.ok() && keys) status = engine_.DropRange(Family::kElements, begin, end);
      KILL_POINT("reclaim.range_dropped");
      if (status.ok()) {
        done.push_back(one);
      } else {
        LogWarning("Disk space of dropped data could not be given back yet: " +
                   status.error().message);
      }
    }
    // The names stay in the catalog until the drop itself would survive a crash.
    if (done.empty() || !engine_.Flush().ok()) return;
    KILL_POINT("reclaim.flushed");
    const std::lock_guard<std::mutex> lock(reclaimed_mutex_);
    reclaimed_.insert(reclaimed_.end(), done.begin(), done.end());
  });
}

void ShardSet::ForgetReclaimed() {
  std::vector<Dropped> done;
  {
    const std::lock_guard<std::mutex> lock(reclaimed_mutex_);
    done = std::exchange(reclaimed_, {});
  }
  for (const Dropped& one : done) {
    DeleteMeta(one.kind == KeyspaceKind::kKeys ? MetaDropSpace(one.id)
                                               : MetaDropCollection(one.id));
    KILL_POINT("reclaim.forgotten");
  }
}

}  // namespace veddb
