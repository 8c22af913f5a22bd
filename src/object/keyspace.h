// SPDX-License-Identifier: BSD-3-Clause
// Keyspace: one shard's part of a database's keys, or of a collection's documents, in memory.
//
// Three duties besides finding entries:
//  - every change is announced by Touch() before it is made. That lists the entry in the turn (for
//    the log) and in the dirty list of the present epoch (for the next drain);
//  - a drain takes the dirty list as it is at one moment and writes it out in slices. An entry that
//    is changed before its slice came is written out first (copy on write at the level of entries),
//    so that the drain is an exact picture of that moment;
//  - clean entries may leave memory at any time between commands.
//
// Owned by: whoever holds the shard. Everything is O(1) per entry but where said otherwise.
#pragma once
#include <absl/container/btree_set.h>
#include <absl/container/flat_hash_map.h>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "object/chunks.h"
#include "object/context.h"
#include "object/entry.h"
#include "object/entry_list.h"
#include "object/lazy_free.h"
#include "object/table.h"
#include "storage/change_batch.h"

namespace veddb {

class RecordBuilder;
class Turn;

// Set by whoever changes a watched key; read when the watcher's EXEC runs.
struct WatchState {
  std::atomic<bool> touched{false};
};

// kIndex: entries of an index. They are in memory only until a drain has brought them to the store,
// since queries read them there: so what is not in memory may well be in the store, but never
// awaits a drain.
enum class KeyspaceKind : uint8_t { kKeys, kDocuments, kIndex };

// What a layer above hangs on a keyspace: on that of a collection's documents, its indexes.
class KeyspaceAttachment {
 public:
  virtual ~KeyspaceAttachment() = default;
};

// Entries in order of their keys.
struct OrderByKey {
  using is_transparent = void;
  bool operator()(const Entry* a, const Entry* b) const { return a->key() < b->key(); }
  bool operator()(const Entry* a, Bytes b) const { return a->key() < b; }
  bool operator()(Bytes a, const Entry* b) const { return a < b->key(); }
};
using OrderedEntries = absl::btree_set<const Entry*, OrderByKey>;

class Keyspace {
 public:
  // `id` is the space of the keys family, or the collection's or the index's id.
  Keyspace(KeyspaceKind kind, uint32_t id, ObjectContext& context);
  Keyspace(const Keyspace&) = delete;
  Keyspace& operator=(const Keyspace&) = delete;
  // Frees everything: O(n). Any thread, once nobody else refers to it.
  ~Keyspace();

  KeyspaceKind kind() const { return kind_; }
  uint32_t id() const { return id_; }

  // The entry, present or tombstone; nullptr: nothing in memory, which means 'absent' when
  // complete(), else 'ask the disk'.
  Entry* Find(Bytes key, uint64_t hash) { return table_.Find(key, hash); }
  // For its steps of looking up many.
  const Table& table() const { return table_; }
  bool complete() const { return complete_; }
  void set_complete(bool complete) { complete_ = complete; }
  // Of kIndex: everything in memory, which is what the store may not have yet. Empty for others.
  const OrderedEntries& ordered() const { return ordered_; }
  KeyspaceAttachment* attachment() const { return attachment_.get(); }
  void set_attachment(std::unique_ptr<KeyspaceAttachment> attachment) {
    attachment_ = std::move(attachment);
  }

  // A new tombstone entry, to be given a value (of about so many bytes, if it is bytes) in this
  // turn. REQUIRES: not found, known absent.
  Entry* Insert(Bytes key, uint64_t hash, size_t value_bytes);
  // A clean entry as read from disk: value is the family's value (storage/FORMAT.md). Returns
  // nullptr if the bytes are not valid. Where ChunksOf says that the value lies in chunks, it is
  // all zeros, and LoadChunk must be told each chunk that is there before anybody sees it.
  Entry* InsertLoaded(Bytes key, uint64_t hash, Bytes value);
  // False: there can be no such chunk.
  bool LoadChunk(Entry* entry, Bytes sub_key, Bytes bytes);
  // Takes a clean entry out of memory again that could not be loaded as a whole.
  void Unload(Entry* entry);
  // The same for a change that is in the log and awaits a drain; without a value: the key was
  // deleted. REQUIRES: not found; no drain is under way.
  Entry* InsertPending(Bytes key, uint64_t hash, std::optional<Bytes> value);

  // --- changes; each begins with Touch (the functions below call it themselves) ---
  void Touch(Entry* entry);
  // REQUIRES: the value is not the entry's own.
  void SetBytes(Entry* entry, ObjectType type, Encoding encoding, Bytes value);
  void SetInteger(Entry* entry, int64_t value);
  // Makes the value a raw string that reaches from what it is now to at least offset + size, with
  // zeros between, and returns where the caller must write these `size` bytes. What lies outside
  // of them counts as unchanged.
  char* EditBytes(Entry* entry, size_t offset, size_t size);
  // Moves the value of `from` (which becomes a tombstone) to `to`, expiry included.
  void MoveValue(Entry* from, Keyspace& target, Entry* to);
  void Delete(Entry* entry, FreeCause cause = FreeCause::kServerDelete);
  // Deletes it because its time has come, or for memory: no client's doing. Counted.
  void Expire(Entry* entry);
  void Evict(Entry* entry);
  // 0 removes the expiry.
  void SetExpiry(Entry* entry, int64_t expire_at_ms);
  // The counterpart of Insert: a present entry of this type counts.
  int64_t count() const { return count_.Get(); }
  // Entries with an expiry that are in memory.
  size_t expiring() const { return expiries_.size(); }
  int64_t average_ttl_ms(int64_t now_ms) const;
  // Takes up to `limit` entries due at `now_ms` out in order of time; calls on_due for each, which
  // must delete the entry or change its expiry.
  template <typename OnDue>
  size_t ForDue(int64_t now_ms, size_t limit, OnDue on_due) {
    size_t n = 0;
    for (; n < limit && !expiries_.empty() && expiries_.begin()->first <= now_ms; ++n) {
      on_due(expiries_.begin()->second);
    }
    return n;
  }
  int64_t next_expiry_ms() const { return expiries_.empty() ? 0 : expiries_.begin()->first; }
  // The entry in memory with the nearest expiry, or nullptr.
  Entry* FirstExpiring() const { return expiries_.empty() ? nullptr : expiries_.begin()->second; }
  // An entry with an expiry near a random time, or nullptr: where few entries have one, sampling
  // all entries would not meet them. O(log n).
  Entry* SampleExpiring(uint64_t random) const;

  // --- strings that lie in chunks on disk ---
  // nullptr: it does not.
  const ChunkedString* ChunksOf(const Entry& entry) const {
    return (entry.flags & Entry::kChunked) == 0 ? nullptr : chunked_.at(&entry).get();
  }
  // Called by Turn: the chunks that have changed since the log's last record.
  void LogChunks(Entry* entry, RecordBuilder& record);

  // --- the turn ---
  // Called by Turn when the turn's record is made: writes the hints of the expiry family.
  void LogExpiryHint(Entry* entry, RecordBuilder& record);
  // Called by Turn as well, when the value is what the turn made of it: its size is what the next
  // drain will move. Counted once an epoch.
  void CountPendingValue(Entry* entry);
  // By how much the count changed since the last call, for the log and for drains.
  int64_t TakeUnloggedCount();
  int64_t TakeUndrainedCount();
  void EndTurn() { in_turn_ = false; }

  // --- drains ---
  bool HasPending() const { return !dirty_.empty() || !draining_.empty() || unfinished_ != 0; }
  // The dirty list becomes the draining list. REQUIRES: the previous drain has finished.
  void BeginDrain(ChangeBatch& batch);
  // Writes out up to `limit` changes (an entry, or a chunk's bytes of one) of the draining list;
  // returns how many it looked at, which a long value may make more.
  size_t DrainSome(size_t limit, ChangeBatch& batch);
  bool DrainWritten() const {
    return drain_next_ == draining_.size() && left_behind_.empty() && orphans_.empty();
  }
  // The drain has reached the disk. Returns how many entries have changed since it began.
  size_t BeginFinish();
  // Frees what the drain has made superfluous; looks at up to `limit` entries and returns at how
  // many. All of it has to be done before the next drain begins.
  size_t FinishSome(size_t limit);
  bool Finished() const { return finishing_.empty(); }
  // Every entry with a change that a snapshot of the disk may not have, for reads inside of
  // transactions: O(pending). REQUIRES: the shard is held, no drain is half written.
  template <typename Visitor>
  void ForPending(Visitor visit) const {
    for (const EntryList* list : {&drained_, &draining_, &dirty_}) {
      list->ForEach([&visit](const Entry* entry) {
        if (entry != nullptr) visit(*entry);
      });
    }
  }

  // The same in order of key, of kDocuments (of kIndex see ordered()). Made when it is first asked
  // for, O(pending · log), and kept up to date from then on until a drain has reached the disk; so
  // that many look-ups by a command that holds the shard, or by several, sort once. Good until the
  // next change.
  const OrderedEntries& PendingInOrder();

  // --- memory ---
  // Lets the coldest of a few sampled clean entries go. False: none of them could.
  bool UnloadOne(uint64_t random);
  size_t entries() const { return table_.size(); }
  // Entries in memory that are present: what can be evicted.
  size_t resident() const { return resident_; }
  int64_t used_bytes() const { return used_bytes_.Get(); }
  // Takes its figures out of the shard's, before it is handed away to be freed.
  void Detach();
  size_t bucket_bytes() const { return table_.bucket_bytes(); }
  // About what the order of expiries takes.
  size_t expiry_bytes() const {
    return expiries_.size() *
           (sizeof(*expiries_.begin()) * 4 / 3);  // nodes are three quarters full
  }
  Entry* Sample(uint64_t random) const { return table_.Sample(random); }
  ObjectContext& context() { return context_; }
  template <typename Visitor>
  void ForEach(Visitor visit) const {
    table_.ForEach(visit);
  }

  // Look-ups of documents: found in memory (or known to be absent), or read from disk. Since the
  // start.
  void CountLookups(int64_t hits, int64_t misses) {
    lookup_hits_.Add(hits);
    lookup_misses_.Add(misses);
  }
  int64_t lookup_hits() const { return lookup_hits_.Get(); }
  int64_t lookup_misses() const { return lookup_misses_.Get(); }

  // --- watched keys ---
  void Watch(Bytes key, std::shared_ptr<WatchState> state);
  void Unwatch(Bytes key, const WatchState* state);
  void TouchWatchers(Bytes key);
  // For FLUSHDB and SWAPDB: every watched key that `exists` says is (or will be) there is touched.
  template <typename Exists>
  void TouchAllWatchers(Exists exists) {
    for (auto& [key, states] : watchers_) {
      if (!exists(Bytes(key))) continue;
      for (auto& state : states) state->touched.store(true, std::memory_order_relaxed);
    }
  }
  // The visitor must not add or drop watchers.
  template <typename Visitor>
  void ForWatched(Visitor visit) const {
    for (const auto& [key, states] : watchers_) visit(Bytes(key));
  }
  void SwapWatchers(Keyspace& other) { watchers_.swap(other.watchers_); }

 private:
  void AddToDirty(Entry* entry);
  void WriteToDrain(Entry* entry, ChangeBatch& batch);
  void Free(Entry* entry);
  void Account(int64_t bytes) {
    used_bytes_.Add(bytes);
    context_.used_bytes.Add(bytes);
  }
  void DropValue(Entry* entry, FreeCause cause = FreeCause::kServerDelete);
  void FreeBlob(Entry* entry, Blob* blob, std::optional<FreeCause> cause);
  void BecomeAbsent(Entry* entry);
  void DeleteUnasked(Entry* entry, FreeCause cause);
  void CountAbsent(int64_t bytes) {
    absent_bytes_ += bytes;
    context_.absent_bytes.Add(bytes);
  }
  enum class Fill : bool { kNothing, kZeros };
  char* NewBlob(Entry* entry, size_t size, size_t capacity, Fill fill = Fill::kNothing);
  char* NewBytes(Entry* entry, size_t size);
  bool Overwrites(const Entry& entry, size_t size) const;
  char* GrowBytes(Entry* entry, Bytes before, size_t size, size_t zeros_end);
  // Of strings in chunks (keyspace_chunks.cc):
  void BecomeChunked(Entry* entry, uint64_t object);
  void BecomeChunked(Entry* entry);
  void WholeHasChanged(Entry* entry);
  void PartHasChanged(Entry* entry, size_t before, size_t offset, size_t size);
  void MarkChunks(ChunkedString& chunks, uint32_t first, uint32_t end);
  void DropChunks(Entry* entry);
  void MoveChunks(Entry* from, Keyspace& target, Entry* to);
  size_t DrainChunks(uint64_t object, Bytes string, ChunkSet& chunks, size_t limit,
                     ChangeBatch& batch);
  size_t DrainChunks(Entry* entry, size_t limit, ChangeBatch& batch);
  void LeaveChunksBehind(Entry* entry);
  void OrphanChunks(Entry* entry);
  std::shared_ptr<Blob> TakeShared(Entry* entry);
  void DrainLeftBehind(Entry* entry, size_t offset, size_t size);
  size_t DrainSomeLeftBehind(size_t limit, ChangeBatch& batch);
  size_t DrainSomeOrphans(size_t limit, ChangeBatch& batch);
  void BecomePresent(Entry* entry, ObjectType type, Encoding encoding);
  void IndexExpiry(Entry* entry);
  void UnindexExpiry(Entry* entry);

  const KeyspaceKind kind_;
  const uint32_t id_;
  ObjectContext& context_;
  Table table_;
  bool complete_ = false;
  bool in_turn_ = false;
  SharedCounter count_;  // relative: the sum over all shards is the number of keys
  SharedCounter used_bytes_;
  SharedCounter lookup_hits_;
  SharedCounter lookup_misses_;
  int64_t absent_bytes_ = 0;
  size_t resident_ = 0;
  int64_t logged_count_ = 0;
  int64_t drained_count_ = 0;

  std::shared_ptr<OrderedEntries> pending_in_order_;
  EntryList dirty_;                  // changed in this epoch
  EntryList draining_;               // of the drain under way, nullptr where written ahead
  EntryList drained_;                // written to the batch of the drain under way
  std::vector<Entry*> left_behind_;  // of these, strings of which not all chunks are written
  EntryList graves_;                 // of drained_, those that have to leave memory afterwards:
                                     // they were absent when written, or are entries of an index
  EntryList finishing_;              // the same of the drain that has just reached the disk
  size_t drain_next_ = 0;
  size_t unfinished_ = 0;         // entries of a drain that is not yet on disk
  ChangeBatch* batch_ = nullptr;  // of the drain under way, until all is written
  ChangeBatch hints_;             // changes of the expiry family that await the next drain
  // Of strings that were deleted, replaced or moved: for the drain under way, and for the next one.
  std::vector<LeftChunks> orphans_;
  std::vector<LeftChunks> dropped_;

  OrderedEntries ordered_;
  std::unique_ptr<KeyspaceAttachment> attachment_;
  absl::flat_hash_map<const Entry*, std::unique_ptr<ChunkedString>> chunked_;
  absl::btree_set<std::pair<int64_t, Entry*>> expiries_;
  double expiry_sum_ms_ = 0;  // of all in expiries_; INFO's avg_ttl
  // What the log says of the expiry family, of entries whose expiry this turn changes.
  absl::flat_hash_map<const Entry*, int64_t> hinted_ms_;
  absl::flat_hash_map<std::string, std::vector<std::shared_ptr<WatchState>>> watchers_;

  friend class Turn;
};

}  // namespace veddb
