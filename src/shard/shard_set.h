// SPDX-License-Identifier: BSD-3-Clause
// ShardSet: all shards, the order of jobs over them, the loop's own turn, and the catalog of
// databases and collections. Owned by: the loop.
#pragma once
#include <concurrentqueue/concurrentqueue.h>

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "doc/collection/shard_collection.h"
#include "object/databases.h"
#include "object/lazy_free.h"
#include "object/turn.h"
#include "shard/drainer.h"
#include "shard/job.h"
#include "shard/query_pool.h"
#include "shard/shard.h"

namespace veddb {

class CatalogView;

struct ShardSetOptions {
  size_t shards = 2;
  uint32_t databases = 16;
  std::string log_dir;  // to rebuild memory from
};

class ShardSet final : public Databases {
 public:
  // `wake_loop` may be called from any thread; RunLoopSide is then called on the loop.
  ShardSet(const ShardSetOptions& options, Engine& engine, LogWriter& log, QueryPool& pool,
           std::function<void()> wake_loop);
  ~ShardSet() override;

  // Reads the catalog; before Start.
  Status Load();
  void Start();
  // Ends the threads. REQUIRES: AllIdle()
  void Stop();

  // --- commands in place ---
  bool Idle(size_t shard) const { return shards_[shard]->outstanding() == 0; }
  bool AllIdle() const;
  Shard& shard(size_t i) { return *shards_[i]; }
  // What the loop changed in place since the last commit.
  Turn& turn() { return turn_; }
  Status CommitTurn();

  // --- jobs ---
  // Into the mailboxes of its shards. Commits the loop's turn first: those shards change hands.
  void Post(Job* job);
  // At the end of the loop's turn: one wake-up for each shard that got jobs.
  void FlushPosts();
  // Runs what has arrived for the loop, and tells jobs that they are done.
  void RunLoopSide();
  // While on, each key that changes is reported; what other threads changed is given to `listener`
  // on the loop, before the Done of the jobs that did. What the loop changed is in turn().
  void ReportChanges(bool on);
  void OnChanges(std::function<void(const ChangeList&)> listener) {
    on_changes_ = std::move(listener);
  }
  // Keys whose time has come are not deleted by those who read them.
  void HoldExpiries(bool on);
  // Runs on one shard's holder: at once where it is idle.
  void OnShard(size_t i, std::function<void(Shard&)> work);
  // Runs on the loop while it holds every shard: at once where all are idle.
  void OnAllShards(std::function<void()> work);
  // The database whose keys lie in this space.
  std::optional<uint32_t> DatabaseOf(uint32_t space) const;

  Drainer& drainer() { return drainer_; }
  Engine& engine() { return engine_; }
  LogWriter& log() { return log_; }
  QueryPool& pool() { return pool_; }
  // Wall time, and the clock of the access times (ObjectContext).
  void set_now(int64_t now_ms, uint32_t access_s);
  // See ObjectContext::frozen.
  void set_frozen(bool frozen);

  // Everything in memory is dropped, and comes back from the store and from what the log holds up
  // to `good`: what was changed and could not be made durable is undone. Writes nothing, so that it
  // works on a full disk. After an error memory is void, and it has to be called again.
  // REQUIRES: AllIdle(), drainer().idle(). Blocks.
  Status Rebuild(LogPosition good);
  // An error once changes in memory could not be logged, until Rebuild: nobody may be answered from
  // it. Any thread.
  Status Trusted() const;
  // After a commit of any thread: remembers a failure, and returns Trusted() if there was none.
  Status NoteCommit(Status committed);
  // A drain was given up: memory's lists of changes are no good any more, and Rebuild is due.
  bool rebuild_due() const { return rebuild_due_; }
  void AskForRebuild() { rebuild_due_ = true; }

  // Sums over shards, for INFO and limits (any time).
  int64_t Sum(SharedCounter ObjectContext::*counter) const;

  // --- Databases ---
  uint32_t database_count() const override { return options_.databases; }
  size_t shard_count() const override { return shards_.size(); }
  int64_t KeyCount(uint32_t database) const override;
  int64_t ExpiringCount(uint32_t database) const override;
  int64_t AverageTtl(uint32_t database, int64_t now_ms) const;
  int64_t DocumentCount(uint32_t collection) const override;
  const Collection* FindCollection(uint32_t database, Bytes name) const override;
  std::vector<Collection> Collections(uint32_t database) const override;
  Keyspace& Keys(size_t shard, uint32_t database) override;
  Keyspace& Documents(size_t shard, uint32_t collection) override;
  Status Resolve(KeyRef& ref) override;
  void FlushDatabase(uint32_t database, Freeing freeing) override;
  void SwapDatabases(uint32_t first, uint32_t second) override;
  const Collection& CreateCollection(uint32_t database, Bytes name) override;
  void DropCollection(const Collection& collection) override;
  void RenameCollection(const Collection& collection, Bytes name) override;
  void SetCollectionOptions(const Collection& collection, Bytes options) override;
  int64_t IndexEntryCount(uint32_t index) const override;
  LookupFigures DocumentLookups(uint32_t collection) const override;
  Keyspace& IndexEntries(size_t shard, uint32_t index) override { return Documents(shard, index); }
  uint32_t CreateIndex(const Collection& collection, Bytes definition) override;
  void DropIndex(const Collection& collection, uint32_t index) override;
  Result<bool> Read(KeyRef& ref, std::string* value) override;
  std::unique_ptr<ReadView> NewReadView() override { return engine_.NewReadView(); }

  // The space that holds the keys of this database now.
  uint32_t SpaceOf(uint32_t database) const override { return spaces_[database]; }
  LazyFree& lazy_free() { return lazy_free_; }

  // --- building of indexes (indexes.cc), with every shard held ---
  // The index of this number, while it is there.
  std::shared_ptr<doc::Index> FindIndex(uint32_t id) const;
  const Collection* CollectionOf(uint32_t id) const;
  // Those that are not ready; the loop, any time.
  std::vector<std::shared_ptr<doc::Index>> BuildingIndexes() const;
  const std::map<uint32_t, std::shared_ptr<doc::Index>>& indexes() const { return indexes_; }
  // Documents up to this ordered `_id` have their entries now.
  void SetIndexBuilt(doc::Index& index, Bytes built_to);
  void SetIndexReady(doc::Index& index);

  // --- reads on snapshots ---
  // What was dropped stays on disk while a read that began before lasts: giving disk back looks at
  // no snapshot.
  uint64_t BeginRead() { return *active_reads_.insert(++reads_begun_).first; }
  void EndRead(uint64_t read) { active_reads_.erase(read); }

  // --- for the drainer, with every shard held ---
  // What is dropped until now may be reclaimed when the drain that begins has ended.
  void NoteDrainBegins();
  // Puts the changes of all counts since the last drain into this one.
  void WriteCounts(ChangeBatch& batch);
  // After a drain: disk space of what was dropped before it can be given back.
  void ReclaimDropped();
  // From time to time: takes the marks of what was reclaimed out of the catalog.
  void ForgetReclaimed();

 private:
  friend class Shard;
  struct Dropped {
    KeyspaceKind kind;
    uint32_t id;
  };

  void PutMeta(Bytes name, Bytes value);
  void DeleteMeta(Bytes name);
  void StoreCollection(const Collection& collection);
  void Drop(KeyspaceKind kind, uint32_t id);
  void Retire(Shard& shard, std::unique_ptr<Keyspace> keyspace,
              std::vector<std::unique_ptr<Keyspace>>& dead);
  void FreeDead(std::vector<std::unique_ptr<Keyspace>> dead, Freeing freeing);
  void FreeLater(std::vector<std::unique_ptr<Keyspace>> dead);  // any thread
  // `pending`: what the log knows and the store does not, sorted.
  Status LoadWith(const ChangeBatch& pending);
  Status LoadSpaces(const CatalogView& catalog);
  Status LoadObjectNumbers(const CatalogView& catalog);
  Status LoadCollections(const CatalogView& catalog);
  Status LoadDropped(const CatalogView& catalog);
  Status LoadIndexes(const CatalogView& catalog);
  Status LoadIndex(const CatalogView& catalog, uint32_t id, Bytes value);
  Status LoadMultikey(const ReadView& view);
  void StoreIndex(const doc::Index& index);
  void AddIndexKeyspaces(Shard& shard, const std::shared_ptr<doc::Index>& index);
  void RemoveIndex(const doc::Index& index);
  void SetTraits(const Collection& collection, doc::IndexList list);
  Status TakeIndexChange(const ChangeBatch::Entry& entry);
  void NoteMultikey(doc::Index& index, Bytes note);
  Status LoadCount(const CatalogView& catalog, KeyspaceKind kind, uint32_t id);
  Status TakeChanges(const ChangeBatch& batch);
  // `elements`: changes of the chunks of large values.
  Status TakeChange(const KeyRef& ref, const ChangeBatch::Entry& entry,
                    std::span<const ChangeBatch::Entry> elements);
  static uint64_t CatalogCountKey(KeyspaceKind kind, uint32_t id) {
    return static_cast<uint64_t>(kind) << 32 | id;
  }
  // What the store held when it was opened; keyspaces count from there.
  int64_t BaseCount(KeyspaceKind kind, uint32_t id) const;
  void AddDocuments(Shard& shard, uint32_t id);
  Status MakeKeyspaces();
  // What hangs on the keyspace of a collection's documents; made if need be.
  static doc::ShardCollection& CollectionPart(Keyspace& documents);
  static void DropEmptyPart(Keyspace& documents);
  void SetSchema(uint32_t collection, const std::shared_ptr<const doc::CollectionSchema>& schema);
  void PushCompletion(Job* job);
  void PushChanges(ChangeList changes) { changes_.enqueue(std::move(changes)); }
  void TellChanges();

  const ShardSetOptions options_;
  Engine& engine_;
  LogWriter& log_;
  QueryPool& pool_;
  const std::function<void()> wake_loop_;
  LazyFree lazy_free_;
  std::vector<std::unique_ptr<Shard>> shards_;
  Turn turn_;
  bool rebuild_due_ = false;
  std::atomic<bool> untrusted_{false};
  Drainer drainer_;
  std::vector<std::vector<Job*>> posts_;             // per shard, until FlushPosts
  moodycamel::ConcurrentQueue<Job*> completions_;    // from any thread to the loop
  moodycamel::ConcurrentQueue<ChangeList> changes_;  // the same
  std::function<void(const ChangeList&)> on_changes_;

  std::vector<uint32_t> spaces_;  // by database
  uint32_t next_space_ = 0;
  uint32_t next_collection_ = 1;
  std::map<std::pair<uint32_t, std::string>, Collection, std::less<>> collections_;
  std::map<uint32_t, std::shared_ptr<doc::Index>> indexes_;
  absl::flat_hash_map<uint64_t, int64_t> base_counts_;  // by kind and id
  std::vector<Dropped> dropped_;                        // since the last drain began
  std::set<uint64_t> active_reads_;
  uint64_t reads_begun_ = 0;
  uint64_t reclaim_after_ = 0;        // reads up to this number may need what is reclaimable
  std::vector<Dropped> reclaimable_;  // of the drain under way
  // Guards reclaimed_: threads of the pool add, the loop takes; a few times after a FLUSHALL.
  std::mutex reclaimed_mutex_;
  std::vector<Dropped> reclaimed_;
  std::vector<Dropped> unreclaimed_;  // tried, and failed
};

}  // namespace veddb
