// SPDX-License-Identifier: BSD-3-Clause
#include "server/memory.h"

#include <jemalloc/jemalloc.h>

#include <algorithm>

#include "server/server.h"

namespace veddb {
namespace {

// At most so much is let go in one turn of the loop, so that no turn takes long.
constexpr int64_t kRelieveBytesPerTurn = 1 << 20;
// Writers wait when so many times drain-bytes is pending: the store is behind.
constexpr int64_t kPendingFactor = 4;
// Writers go on while less than this part of maxmemory is over the limit and a drain is under way.
constexpr int64_t kToleratedDivisor = 32;

int64_t ReadAllocator(const char* name) {
  size_t value = 0;
  size_t size = sizeof value;
  return mallctl(name, &value, &size, nullptr, 0) == 0 ? static_cast<int64_t>(value) : 0;
}

}  // namespace

void Memory::Measure() {
  uint64_t epoch = 1;
  size_t size = sizeof epoch;
  mallctl("epoch", &epoch, &size, &epoch, size);
  allocated_ = ReadAllocator("stats.allocated");
  resident_ = ReadAllocator("stats.resident");
  objects_at_measure_ = server_.shards().Sum(&ObjectContext::used_bytes);
  if (at_start_ == 0) at_start_ = allocated_;
  peak_ = std::max(peak_, allocated_);
}

int64_t Memory::Used() const {
  return allocated_ + server_.shards().Sum(&ObjectContext::used_bytes) - objects_at_measure_;
}

void Memory::Relieve() {
  const Config& config = server_.config().config();
  ShardSet& shards = server_.shards();
  const int64_t pending = shards.Sum(&ObjectContext::pending_bytes);
  const bool store_behind = pending > kPendingFactor * config.drain_bytes;
  const int64_t over = config.maxmemory == 0 ? 0 : Used() - config.maxmemory;
  // Even without a single object there would be too much: no drain can help.
  exhausted_ = over > shards.Sum(&ObjectContext::used_bytes);
  if (over <= 0 || exhausted_) {
    if (store_behind && !exhausted_) {
      writers_wait_ = true;
    } else {
      StopWaiting();
    }
    if (over <= 0) return;
  }
  int64_t freed = 0;
  const int64_t wanted = std::min(over, kRelieveBytesPerTurn);
  for (size_t i = 0; i < shards.shard_count() && freed < wanted; ++i) {
    if (shards.Idle(i)) freed += shards.shard(i).Unload(wanted - freed);
  }
  if (freed >= wanted || exhausted_) {
    StopWaiting();
    return;
  }
  if (pending == 0) return;
  // What is over can't leave before it is drained. A little is tolerated without a wait.
  writers_wait_ = over > config.maxmemory / kToleratedDivisor;
  if (drain_asked_) return;
  drain_asked_ = true;
  shards.drainer().Request([this](const Status&) { drain_asked_ = false; });
}

void Memory::StopWaiting() {
  if (!writers_wait_) return;
  writers_wait_ = false;
  server_.clients().EndWait(Wait::kMemory);
}

}  // namespace veddb
