// SPDX-License-Identifier: BSD-3-Clause
#include "command/snapshot.h"

#include <absl/container/inlined_vector.h>

#include <algorithm>
#include <mutex>
#include <utility>
#include <vector>

#include "base/prefetch.h"
#include "object/serialize.h"
#include "shard/query_pool.h"
#include "storage/engine.h"

namespace veddb {
namespace {

// Below this a keyspace is scanned by one thread: splitting would cost more than it gains.
constexpr uint64_t kParallelBytesMin = 4 << 20;
// Several parts a thread even out ranges of unequal cost.
constexpr size_t kPartsPerThread = 4;
constexpr size_t kExpectedUsually = 16;
constexpr size_t kExpectedBytesMax = 1024;

// A family's key and value, one behind the other, as a sink of WritePut.
class ValueSink {
 public:
  explicit ValueSink(std::string* bytes) : bytes_(*bytes) {}
  char* BeginPut(Family /*family*/, size_t key_size, size_t value_size) {
    bytes_.resize(key_size + value_size);
    key_size_ = key_size;
    return bytes_.data();
  }
  Bytes key() const { return Bytes(bytes_).substr(0, key_size_); }
  Bytes value() const { return Bytes(bytes_).substr(key_size_); }

 private:
  std::string& bytes_;
  size_t key_size_ = 0;
};

std::string KeyspaceBegin(uint32_t id) {
  std::string out;
  PutBE32(out, id);
  return out;
}

}  // namespace

SnapshotIterator::SnapshotIterator(std::unique_ptr<StoreIterator> store,
                                   SnapshotOverlay::const_iterator begin,
                                   SnapshotOverlay::const_iterator end)
    : store_(std::move(store)), changed_(begin), changed_end_(end) {}

SnapshotIterator::~SnapshotIterator() = default;

bool SnapshotIterator::Next() {
  if (!begun_) {
    store_->SeekToFirst();
    begun_ = true;
  } else if (at_store_) {
    store_->Next();
  }
  at_store_ = false;
  while (store_->Valid() || changed_ != changed_end_) {
    const bool from_memory =
        changed_ != changed_end_ && (!store_->Valid() || Bytes(changed_->first) <= store_->key());
    if (!from_memory) {
      at_store_ = true;
      key_ = store_->key();
      value_ = store_->value();
      return true;
    }
    if (store_->Valid() && store_->key() == changed_->first) store_->Next();
    if (TakeChanged()) return true;
  }
  return false;
}

bool SnapshotIterator::TakeChanged() {
  const auto [keyspace, entry] = changed_->second;
  ++changed_;
  if (!entry->present()) return false;
  ValueSink sink(&bytes_);
  WritePut(*keyspace, *entry, sink);
  key_ = sink.key();
  value_ = sink.value();
  return true;
}

Snapshot::Snapshot(std::unique_ptr<ReadView> view, const Engine& engine, QueryPool& pool,
                   Databases* held)
    : view_(std::move(view)), engine_(engine), pool_(pool), held_(held) {}

const SnapshotOverlay& Snapshot::OverlayOf(KeyspaceKind kind, uint32_t id) const {
  const auto [found, made] = overlays_.try_emplace({kind, id});
  SnapshotOverlay& overlay = found->second;
  if (!made || held_ == nullptr) return overlay;
  const auto add = [&overlay](const Keyspace& keyspace) {
    keyspace.ForPending([&](const Entry& entry) {
      overlay[StorageKey(keyspace, entry.key())] = {&keyspace, &entry};
    });
  };
  for (size_t shard = 0; shard < held_->shard_count(); ++shard) {
    for (uint32_t database = 0; database < held_->database_count(); ++database) {
      if (held_->Keys(shard, database).id() == id) add(held_->Keys(shard, database));
    }
  }
  return overlay;
}

std::unique_ptr<SnapshotIterator> Snapshot::NewIterator(KeyspaceKind kind, uint32_t id, Bytes lower,
                                                        Bytes upper) const {
  const std::string begin = KeyspaceBegin(id);
  const std::string end = PrefixEnd(begin);
  if (lower.empty()) lower = begin;
  if (upper.empty()) upper = end;
  const SnapshotOverlay& overlay = OverlayOf(kind, id);
  return std::unique_ptr<SnapshotIterator>(
      new SnapshotIterator(view_->NewIterator(FamilyOf(kind), lower, upper),
                           overlay.lower_bound(lower), overlay.lower_bound(upper)));
}

Status Snapshot::Scan(KeyspaceKind kind, uint32_t id, Bytes lower, Bytes upper,
                      const Visitor& visit) const {
  if (kind != KeyspaceKind::kKeys) {
    const auto name = [](Bytes key) { return key.substr(std::min(key.size(), kDocPrefixBytes)); };
    const auto it = NewOrderedIterator(kind, id, name(lower), name(upper));
    for (it->Seek({}); it->Valid(); it->Next()) {
      if (!visit(it->storage_key(), it->value())) return Ok();
    }
    return it->status();
  }
  const auto it = NewIterator(kind, id, lower, upper);
  while (it->Next()) {
    if (!visit(it->key(), it->value())) return Ok();
  }
  return it->status();
}

std::unique_ptr<OrderedIterator> Snapshot::NewOrderedIterator(KeyspaceKind kind, uint32_t id,
                                                              Bytes lower, Bytes upper) const {
  std::vector<const OrderedEntries*> pending;
  for (size_t shard = 0; held_ != nullptr && shard < held_->shard_count(); ++shard) {
    if (kind == KeyspaceKind::kIndex) {
      pending.push_back(&held_->IndexEntries(shard, id).ordered());
    } else if (Keyspace& documents = held_->Documents(shard, id); documents.HasPending()) {
      pending.push_back(&documents.PendingInOrder());
    }
  }
  return std::make_unique<OrderedIterator>(*view_, FamilyOf(kind), id, lower, upper,
                                           std::move(pending));
}

Result<bool> Snapshot::GetDocument(uint32_t collection, Bytes ordered_id, std::string* room,
                                   Bytes* value) const {
  Keyspace* documents = nullptr;
  KeyRef ref;
  if (held_ != nullptr) {
    ref = MakeDocumentRef(ordered_id, collection, held_->shard_count());
    documents = &held_->Documents(ref.shard, collection);
    if (const Entry* entry = documents->Find(ref.name, ref.hash)) {
      if (entry->present()) *value = entry->bytes();
      return entry->present();
    }
    if (documents->complete()) return false;
  }
  const bool found = TRY(view_->Get(Family::kDocs, DocKey(collection, ordered_id), room));
  *value = *room;
  // Bytes that are not valid are the reader's to refuse.
  if (found && keeps_documents_) documents->InsertLoaded(ref.name, ref.hash, *room);
  return found;
}

void Snapshot::ExpectDocuments(uint32_t collection,
                               std::span<const std::string> ordered_ids) const {
  if (held_ == nullptr) return;
  struct Expected {
    Keyspace* documents;
    Bytes id;
    uint64_t hash;
  };
  absl::InlinedVector<Expected, kExpectedUsually> expected;
  for (const std::string& id : ordered_ids) {
    const KeyRef ref = MakeDocumentRef(id, collection, held_->shard_count());
    expected.push_back({&held_->Documents(ref.shard, collection), ref.name, ref.hash});
  }
  for (const Expected& one : expected) one.documents->table().PrefetchBucket(one.hash);
  for (const Expected& one : expected) one.documents->table().PrefetchEntry(one.hash);
  for (const Expected& one : expected) one.documents->table().PrefetchValue(one.hash);
  // Those that are not the first of their bucket.
  for (const Expected& one : expected) {
    const Entry* entry = one.documents->Find(one.id, one.hash);
    if (entry == nullptr || !entry->present()) continue;
    const Bytes document = entry->bytes();
    PrefetchBytes(document.data(), std::min(document.size(), kExpectedBytesMax));
  }
}

uint64_t Snapshot::StoredBytes(KeyspaceKind kind, uint32_t id) const {
  // Where everybody waits the disk is not asked.
  if (held_ != nullptr) return 0;
  const std::string begin = KeyspaceBegin(id);
  return engine_.ApproximateBytes(FamilyOf(kind), begin, PrefixEnd(begin));
}

std::optional<double> Snapshot::ShareOf(KeyspaceKind kind, uint32_t id, Bytes lower,
                                        Bytes upper) const {
  const uint64_t all = StoredBytes(kind, id);
  // What is less can be told from its blocks only roughly.
  constexpr uint64_t kBytesMin = 1 << 20;
  if (all < kBytesMin) return std::nullopt;
  const std::string begin = KeyspaceBegin(id);
  const std::string end = upper.empty() ? PrefixEnd(begin) : begin + std::string(upper);
  const uint64_t part = engine_.ApproximateBytes(FamilyOf(kind), begin + std::string(lower), end);
  return static_cast<double>(part) / static_cast<double>(all);
}

std::vector<std::string> Snapshot::Cuts(KeyspaceKind kind, uint32_t id, int parts) const {
  const std::string begin = KeyspaceBegin(id);
  std::vector<std::string> cuts =
      engine_.SplitRange(FamilyOf(kind), begin, PrefixEnd(begin), parts);
  for (std::string& cut : cuts) cut.erase(0, begin.size());
  return cuts;
}

size_t Snapshot::threads() const { return held_ != nullptr ? 1 : pool_.threads(); }

size_t Snapshot::Parts(KeyspaceKind kind, uint32_t id) const {
  if (held_ != nullptr || pool_.threads() < 2) return 1;
  const std::string begin = KeyspaceBegin(id);
  if (engine_.ApproximateBytes(FamilyOf(kind), begin, PrefixEnd(begin)) < kParallelBytesMin) {
    return 1;
  }
  return pool_.threads() * kPartsPerThread;
}

void Snapshot::ForEachPart(size_t parts, const std::function<void(size_t)>& work) const {
  pool_.ForEachPart(parts, work);
}

Status Snapshot::ScanParallel(KeyspaceKind kind, uint32_t id, size_t parts,
                              const PartVisitor& visit) const {
  if (parts <= 1) {
    return Scan(kind, id, {}, {}, [&](Bytes key, Bytes value) { return visit(0, key, value); });
  }
  const std::string begin = KeyspaceBegin(id);
  const std::string end = PrefixEnd(begin);
  std::vector<std::string> cuts =
      engine_.SplitRange(FamilyOf(kind), begin, end, static_cast<int>(parts));
  cuts.insert(cuts.begin(), begin);
  cuts.push_back(end);
  if (kind == KeyspaceKind::kKeys) OverlayOf(kind, id);  // before the threads look at it
  // Guards `first_error`: a part that fails, at most once each.
  std::mutex error_mutex;
  Status first_error;
  pool_.ForEachPart(cuts.size() - 1, [&](size_t part) {
    const Status status = Scan(kind, id, cuts[part], cuts[part + 1],
                               [&](Bytes key, Bytes value) { return visit(part, key, value); });
    if (status.ok()) return;
    const std::lock_guard<std::mutex> lock(error_mutex);
    if (first_error.ok()) first_error = status;
  });
  return first_error;
}

}  // namespace veddb
