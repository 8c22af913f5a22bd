// SPDX-License-Identifier: BSD-3-Clause
// Snapshot: keys and documents as they were at one moment, for commands that read many of them.
// Outside of transactions it is a snapshot of the store that no writer waits for; inside, with
// every shard held, the changes in memory that the store does not have yet are laid over it, so
// that a transaction sees its own writes.
//
// Owned by: the thread that runs the command; ScanParallel uses the query pool's others too.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "command/ordered_iterator.h"
#include "object/databases.h"
#include "object/keyspace.h"
#include "storage/read_view.h"

namespace veddb {

class Engine;
class QueryPool;

// Changes in memory by storage key, of entries that are there or deleted.
struct ChangedEntry {
  const Keyspace* keyspace;
  const Entry* entry;
};
using SnapshotOverlay = std::map<std::string, ChangedEntry, std::less<>>;

// Storage keys of a snapshot in order. Owned by: one thread; the snapshot must outlive it.
class SnapshotIterator {
 public:
  ~SnapshotIterator();
  SnapshotIterator(const SnapshotIterator&) = delete;
  SnapshotIterator& operator=(const SnapshotIterator&) = delete;

  // To the first key, then to the next. False: there is none, or reading failed (status()).
  bool Next();
  // REQUIRES: Next() was true. Good until the next step.
  Bytes key() const { return key_; }
  Bytes value() const { return value_; }
  Status status() const { return store_->status(); }

 private:
  friend class Snapshot;
  SnapshotIterator(std::unique_ptr<StoreIterator> store, SnapshotOverlay::const_iterator begin,
                   SnapshotOverlay::const_iterator end);
  // The entry that memory has at `changed_`. False: it is deleted.
  bool TakeChanged();

  const std::unique_ptr<StoreIterator> store_;
  SnapshotOverlay::const_iterator changed_;
  const SnapshotOverlay::const_iterator changed_end_;
  bool begun_ = false;
  bool at_store_ = false;  // key and value are the store's, which stands on them
  Bytes key_;
  Bytes value_;
  std::string bytes_;  // of an entry of memory
};

class Snapshot {
 public:
  // `held`: the shards, when all are held by the caller, else nullptr.
  Snapshot(std::unique_ptr<ReadView> view, const Engine& engine, QueryPool& pool, Databases* held);

  // Gets the name (key, or ordered _id) behind the family's prefix, and the family's value. Returns
  // false to stop.
  using Visitor = std::function<bool(Bytes storage_key, Bytes value)>;

  // Storage keys in [lower, upper) of a space or collection, in order. Empty bounds: from its
  // begin, to its end.
  Status Scan(KeyspaceKind kind, uint32_t id, Bytes lower, Bytes upper, const Visitor& visit) const;
  // Documents or index entries step by step, in either direction; names in [lower, upper).
  std::unique_ptr<OrderedIterator> NewOrderedIterator(KeyspaceKind kind, uint32_t id, Bytes lower,
                                                      Bytes upper) const;
  // One document, by its ordered _id, as stored: *value is good until the next change, and until
  // *room is touched, which it may lie in. False: there is none.
  Result<bool> GetDocument(uint32_t collection, Bytes ordered_id, std::string* room,
                           Bytes* value) const;
  // These documents are about to be asked for.
  void ExpectDocuments(uint32_t collection, std::span<const std::string> ordered_ids) const;
  // Documents that it reads from the store stay in memory, like those that commands by id ask for.
  // REQUIRES: the shards are held.
  void KeepDocuments() { keeps_documents_ = true; }
  // Whether it shows the store alone, so that it is good for longer than the command.
  bool may_be_kept() const { return held_ == nullptr; }
  // About how many bytes it takes on disk; 0 where shards are held.
  uint64_t StoredBytes(KeyspaceKind kind, uint32_t id) const;
  // The share of it that names in [lower, upper) take; nothing: little of it is on disk.
  std::optional<double> ShareOf(KeyspaceKind kind, uint32_t id, Bytes lower, Bytes upper) const;
  // Names at even distances that cut it into `parts`, or fewer; on disk only.
  std::vector<std::string> Cuts(KeyspaceKind kind, uint32_t id, int parts) const;
  // Threads that ScanParallel may use.
  size_t threads() const;
  // Runs work(0) … work(parts - 1) on these threads; returns when all are done.
  void ForEachPart(size_t parts, const std::function<void(size_t)>& work) const;
  // How many parts ScanParallel will use for this keyspace.
  size_t Parts(KeyspaceKind kind, uint32_t id) const;
  // The whole keyspace in `parts` ranges that follow each other in order, each on one thread; the
  // visitor is told the part. Everything is visited, unless a visitor returns false, which ends its
  // own part.
  using PartVisitor = std::function<bool(size_t part, Bytes storage_key, Bytes value)>;
  Status ScanParallel(KeyspaceKind kind, uint32_t id, size_t parts, const PartVisitor& visit) const;

 private:
  std::unique_ptr<SnapshotIterator> NewIterator(KeyspaceKind kind, uint32_t id, Bytes lower,
                                                Bytes upper) const;
  const SnapshotOverlay& OverlayOf(KeyspaceKind kind, uint32_t id) const;

  const std::unique_ptr<ReadView> view_;
  const Engine& engine_;
  QueryPool& pool_;
  Databases* const held_;
  bool keeps_documents_ = false;
  mutable std::map<std::pair<KeyspaceKind, uint32_t>, SnapshotOverlay> overlays_;
};

}  // namespace veddb
