// SPDX-License-Identifier: BSD-3-Clause
#include "server/cron.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "base/clock.h"
#include "base/logging.h"
#include "base/ticks.h"
#include "object/serialize.h"
#include "server/server.h"

namespace veddb {
namespace {

// Between two looks at the clock.
constexpr size_t kExpirePerLook = 32;
// A turn's slice lies between these, whatever its share of the time: what it deletes costs about as
// much again when the turn is logged.
constexpr int64_t kSliceMicrosMin = 100;
constexpr int64_t kSliceMicrosMax = 1000;
// The share of its time that the loop expires while keys are due: percent at effort 1, and what
// each further step adds.
constexpr int64_t kShareOfEffortOne = 25;
constexpr int64_t kSharePerEffort = 2;
constexpr size_t kHintsPerScan = 4096;
// Keys on disk only that one job loads and deletes: a few milliseconds of their shard.
constexpr size_t kColdPerJob = 128;
// The turns of loop and shards do not agree on the time to the millisecond.
constexpr int64_t kRescanMillis = 1000;

}  // namespace

void Cron::Tick() {
  server_.memory().Measure();
  server_.clients().Tick();
  if (server_.mono_ms() - last_second_ms_ >= 1000) OncePerSecond();
}

void Cron::MeasureRates() {
  const int64_t mono_ms = server_.mono_ms();
  const uint64_t commands = server_.totals().commands;
  const int64_t elapsed_ms = std::max<int64_t>(1, mono_ms - last_second_ms_);
  commands_per_second_ = static_cast<int64_t>(commands - commands_before_) * 1000 / elapsed_ms;
  commands_before_ = commands;
  const Traffic traffic = server_.clients().AllTraffic();
  const auto rate = [elapsed_ms](uint64_t bytes) {
    constexpr double kKibibyte = 1024;
    return static_cast<double>(bytes) / kKibibyte * 1000 / static_cast<double>(elapsed_ms);
  };
  input_kib_per_second_ = rate(traffic.in - traffic_before_.in);
  output_kib_per_second_ = rate(traffic.out - traffic_before_.out);
  traffic_before_ = traffic;
  last_second_ms_ = mono_ms;
}

void Cron::OncePerSecond() {
  MeasureRates();
  server_.cursors().CloseIdle();
  server_.WatchDisk();
  // What follows reads the store, or is logged.
  if (server_.healer().memory_void() || server_.log().failed()) return;
  server_.shards().ForgetReclaimed();
  if (server_.shards().drainer().idle()) server_.shards().ReclaimDropped();
  server_.saves().Tick();
  server_.index_builder().Tick();
  if (active_expire_) server_.document_expiry().Tick();
  // While memory is behind, what the scan would find is mostly what memory is about to delete.
  if (!behind_ && !server_.clients().paused()) ScanExpiryFamily();
}

// --- keys in memory ---

int64_t Cron::ExpirySliceMicros(int64_t now_us) const {
  const int64_t effort = server_.config().config().active_expire_effort;
  const int64_t share = kShareOfEffortOne + kSharePerEffort * (effort - 1);
  const int64_t elapsed_us = now_us - slice_ended_us_;
  return std::clamp(elapsed_us * share / (100 - share), kSliceMicrosMin, kSliceMicrosMax);
}

void Cron::ExpireDue() {
  behind_ = false;
  if (!active_expire_ || server_.clients().paused() || server_.log().failed()) return;
  const int64_t now_ms = server_.now_ms();
  ShardSet& shards = server_.shards();
  int64_t end_us = 0;
  uint64_t begun = 0;
  int64_t cpu_begin_us = 0;
  const size_t count = shards.shard_count();
  for (size_t n = 0; n < count && !behind_; ++n) {
    const size_t i = (first_shard_ + n) % count;
    if (!shards.Idle(i)) continue;
    Shard& shard = shards.shard(i);
    for (int64_t next_ms = shard.NextExpiry(); next_ms != 0 && next_ms <= now_ms;
         next_ms = shard.NextExpiry()) {
      const int64_t now_us = MonoMicros();
      if (end_us == 0) {
        end_us = now_us + ExpirySliceMicros(now_us);
        begun = Ticks();
        cpu_begin_us = ThreadCpuMicros();
      }
      if (now_us >= end_us) {
        behind_ = true;
        first_shard_ = i;
        break;
      }
      shard.ExpireDue(now_ms, kExpirePerLook);
    }
  }
  if (end_us == 0) return;
  slice_ended_us_ = MonoMicros();
  server_.accounting().NoteLatency(LatencyEvent::kExpireCycle, NanosSince(begun));
  const int64_t cpu_us = ThreadCpuMicros() - cpu_begin_us;
  expiry_.cpu_us += cpu_us;
  expiry_.longest_slice_us = std::max(expiry_.longest_slice_us, cpu_us);
  if (behind_) ++expiry_.cut_slices;
}

// --- keys on disk only ---

void Cron::ScanExpiryFamily() {
  if (!active_expire_ || scanning_ || cold_jobs_ > 0) return;
  const int64_t now_ms = server_.now_ms();
  scanning_ = true;
  // A clock that was set back passes the same times again.
  scanned_until_ms_ = std::min(scanned_until_ms_, now_ms);
  std::string from = scan_from_;
  if (from.empty()) {
    // A key that is due never leaves memory but by expiry, so what a scan misses because it is not
    // drained yet, memory deletes.
    const int64_t from_ms = std::max<int64_t>(0, scanned_until_ms_ - kRescanMillis);
    PutBE64(from, static_cast<uint64_t>(from_ms));
  }
  server_.shards().pool().Submit([this, from = std::move(from), now_ms] {
    std::vector<std::string> hints;
    const auto view = server_.engine().NewReadView();
    std::string upper;
    PutBE64(upper, static_cast<uint64_t>(now_ms) + 1);
    const auto it = view->NewIterator(Family::kExpiry, from, upper);
    for (it->SeekToFirst(); it->Valid() && hints.size() < kHintsPerScan; it->Next()) {
      hints.emplace_back(it->key());
    }
    const bool good = it->status().ok();
    if (!good) LogWarning("Reading the expiry family failed: " + it->status().error().message);
    server_.PostToLoop([this, now_ms, good, hints = std::move(hints)]() mutable {
      scanning_ = false;
      if (hints.size() == kHintsPerScan) {
        scan_from_ = hints.back() + '\0';
      } else if (good) {
        scan_from_.clear();
        scanned_until_ms_ = now_ms;
      }
      ExpireCold(std::move(hints), now_ms);
    });
  });
}

namespace {

struct ColdKey {
  KeyRef ref;
  std::string key;
  std::string hint;
  int64_t due_ms = 0;
  bool loaded = false;
  bool stale = false;  // the key has another expiry by now, or is gone
};

}  // namespace

// Deletes keys of one shard that are due and cold.
class ExpireColdJob final : public Job {
 public:
  ExpireColdJob(uint16_t shard, std::vector<ColdKey> keys, int64_t now_ms, Cron& cron)
      : Job({shard}, Where::kShardThread), keys_(std::move(keys)), now_ms_(now_ms), cron_(cron) {
    ++cron_.cold_jobs_;
    for (ColdKey& one : keys_) one.ref.name = one.key;
  }
  void Load(Shard& shard) override {
    for (ColdKey& one : keys_) one.loaded = shard.Resolve(one.ref).ok();
  }
  void Run(Turn& /*turn*/) override {
    for (ColdKey& one : keys_) {
      if (!one.loaded || one.ref.keyspace->context().frozen.load(std::memory_order_relaxed))
        continue;
      Entry* entry = one.ref.Find();
      one.stale = entry == nullptr || !entry->present() || entry->expire_at_ms != one.due_ms;
      if (one.stale || !entry->ExpiredAt(now_ms_)) continue;
      one.ref.keyspace->Expire(entry);
    }
  }
  void Done(const Status& committed) override {
    if (committed.ok()) {
      for (const ColdKey& one : keys_) {
        if (one.stale) cron_.DropHint(one.hint);
      }
    }
    cron_.ColdJobEnds();
    delete this;
  }

 private:
  std::vector<ColdKey> keys_;
  const int64_t now_ms_;
  Cron& cron_;
};

void Cron::ExpireCold(std::vector<std::string> hints, int64_t now_ms) {
  if (server_.log().failed()) return;  // the next scan finds them again
  ShardSet& shards = server_.shards();
  std::vector<std::vector<ColdKey>> batches(shards.shard_count());
  const auto post = [&](uint16_t shard) {
    shards.Post(new ExpireColdJob(shard, std::exchange(batches[shard], {}), now_ms, *this));
  };
  for (std::string& hint : hints) {
    const std::optional<ExpiryKeyView> parsed = ParseExpiryKey(hint);
    const std::optional<StorageKeyView> target =
        parsed ? ParseStorageKey(parsed->target) : std::nullopt;
    const std::optional<uint32_t> database =
        target ? shards.DatabaseOf(target->space) : std::nullopt;
    if (!database) {
      // The space is gone, or the bytes are not ours to understand: the hint is of no use.
      DropHint(hint);
      continue;
    }
    KeyRef ref = MakeKeyRef(target->key, *database, shards.shard_count());
    if (shards.Idle(ref.shard) && shards.shard(ref.shard).ResolveInMemory(ref)) {
      // What memory has it deletes itself, and the hint with it; what it knows to be absent has
      // left its hint behind.
      if (ref.entry == nullptr) DropHint(hint);
      continue;
    }
    std::vector<ColdKey>& batch = batches[ref.shard];
    ColdKey& one = batch.emplace_back();
    one.key = std::string(target->key);
    one.due_ms = parsed->time_ms;
    one.ref = ref;
    one.hint = std::move(hint);
    if (batch.size() == kColdPerJob) post(ref.shard);
  }
  for (uint16_t i = 0; i < shards.shard_count(); ++i) {
    if (!batches[i].empty()) post(i);
  }
  if (cold_jobs_ == 0 && !scan_from_.empty()) ScanExpiryFamily();
}

void Cron::DropHint(const std::string& hint) {
  ShardSet& shards = server_.shards();
  shards.turn().ops().Delete(Family::kExpiry, hint);
  shards.drainer().meta().Delete(Family::kExpiry, hint);
}

void Cron::ColdJobEnds() {
  if (--cold_jobs_ == 0 && !scan_from_.empty()) ScanExpiryFamily();
}

}  // namespace veddb
