// SPDX-License-Identifier: BSD-3-Clause
#include "server/memory.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "base/allocator.h"
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
// The part of maxmemory that may wait to be drained: while it drains it is held twice.
constexpr int64_t kPendingDivisor = 8;
// Where nothing may be evicted, reads may bring in so large a part of maxmemory beyond it.
constexpr int64_t kLoadedDivisor = 16;
// How long there has to be too much before writers are told so instead of waiting.
constexpr int64_t kExhaustedAfterMillis = 2000;
// The allocator's figures cost some ten microseconds.
constexpr int64_t kMeasureEveryMicros = 2000;
// With more clients than this, adding up their buffers every turn would cost too much: every 100
// ms.
constexpr size_t kClientsOften = 256;

// Pages of the process that are in memory, as the system counts them.
int64_t ResidentBytes() {
  static const int64_t page_bytes = sysconf(_SC_PAGESIZE);
  std::ifstream statm("/proc/self/statm");
  int64_t total = 0;
  int64_t resident = 0;
  statm >> total >> resident;
  return resident * page_bytes;
}

}  // namespace

void Memory::Start() {
  Measure();
  at_start_ = allocator_.allocated;
  peak_ = Used();
}

void Memory::Measure() {
  allocator_ = MeasureAllocator();
  process_resident_ = ResidentBytes();
  objects_at_measure_ = server_.shards().Sum(&ObjectContext::used_bytes);
  const bool bounded = server_.config().config().maxmemory != 0;
  if (bounded || server_.clients().size() <= kClientsOften) MeasureClients();
  MeasureKeyspaces();
  measured_us_ = MonoMicros();
  peak_ = std::max(peak_, Used());
}

void Memory::MeasureOften() {
  if (MonoMicros() - measured_us_ < kMeasureEveryMicros) return;
  allocator_ = MeasureAllocator();
  objects_at_measure_ = server_.shards().Sum(&ObjectContext::used_bytes);
  measured_us_ = MonoMicros();
}

void Memory::MeasureClients() {
  client_bytes_ = static_cast<int64_t>(server_.clients().MemoryBytes());
}

void Memory::MeasureKeyspaces() {
  ShardSet& shards = server_.shards();
  // Those of a busy shard belong to its thread; the figures of before do for so long.
  if (!shards.AllIdle()) return;
  index_bytes_ = 0;
  header_bytes_ = 0;
  document_bytes_ = 0;
  for (size_t i = 0; i < shards.shard_count(); ++i) {
    shards.shard(i).ForKeyspaces([this](const Keyspace& keyspace) {
      index_bytes_ += static_cast<int64_t>(keyspace.bucket_bytes() + keyspace.expiry_bytes());
      header_bytes_ += static_cast<int64_t>(keyspace.resident() * sizeof(Entry));
      if (keyspace.kind() != KeyspaceKind::kKeys) document_bytes_ += keyspace.used_bytes();
    });
  }
}

int64_t Memory::Used() const {
  const ShardSet& shards = server_.shards();
  return at_start_ + client_bytes_ + index_bytes_ + shards.Sum(&ObjectContext::used_bytes) -
         shards.Sum(&ObjectContext::absent_bytes);
}

int64_t Memory::Allocated() const {
  return allocator_.allocated + server_.shards().Sum(&ObjectContext::used_bytes) -
         objects_at_measure_;
}

MemoryReport Memory::Report() {
  const int64_t noted = client_bytes_;
  Measure();
  MeasureClients();
  ShardSet& shards = server_.shards();
  MemoryReport report;
  report.used = Used();
  report.peak = peak_;
  report.at_start = at_start_;
  report.clients = client_bytes_;
  report.client_count = static_cast<int64_t>(server_.clients().size());
  report.store = static_cast<int64_t>(server_.engine().MemoryBytes());
  report.index_bytes = index_bytes_ + header_bytes_;
  report.allocated = allocator_.allocated;
  report.active = allocator_.active;
  report.resident = allocator_.resident;
  report.process_resident = process_resident_;
  client_bytes_ = noted;
  const bool held = shards.AllIdle();
  for (uint32_t database = 0; database < shards.database_count(); ++database) {
    report.keys += shards.KeyCount(database);
    if (!held) continue;
    MemoryReport::Database one = {database, 0, 0};
    size_t resident = 0;
    for (size_t i = 0; i < shards.shard_count(); ++i) {
      const Keyspace& keyspace = shards.Keys(i, database);
      resident += keyspace.resident();
      one.main_bytes += static_cast<int64_t>(keyspace.bucket_bytes());
      one.expiry_bytes += static_cast<int64_t>(keyspace.expiry_bytes());
    }
    one.main_bytes += static_cast<int64_t>(resident * sizeof(Entry));
    if (resident > 0) report.databases.push_back(one);
  }
  return report;
}

int64_t Memory::exceeded_now_ms() const {
  return exceeded_since_ms_ == 0 ? 0 : MonoMillis() - exceeded_since_ms_;
}

int64_t Memory::exceeded_ms() const { return exceeded_ms_ + exceeded_now_ms(); }

void Memory::ResetStats() {
  peak_ = Used();
  longest_slice_us_ = 0;
  exceeded_ms_ = 0;
  if (exceeded_since_ms_ != 0) exceeded_since_ms_ = MonoMillis();
}

void Memory::NoteExceeded(bool exceeded) {
  if (exceeded && exceeded_since_ms_ == 0) exceeded_since_ms_ = MonoMillis();
  if (exceeded || exceeded_since_ms_ == 0) return;
  exceeded_ms_ = exceeded_ms();
  exceeded_since_ms_ = 0;
}

void Memory::Evict() {
  const Config& config = server_.config().config();
  const int64_t limit = config.maxmemory;
  evicting_ = false;
  outcome_ = Evictor::Outcome::kEnough;
  if (limit == 0 || !RulesOf(config.maxmemory_policy)) {
    SetTableRoom(std::numeric_limits<int64_t>::max());
    return NoteExceeded(false);
  }
  if (Used() > limit - limit / kNearDivisor) {
    MeasureKeyspaces();
    peak_ = std::max(peak_, Used());
  }
  if (const int64_t over = Used() - limit; over > 0) {
    const int64_t begin_us = ThreadCpuMicros();
    outcome_ = server_.evictor().Run(config, over,
                                     EvictionSliceMicros(config.maxmemory_eviction_tenacity));
    longest_slice_us_ = std::max(longest_slice_us_, ThreadCpuMicros() - begin_us);
  }
  SetTableRoom(std::max<int64_t>(0, limit - Used()));
  evicting_ = outcome_ == Evictor::Outcome::kTimeUp;
  NoteExceeded(outcome_ != Evictor::Outcome::kEnough);
}

void Memory::SetTableRoom(int64_t bytes) {
  if (bytes == table_room_) return;
  table_room_ = bytes;
  ShardSet& shards = server_.shards();
  for (size_t i = 0; i < shards.shard_count(); ++i) shards.shard(i).context().table_room.Set(bytes);
}

void Memory::NoteClients() {
  const Config& config = server_.config().config();
  const int64_t limit = config.maxmemory;
  if (limit == 0 || !RulesOf(config.maxmemory_policy)) return;
  if (Used() <= limit - limit / kNearDivisor || server_.clients().size() > kClientsOften) return;
  MeasureClients();
  if (outcome_ == Evictor::Outcome::kEnough && Used() > limit) evicting_ = true;
}

void Memory::Relieve() {
  const Config& config = server_.config().config();
  if (config.maxmemory == 0) {
    exhausted_ = false;
    const int64_t pending = server_.shards().Sum(&ObjectContext::pending_bytes);
    SetWritersWait(pending > kPendingFactor * config.drain_bytes);
  } else if (RulesOf(config.maxmemory_policy)) {
    RelieveCache();
  } else {
    RelieveByUnloading();
  }
}

void Memory::RelieveCache() {
  const int64_t limit = server_.config().config().maxmemory;
  ShardSet& shards = server_.shards();
  const int64_t over = Used() - limit;
  const bool no_keys = outcome_ == Evictor::Outcome::kNoKeys;
  // Documents go in proportion to what they take, or all that is over where no key can go.
  if (over > 0 && document_bytes_ > 0) {
    const int64_t objects = std::max<int64_t>(1, shards.Sum(&ObjectContext::used_bytes));
    const double share =
        no_keys ? 1 : static_cast<double>(document_bytes_) / static_cast<double>(objects);
    const auto wanted = static_cast<int64_t>(static_cast<double>(over) * share);
    if (Unload(std::min(wanted + 1, kRelieveBytesPerTurn), true) <= 0) AskForDrain();
  }
  // What reads brought in and no policy lets go must not grow for ever: it is on disk as well.
  if (no_keys && over > limit / kLoadedDivisor) Unload(kRelieveBytesPerTurn, false);
  exhausted_ = no_keys && over > 0 && document_bytes_ < over;
  const int64_t pending = shards.Sum(&ObjectContext::pending_bytes);
  SetWritersWait(!exhausted_ &&
                 (pending > std::max(limit / kPendingDivisor, kRelieveBytesPerTurn) ||
                  Used() - limit > limit / kWaitDivisor));
}

int64_t Memory::Unload(int64_t bytes, bool documents_only) {
  ShardSet& shards = server_.shards();
  int64_t freed = 0;
  for (size_t i = 0; i < shards.shard_count() && freed < bytes; ++i) {
    if (shards.Idle(i)) freed += shards.shard(i).Unload(bytes - freed, documents_only);
  }
  return freed;
}

void Memory::RelieveByUnloading() {
  const Config& config = server_.config().config();
  ShardSet& shards = server_.shards();
  const int64_t limit = config.maxmemory;
  const int64_t pending = shards.Sum(&ObjectContext::pending_bytes);
  // Far from the limit the figures of the last tick do; near it they have to be fresh.
  if (Allocated() > limit - limit / kNearDivisor) MeasureOften();
  const int64_t used = Allocated();
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
  const int64_t wanted = std::min(over, kRelieveBytesPerTurn);
  const int64_t freed = Unload(wanted, false);
  SetWritersWait(used - freed > limit - limit / kWaitDivisor && (pending > 0 || hopeless));
  if (freed < wanted) AskForDrain();
}

// What is over can't leave before it is drained.
void Memory::AskForDrain() {
  if (drain_asked_ || server_.shards().Sum(&ObjectContext::pending_bytes) == 0) return;
  drain_asked_ = true;
  server_.shards().drainer().Request([this](const Status&) { drain_asked_ = false; });
}

void Memory::SetWritersWait(bool wait) {
  if (writers_wait_ && !wait) server_.clients().EndWait(Wait::kMemory);
  writers_wait_ = wait;
}

}  // namespace veddb
