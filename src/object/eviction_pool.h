// SPDX-License-Identifier: BSD-3-Clause
// EvictionPool: the best candidates for eviction that were met so far. Each eviction compares a few
// sampled keys with those the pool remembers of earlier samples, so that the choice comes near to
// that among all keys although only a few are ever looked at.
//
// Keys are remembered by name: they may be gone, or used again, by the time they are chosen, which
// the caller checks. Owned by: the loop. Every operation is O(kSize).
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/bytes.h"

namespace veddb {

struct EvictionCandidate {
  uint64_t score = 0;  // the highest goes first
  uint32_t shard = 0;
  uint32_t database = 0;
  std::string key;

  bool IsKey(uint32_t other_shard, uint32_t other_database, Bytes name) const {
    return shard == other_shard && database == other_database && key == name;
  }
};

class EvictionPool {
 public:
  static constexpr size_t kSize = 16;

  // A full pool forgets its worst candidate, or refuses one that is no better. A key that is known
  // already takes its new score.
  void Offer(uint64_t score, uint32_t shard, uint32_t database, Bytes key);
  // The best candidate. REQUIRES: !empty()
  const EvictionCandidate& Best() const { return candidates_[size_ - 1]; }
  void DropBest() { --size_; }
  void Clear() { size_ = 0; }
  bool empty() const { return size_ == 0; }
  size_t size() const { return size_; }

 private:
  void Forget(size_t at);

  // In ascending order of scores. What lies behind size_ lends its strings' memory to new ones.
  std::array<EvictionCandidate, kSize> candidates_;
  size_t size_ = 0;
};

}  // namespace veddb
