// SPDX-License-Identifier: BSD-3-Clause
// Shard: one part of all keyspaces, its mailbox and its thread.
//
// Who holds a shard: while jobs are outstanding (posted and not finished) the shard's thread, or
// whoever the job's barrier chose; else the loop, which then works in place. Only the loop posts,
// so outstanding() == 0 seen by the loop stays true until the loop itself posts.
#pragma once
#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>
#include <concurrentqueue/blockingconcurrentqueue.h>

#include <atomic>
#include <memory>
#include <span>
#include <thread>
#include <vector>

#include "object/context.h"
#include "object/key_ref.h"
#include "object/keyspace.h"
#include "object/turn.h"
#include "shard/job.h"
#include "storage/engine.h"

namespace veddb {

class ShardSet;

class Shard {
 public:
  Shard(uint16_t index, ShardSet& set);
  ~Shard();
  Shard(const Shard&) = delete;
  Shard& operator=(const Shard&) = delete;

  uint16_t index() const { return index_; }

  // --- the holder ---
  ObjectContext& context() { return context_; }
  const ObjectContext& context() const { return context_; }
  Keyspace& Keys(uint32_t database) { return *databases_[database]; }
  // Documents of a collection, or entries of an index: their numbers come from one counter.
  Keyspace& Documents(uint32_t collection);
  Keyspace& KeyspaceOf(const KeyRef& ref) {
    return ref.kind == KeyspaceKind::kKeys ? Keys(ref.space) : Documents(ref.space);
  }
  // Finds keyspace and entry in memory. False: whether the key exists only the disk knows.
  bool ResolveInMemory(KeyRef& ref) {
    ref.keyspace = &KeyspaceOf(ref);
    ref.entry = ref.keyspace->Find(ref.name, ref.hash);
    return ref.entry != nullptr || ref.keyspace->complete();
  }
  // The same, and reads the disk where memory does not know. Blocks.
  Status Resolve(KeyRef& ref);
  // The value of a document or of an entry of an index, without bringing it into memory. False:
  // absent.
  Result<bool> Read(KeyRef& ref, std::string* value);
  // Deletes up to `limit` keys in memory whose time has come.
  size_t ExpireDue(int64_t now_ms, size_t limit);
  // The earliest expiry of a key in memory, 0: none.
  int64_t NextExpiry() const;
  // Lets cold objects go until `bytes` are free or nothing can go; returns the bytes freed.
  int64_t Unload(int64_t bytes, bool documents_only = false);
  template <typename Visitor>
  void ForKeyspaces(Visitor visit) {
    for (auto& keyspace : databases_) visit(*keyspace);
    for (auto& [id, keyspace] : collections_) visit(*keyspace);
  }

  // --- drains (the holder) ---
  void BeginDrain();
  // True when all of this shard's part is in the batch.
  bool DrainSome(size_t limit);
  bool WantsSlices() const { return draining_ && !part_written_; }
  ChangeBatch TakeDrainBatch() { return std::move(drain_batch_); }
  // The drain has reached the disk: BeginFinish, then FinishSome until it says that all is done.
  void BeginFinish();
  bool FinishSome(size_t limit);

  // --- the loop ---
  uint32_t outstanding() const { return outstanding_.load(std::memory_order_acquire); }
  void Start();
  void Stop();

 private:
  friend class ShardSet;
  static constexpr size_t kBatch = 64;  // jobs that share one commit

  // `pending`: changes of chunks that the store does not have yet, sorted.
  Status LoadChunks(Keyspace& keyspace, Entry* entry, std::span<const ChangeBatch::Entry> pending);
  void ThreadMain();
  // Looks up at once what the jobs will ask the disk for.
  void Prefetch(std::span<Job* const> jobs);
  void PrefetchKeys(KeyspaceKind kind);
  // Takes a value as it was read from disk into memory.
  Status TakeLoaded(KeyRef& ref, Bytes value);
  // `last`: of its batch.
  void Process(Job* job, bool last);
  void Arrive(Job* job);
  void CommitThreadTurn();
  // Ends the wait of a parked thread; called by whoever ran the job, which by this gives up the
  // shard.
  void Resume();

  const uint16_t index_;
  ShardSet& set_;
  ObjectContext context_;
  std::vector<std::unique_ptr<Keyspace>> databases_;
  absl::flat_hash_map<uint32_t, std::unique_ptr<Keyspace>> collections_;  // and indexes
  // Dropped while a drain under way still needs what they were.
  std::vector<std::unique_ptr<Keyspace>> retired_;
  ChangeBatch drain_batch_;
  bool draining_ = false;         // from BeginDrain to BeginFinish
  bool part_written_ = false;     // all of the drain under way is in the batch
  int64_t draining_bytes_ = 0;    // pending when the drain began
  uint64_t objects_drained_ = 0;  // of context_.objects_numbered, what the last drain wrote
  uint64_t random_ = 88172645463325252ULL;

  moodycamel::BlockingConcurrentQueue<Job*> mailbox_;
  std::atomic<uint32_t> outstanding_{0};
  std::atomic<uint32_t> resume_{0};
  std::thread thread_;
  // Of the thread:
  Turn thread_turn_;
  std::vector<Job*> finished_;  // ran, to be told Done after the commit
  // Of the present batch: keys that are cold, and storage keys that the disk does not have. The
  // holder's; an answer is good for the first who asks, who may then change what it says.
  std::vector<KeyRef*> cold_;
  absl::flat_hash_set<std::string> known_absent_;
  std::vector<std::string> storage_keys_;
  std::vector<Engine::Found> found_;
};

}  // namespace veddb
