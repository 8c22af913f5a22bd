// SPDX-License-Identifier: BSD-3-Clause
#include "server/memory.h"

#include <jemalloc/jemalloc.h>

#include <algorithm>

#include "base/clock.h"
#include "server/server.h"

namespace veddb {
namespace {

// At most so much is let go in one turn of the loop, so that no turn takes long.
constexpr int64_t kRelieveBytesPerTurn = 1 << 20;
// Writers wait when so many times drain-bytes is pending: the store is behind.
constexpr int64_t kPendingFactor = 4;
// Parts of maxmemory below it: from where the figures are fresh, objects leave, writers wait.
constexpr int64_t kNearDivisor = 4;
constexpr int64_t kHeadroomDivisor = 8;
constexpr int64_t kWaitDivisor = 32;
// The part of maxmemory that may wait to be drained.
constexpr int64_t kPendingDivisor = 4;
// How long there has to be too much before writers are told so instead of waiting.
constexpr int64_t kExhaustedAfterMillis = 2000;
// The allocator's figures cost some ten microseconds.
constexpr int64_t kMeasureEveryMicros = 2000;

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
  measured_us_ = MonoMicros();
  if (at_start_ == 0) at_start_ = allocated_;
  peak_ = std::max(peak_, allocated_);
}

int64_t Memory::Used() const {
  return allocated_ + server_.shards().Sum(&ObjectContext::used_bytes) - objects_at_measure_;
}

void Memory::Relieve() {
  const Config& config = server_.config().config();
  ShardSet& shards = server_.shards();
  const int64_t limit = config.maxmemory;
  const int64_t pending = shards.Sum(&ObjectContext::pending_bytes);
  if (limit == 0) {
    exhausted_ = false;
    SetWritersWait(pending > kPendingFactor * config.drain_bytes);
    return;
  }
  // Far from the limit the figures of the last tick do; near it they have to be fresh.
  if (Used() > limit - limit / kNearDivisor) MeasureOften();
  const int64_t used = Used();
  // Even without a single object there would be too much. What compactions take for a moment must
  // not make an error of that: it has to last, or to be beyond hope.
  const bool hopeless = used - limit > shards.Sum(&ObjectContext::used_bytes);
  const int64_t now_ms = MonoMillis();
  if (!hopeless) hopeless_since_ms_ = 0;
  if (hopeless && hopeless_since_ms_ == 0) hopeless_since_ms_ = now_ms;
  exhausted_ =
      hopeless && (limit <= at_start_ || now_ms - hopeless_since_ms_ >= kExhaustedAfterMillis);
  // Objects begin to leave a little before the limit, since what drains and compactions take for a
  // while comes on top.
  const int64_t over = used - (limit - limit / kHeadroomDivisor);
  if (over <= 0 || exhausted_) {
    SetWritersWait(pending > limit / kPendingDivisor && !exhausted_);
    return;
  }
  int64_t freed = 0;
  const int64_t wanted = std::min(over, kRelieveBytesPerTurn);
  for (size_t i = 0; i < shards.shard_count() && freed < wanted; ++i) {
    if (shards.Idle(i)) freed += shards.shard(i).Unload(wanted - freed);
  }
  SetWritersWait(used - freed > limit - limit / kWaitDivisor && (pending > 0 || hopeless));
  if (freed >= wanted || pending == 0 || drain_asked_) return;
  // What is over can't leave before it is drained.
  drain_asked_ = true;
  shards.drainer().Request([this](const Status&) { drain_asked_ = false; });
}

void Memory::MeasureOften() {
  const int64_t now_us = MonoMicros();
  if (now_us - measured_us_ >= kMeasureEveryMicros) Measure();
}

void Memory::SetWritersWait(bool wait) {
  if (writers_wait_ && !wait) server_.clients().EndWait(Wait::kMemory);
  writers_wait_ = wait;
}

}  // namespace veddb
