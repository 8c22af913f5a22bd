// SPDX-License-Identifier: BSD-3-Clause
#include "object/eviction_pool.h"

#include <algorithm>

namespace veddb {

void EvictionPool::Offer(uint64_t score, uint32_t shard, uint32_t database, Bytes key) {
  for (size_t i = 0; i < size_; ++i) {
    if (candidates_[i].IsKey(shard, database, key)) {
      Forget(i);
      break;
    }
  }
  if (size_ == kSize) {
    if (score <= candidates_[0].score) return;
    Forget(0);
  }
  size_t at = size_;
  while (at > 0 && candidates_[at - 1].score >= score) --at;
  const auto begin = candidates_.begin();
  std::rotate(begin + static_cast<ptrdiff_t>(at), begin + static_cast<ptrdiff_t>(size_),
              begin + static_cast<ptrdiff_t>(size_) + 1);
  ++size_;
  EvictionCandidate& candidate = candidates_[at];
  candidate.score = score;
  candidate.shard = shard;
  candidate.database = database;
  candidate.key.assign(key);
}

void EvictionPool::Forget(size_t at) {
  const auto begin = candidates_.begin();
  std::rotate(begin + static_cast<ptrdiff_t>(at), begin + static_cast<ptrdiff_t>(at) + 1,
              begin + static_cast<ptrdiff_t>(size_));
  --size_;
}

}  // namespace veddb
