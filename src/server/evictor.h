// SPDX-License-Identifier: BSD-3-Clause
// Evictor: deletes keys for memory under the allkeys- and volatile- policies: which key goes next.
// How much has to go is Memory's matter (server/memory.h).
//
// Only keys in memory are candidates, and of them those whose shards the loop holds at the moment.
// What is evicted is deleted like by DEL: in the log, on disk, for watchers.
//
// Owned by: the loop.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "config/config.h"
#include "object/eviction_pool.h"
#include "object/keyspace.h"

namespace veddb {

class ShardSet;

// What a policy looks at.
enum class EvictionOrder : uint8_t { kLeastRecent, kLeastFrequent, kNearestExpiry, kRandom };
struct EvictionRules {
  EvictionOrder order;
  bool volatile_only;
};
// nullopt: noeviction.
std::optional<EvictionRules> RulesOf(MaxmemoryPolicy policy);

// How long one turn of the loop may evict, by maxmemory-eviction-tenacity, in microseconds.
int64_t EvictionSliceMicros(int64_t tenacity);

class Evictor {
 public:
  explicit Evictor(ShardSet& shards) : shards_(shards) {}

  enum class Outcome : uint8_t {
    kEnough,     // so many bytes are free
    kTimeUp,     // there is more to evict
    kNoKeysNow,  // what there is, other threads hold
    kNoKeys,     // nothing that this policy may evict is in memory
  };
  // Evicts until `bytes` of keys and values are free or the time is up.
  Outcome Run(const Config& config, int64_t bytes, int64_t slice_us);

 private:
  // One database's keys of one shard.
  struct Place {
    uint32_t shard;
    uint32_t database;
    Keyspace* keyspace;
    size_t weight;  // candidates in it
  };

  void FindPlaces();
  const Place& RandomPlace();
  bool EvictOne();
  bool EvictBestOfPool();
  bool EvictNearest();
  bool EvictRandom();
  void FillPool();
  // A candidate, or nullptr: none was met.
  Entry* Sample(const Keyspace& keyspace);
  uint64_t Score(const Entry& entry, const ObjectContext& context) const;
  bool IsCandidate(const Entry& entry) const {
    return entry.present() && (!rules_.volatile_only || entry.expire_at_ms != 0);
  }
  void Evict(Keyspace& keyspace, Entry* entry);
  // splitmix64: buckets are chosen by the low bits, which have to be as good as the others.
  uint64_t Random() {
    random_ += 0x9E3779B97F4A7C15ULL;
    uint64_t mixed = (random_ ^ (random_ >> 30)) * 0xBF58476D1CE4E5B9ULL;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBULL;
    return mixed ^ (mixed >> 31);
  }

  ShardSet& shards_;
  EvictionPool pool_;
  EvictionRules rules_{EvictionOrder::kRandom, false};
  int64_t samples_ = 0;
  std::vector<Place> places_;
  size_t total_weight_ = 0;
  bool all_held_ = true;
  uint64_t random_ = 0x2545F4914F6CDD1DULL;
};

}  // namespace veddb
