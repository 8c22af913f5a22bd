// SPDX-License-Identifier: BSD-3-Clause
// ObjectContext: what all keyspaces of one shard share. Owned by: whoever holds the shard; the
// fields marked 'any thread' may be read from elsewhere (relaxed) for INFO and memory limits.
#pragma once
#include <atomic>
#include <cstdint>
#include <limits>

namespace veddb {

class LazyFree;
class Turn;

// A counter with one writer at a time and readers on any thread.
class SharedCounter {
 public:
  explicit SharedCounter(int64_t n = 0) : value_(n) {}
  void Add(int64_t n) {
    value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
  void Set(int64_t n) { value_.store(n, std::memory_order_relaxed); }
  int64_t Get() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<int64_t> value_;
};

struct ObjectContext {
  // The epoch that changes made now belong to. A drain begins by raising it; an entry whose
  // dirty_epoch is not above drained_epoch is clean.
  uint32_t epoch = 1;
  uint32_t drained_epoch = 0;
  uint16_t shard = 0;
  // How many numbers of objects this shard has given out, ever; durable with the turns that took
  // them. An object's number is unique over all shards, since it says which gave it out.
  uint64_t objects_numbered = 0;
  Turn* turn = nullptr;  // where changes are listed; set by whoever holds the shard
  // Set by the loop each turn, read by the holder. Wall time, which may jump; and the clock of the
  // access times of entries, which does not.
  std::atomic<int64_t> wall_ms{0};
  std::atomic<uint32_t> now_s{0};
  // Set by the loop, read by the holder: somebody wants to hear of each key that changes; keys
  // whose time has come stay for the present, as if they were gone.
  std::atomic<bool> report_changes{false};
  std::atomic<bool> hold_expiries{false};
  uint64_t random = 0x9E3779B97F4A7C15ULL;  // state of a generator: who is counted as used more
  LazyFree* lazy_free = nullptr;            // for large values; set once
  // Nothing can be logged now: what is due is passed over, not deleted. Set by the loop.
  std::atomic<bool> frozen{false};
  // Any thread:
  SharedCounter used_bytes;       // entries and their values
  SharedCounter absent_bytes;     // of these, entries of absent keys that await a drain
  SharedCounter changes;          // of keys and documents, ever; a command's of one key are one
  SharedCounter pending_entries;  // entries with changes that no finished drain holds
  SharedCounter pending_bytes;    // their keys and values, about
  SharedCounter keyspace_hits;
  SharedCounter keyspace_misses;
  SharedCounter expired_keys;
  SharedCounter evicted_keys;      // deleted under maxmemory
  SharedCounter unloaded_objects;  // clean objects that left memory under maxmemory
  SharedCounter loaded_objects;    // objects read back from disk
  // Any thread, written by the loop from the options alone:
  SharedCounter counts_frequency;  // 1: uses raise an entry's frequency
  SharedCounter lfu_log_factor;
  SharedCounter lfu_decay_minutes;
  SharedCounter lazy_causes;  // bits of FreeCause: large values are freed on other threads
  // So much more may the buckets of a table take; else they would have keys evicted.
  SharedCounter table_room{std::numeric_limits<int64_t>::max()};
};

}  // namespace veddb
