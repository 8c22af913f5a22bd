// SPDX-License-Identifier: BSD-3-Clause
#include "server/evictor.h"

#include <algorithm>
#include <cmath>

#include "base/clock.h"
#include "base/hash.h"
#include "object/access.h"
#include "shard/shard_set.h"

namespace veddb {
namespace {

// The clock is asked once in so many evictions.
constexpr int kEvictionsPerLook = 16;
// A sample that meets deleted keys, or keys without an expiry, is tried again so often.
constexpr int kTries = 32;
// Where fewer than one key in so many has an expiry, they are found by their order of expiry.
constexpr size_t kFewVolatile = 16;
// No tenacity makes clients wait longer than this for a turn of the loop.
constexpr int64_t kSliceMicrosMax = 10'000;

}  // namespace

std::optional<EvictionRules> RulesOf(MaxmemoryPolicy policy) {
  switch (policy) {
    case MaxmemoryPolicy::kVolatileLru:
      return EvictionRules{EvictionOrder::kLeastRecent, true};
    case MaxmemoryPolicy::kVolatileLfu:
      return EvictionRules{EvictionOrder::kLeastFrequent, true};
    case MaxmemoryPolicy::kVolatileRandom:
      return EvictionRules{EvictionOrder::kRandom, true};
    case MaxmemoryPolicy::kVolatileTtl:
      return EvictionRules{EvictionOrder::kNearestExpiry, true};
    case MaxmemoryPolicy::kAllkeysLru:
      return EvictionRules{EvictionOrder::kLeastRecent, false};
    case MaxmemoryPolicy::kAllkeysLfu:
      return EvictionRules{EvictionOrder::kLeastFrequent, false};
    case MaxmemoryPolicy::kAllkeysRandom:
      return EvictionRules{EvictionOrder::kRandom, false};
    case MaxmemoryPolicy::kNoEviction:
      break;
  }
  return std::nullopt;
}

int64_t EvictionSliceMicros(int64_t tenacity) {
  // As Redis: linear up to 0.5 ms, from there 15 % more a step; but never beyond the bound.
  constexpr int64_t kLinearSteps = 10;
  constexpr int64_t kMicrosPerStep = 50;
  constexpr double kGrowth = 1.15;
  if (tenacity <= kLinearSteps) return std::max<int64_t>(1, tenacity) * kMicrosPerStep;
  const double micros = static_cast<double>(kLinearSteps * kMicrosPerStep) *
                        std::pow(kGrowth, static_cast<double>(tenacity - kLinearSteps));
  return static_cast<int64_t>(std::min(micros, static_cast<double>(kSliceMicrosMax)));
}

Evictor::Outcome Evictor::Run(const Config& config, int64_t bytes, int64_t slice_us) {
  const std::optional<EvictionRules> rules = RulesOf(config.maxmemory_policy);
  if (!rules) return Outcome::kNoKeys;
  if (rules->order != rules_.order || rules->volatile_only != rules_.volatile_only) pool_.Clear();
  rules_ = *rules;
  samples_ = config.maxmemory_samples;
  FindPlaces();
  const auto live_bytes = [this] {
    return shards_.Sum(&ObjectContext::used_bytes) - shards_.Sum(&ObjectContext::absent_bytes);
  };
  const int64_t enough = live_bytes() - bytes;
  const int64_t end_us = MonoMicros() + slice_us;
  for (int n = 1; live_bytes() > enough; ++n) {
    if (total_weight_ == 0) return all_held_ ? Outcome::kNoKeys : Outcome::kNoKeysNow;
    // Where a sample met no candidate there are few among many deleted keys: later turns go on.
    if (!EvictOne()) return Outcome::kTimeUp;
    if (n % kEvictionsPerLook == 0 && MonoMicros() >= end_us) return Outcome::kTimeUp;
  }
  return Outcome::kEnough;
}

void Evictor::FindPlaces() {
  places_.clear();
  total_weight_ = 0;
  all_held_ = true;
  for (uint32_t i = 0; i < shards_.shard_count(); ++i) {
    if (!shards_.Idle(i)) {
      all_held_ = false;
      continue;
    }
    for (uint32_t database = 0; database < shards_.database_count(); ++database) {
      Keyspace& keyspace = shards_.Keys(i, database);
      const size_t weight = rules_.volatile_only ? keyspace.expiring() : keyspace.resident();
      if (weight == 0) continue;
      places_.push_back({i, database, &keyspace, weight});
      total_weight_ += weight;
    }
  }
}

const Evictor::Place& Evictor::RandomPlace() {
  size_t at = (Random() >> 16) % total_weight_;
  for (const Place& place : places_) {
    if (at < place.weight) return place;
    at -= place.weight;
  }
  return places_.back();
}

bool Evictor::EvictOne() {
  switch (rules_.order) {
    case EvictionOrder::kNearestExpiry:
      return EvictNearest();
    case EvictionOrder::kRandom:
      return EvictRandom();
    case EvictionOrder::kLeastRecent:
    case EvictionOrder::kLeastFrequent:
      break;
  }
  FillPool();
  return EvictBestOfPool();
}

// The order of expiries is kept anyway: nothing has to be sampled.
bool Evictor::EvictNearest() {
  Keyspace* chosen = nullptr;
  for (const Place& place : places_) {
    const int64_t next_ms = place.keyspace->next_expiry_ms();
    if (next_ms != 0 && (chosen == nullptr || next_ms < chosen->next_expiry_ms())) {
      chosen = place.keyspace;
    }
  }
  if (chosen == nullptr) return false;
  Evict(*chosen, chosen->FirstExpiring());
  return true;
}

bool Evictor::EvictRandom() {
  Keyspace& keyspace = *RandomPlace().keyspace;
  Entry* entry = Sample(keyspace);
  if (entry == nullptr) return false;
  Evict(keyspace, entry);
  return true;
}

Entry* Evictor::Sample(const Keyspace& keyspace) {
  const bool by_expiry =
      rules_.volatile_only && keyspace.expiring() * kFewVolatile < keyspace.entries();
  for (int n = 0; n < kTries; ++n) {
    Entry* entry = by_expiry ? keyspace.SampleExpiring(Random()) : keyspace.Sample(Random());
    if (entry == nullptr) return nullptr;
    if (IsCandidate(*entry)) return entry;
  }
  // Deleted keys, which stay in the table until a drain has told the disk, are in the way.
  return keyspace.FirstExpiring();
}

void Evictor::FillPool() {
  const Place& place = RandomPlace();
  for (int64_t n = 0; n < samples_; ++n) {
    const Entry* entry = Sample(*place.keyspace);
    if (entry == nullptr) break;
    pool_.Offer(Score(*entry, place.keyspace->context()), place.shard, place.database,
                entry->key());
  }
}

bool Evictor::EvictBestOfPool() {
  while (!pool_.empty()) {
    const EvictionCandidate& best = pool_.Best();
    if (!shards_.Idle(best.shard)) {
      pool_.DropBest();
      continue;
    }
    Keyspace& keyspace = shards_.Keys(best.shard, best.database);
    Entry* entry = keyspace.Find(best.key, Hash64(best.key));
    // It may be gone by now, or in use again.
    const bool holds =
        entry != nullptr && IsCandidate(*entry) && Score(*entry, keyspace.context()) >= best.score;
    pool_.DropBest();
    if (!holds) continue;
    Evict(keyspace, entry);
    return true;
  }
  return false;
}

uint64_t Evictor::Score(const Entry& entry, const ObjectContext& context) const {
  if (rules_.order == EvictionOrder::kLeastFrequent) {
    return uint64_t{kFrequencyMax} - FrequencyNow(entry, context);
  }
  return context.now_s > entry.accessed_s ? context.now_s - entry.accessed_s : 0;
}

void Evictor::Evict(Keyspace& keyspace, Entry* entry) {
  for (Place& place : places_) {
    if (place.keyspace != &keyspace) continue;
    --place.weight;
    --total_weight_;
    break;
  }
  keyspace.Evict(entry);
}

}  // namespace veddb
