// SPDX-License-Identifier: BSD-3-Clause
// Engine: the bulk store, RocksDB behind our own words. It always holds an exact prefix of the
// log's history: every drain is one atomic write together with the log position it goes up to.
// RocksDB's own log is off; what is not yet in its SST files after a crash comes from our log.
//
// Invariants
//  - flushed_position() <= drained_position(); the log from flushed_position() on must be kept.
//  - One drain at a time. Reads, snapshots and statistics from any thread.
//  - No RocksDB type, status or exception leaves this folder.
#pragma once
#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "log/family.h"
#include "log/position.h"
#include "storage/change_batch.h"
#include "storage/read_view.h"

namespace veddb {

struct EngineOptions {
  std::string dir;
  size_t block_cache_bytes = size_t{256} << 20;
  // All memtables together; charged to the block cache.
  size_t write_buffer_bytes = size_t{64} << 20;
  // Fixed, below RLIMIT_NOFILE minus the connections.
  int max_open_files = 512;
  bool create_if_missing = true;
  // Drains of at least so many changes go in as sorted files instead of through the memtable.
  size_t ingest_changes_min = 20'000;
};

// True figures since the start, for INFO and metrics.
struct EngineStats {
  uint64_t gets = 0;
  uint64_t gets_found = 0;
  uint64_t bloom_useful = 0;  // look-ups in a file that its filter saved
  uint64_t block_cache_hits = 0;
  uint64_t block_cache_misses = 0;
  uint64_t drains = 0;
  uint64_t drained_changes = 0;
  uint64_t ingests = 0;  // drains that went in as files
  uint64_t flushes = 0;
  uint64_t flush_bytes_written = 0;
  uint64_t compaction_bytes_read = 0;
  uint64_t compaction_bytes_written = 0;
  uint64_t stall_micros = 0;  // writes held up by RocksDB, or by us before it had to
  uint64_t pending_compaction_bytes = 0;
  uint64_t level0_files = 0;  // of the family that has the most
  uint64_t sst_bytes = 0;
  uint64_t keys_estimate = 0;
  uint64_t memtable_bytes = 0;
  uint64_t snapshots = 0;
  std::string background_error;  // empty = none
};

enum class CachedLookup : uint8_t { kFound, kAbsent, kNeedsDisk };

class Engine {
 public:
  // Opens or makes the store. A store of a newer format is refused.
  static Result<std::unique_ptr<Engine>> Open(const EngineOptions& options);
  // Flushes what is in memory and closes. REQUIRES: no view or iterator of it lives.
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // Any thread. The latest drained value; false if there is none. *value is overwritten.
  Result<bool> Get(Family family, Bytes key, std::string* value) const;
  // Many at once, which is cheaper than one by one; in any order, `found` in the same one. One that
  // could not be read is an error in its place.
  struct Found {
    Result<bool> found = false;
    std::string value;
  };
  void MultiGet(Family family, std::span<const std::string> keys, std::vector<Found>* found) const;
  // The same without touching the disk.
  Result<CachedLookup> GetCached(Family family, Bytes key, std::string* value) const;
  // Any thread. A snapshot of all families: always a whole number of drains.
  std::unique_ptr<ReadView> NewReadView() const;

  // Writes the changes and the position atomically; when it returns they are visible. On an error
  // nothing was written and the batch still holds its changes; else it is emptied.
  // May wait for compaction when the store falls far behind.
  // REQUIRES: one caller at a time; position >= drained_position(); the log is synced up to
  // `position` (LogWriter::SyncNow first, whatever the policy). Otherwise a failed sync or a loss
  // of power leaves the store ahead of the log, and what is then appended at the positions between
  // would be taken for applied.
  Status Drain(ChangeBatch&& batch, LogPosition position);
  LogPosition drained_position() const { return drained_.load(std::memory_order_acquire); }
  // Everything before it is in synced SST files: the log below it is not needed by this store.
  LogPosition flushed_position() const;
  // Any thread. Makes drained_position() (as it was at the call) the flushed one.
  Status Flush();

  // Any thread, slow: for maintenance. Removes all keys in [begin, end) of a range that nobody will
  // ever write again (a dropped space, object or collection), and gives the disk back. It is not
  // ordered with drains and not in the log: after a crash the caller repeats it (a name under
  // drop/ in the meta family stays until it is done and flushed).
  Status DropRange(Family family, Bytes begin, Bytes end);
  // Any thread, slow. Empty bounds = from the first, to the last key.
  Status CompactRange(Family family, Bytes begin, Bytes end);

  // Bytes on disk and in memtables, about.
  uint64_t ApproximateBytes(Family family, Bytes begin, Bytes end) const;
  // Up to parts-1 keys that cut [begin, end) into parts of about the same number of bytes.
  std::vector<std::string> SplitRange(Family family, Bytes begin, Bytes end, int parts) const;

  void SetBlockCacheBytes(size_t bytes);
  size_t block_cache_bytes() const;
  // Block cache (with memtables, index and filter blocks) and open files' readers.
  size_t MemoryBytes() const;
  EngineStats stats() const;

  // Ok, or why RocksDB refuses writes (disk full, I/O error, corruption).
  Status background_error() const;
  // Whether there is an error and Reopen can end it: not while the disk has no room, and not where
  // the store is damaged. RocksDB's own ways out of an error are not used: after a failed atomic
  // flush this release waits in them for ever.
  bool NeedsReopen() const;
  // Closes the store and opens it again, at the position of its last flush. After an error it is
  // closed: then only this, statistics and the destructor may be called.
  // REQUIRES: no view or iterator lives, nobody else calls.
  Status Reopen();

  struct Impl;  // of this folder only

 private:
  explicit Engine(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
  std::atomic<LogPosition> drained_{0};
};

}  // namespace veddb
