// SPDX-License-Identifier: BSD-3-Clause
#include "server/cron.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "base/logging.h"
#include "base/ticks.h"
#include "object/serialize.h"
#include "server/server.h"

namespace veddb {
namespace {

// Keys that one shard expires in one turn of the loop.
constexpr size_t kExpirePerTurn = 200;
constexpr size_t kHintsPerScan = 1000;
// Hints may be written for a time that is just past; so far back the next scan looks again.
constexpr int64_t kRescanMillis = 60'000;

}  // namespace

void Cron::Tick(int64_t now_ms) {
  server_.memory().Measure();
  server_.clients().Tick(now_ms);
  if (now_ms - last_second_ms_ >= 1000 || now_ms < last_second_ms_) OncePerSecond(now_ms);
}

void Cron::OncePerSecond(int64_t now_ms) {
  const uint64_t commands = server_.totals().commands;
  const int64_t elapsed_ms = std::max<int64_t>(1, now_ms - last_second_ms_);
  commands_per_second_ = static_cast<int64_t>(commands - commands_before_) * 1000 / elapsed_ms;
  commands_before_ = commands;
  last_second_ms_ = now_ms;
  server_.WatchDisk();
  server_.shards().ForgetReclaimed();
  if (server_.shards().drainer().idle()) server_.shards().ReclaimDropped();
  if (active_expire_ && !server_.clients().paused(now_ms)) ScanExpiryFamily(now_ms);
}

void Cron::ExpireDue(int64_t now_ms) {
  if (!active_expire_ || server_.clients().paused(now_ms)) return;
  ShardSet& shards = server_.shards();
  for (size_t i = 0; i < shards.shard_count(); ++i) {
    if (!shards.Idle(i)) continue;
    Shard& shard = shards.shard(i);
    const int64_t next_ms = shard.NextExpiry();
    if (next_ms == 0 || next_ms > now_ms) continue;
    const uint64_t begun = Ticks();
    shard.ExpireDue(now_ms, kExpirePerTurn);
    server_.accounting().NoteLatency(LatencyEvent::kExpireCycle, NanosSince(begun));
  }
}

void Cron::ScanExpiryFamily(int64_t now_ms) {
  if (scanning_) return;
  scanning_ = true;
  const int64_t from_ms = std::max<int64_t>(0, scanned_until_ms_ - kRescanMillis);
  server_.shards().pool().Submit([this, from_ms, now_ms] {
    std::vector<std::string> hints;
    const auto view = server_.engine().NewReadView();
    std::string lower;
    std::string upper;
    PutBE64(lower, static_cast<uint64_t>(from_ms));
    PutBE64(upper, static_cast<uint64_t>(now_ms) + 1);
    const auto it = view->NewIterator(Family::kExpiry, lower, upper);
    for (it->SeekToFirst(); it->Valid() && hints.size() < kHintsPerScan; it->Next()) {
      hints.emplace_back(it->key());
    }
    if (const Status status = it->status(); !status.ok()) {
      LogWarning("Reading the expiry family failed: " + status.error().message);
    }
    server_.PostToLoop([this, now_ms, hints = std::move(hints)]() mutable {
      scanning_ = false;
      if (hints.size() < kHintsPerScan) scanned_until_ms_ = now_ms;
      ExpireCold(std::move(hints));
    });
  });
}

namespace {

// Deletes a key that is due and cold; or only its hint, if the key has another expiry by now.
class ExpireColdJob final : public Job {
 public:
  ExpireColdJob(KeyRef ref, std::string key, std::string hint, int64_t due_ms, Server& server)
      : Job({ref.shard}, Where::kLoop),
        ref_(ref),
        key_(std::move(key)),
        hint_(std::move(hint)),
        due_ms_(due_ms),
        server_(server) {
    ref_.name = key_;
  }
  void Load(Shard& shard) override { loaded_ = shard.Resolve(ref_).ok(); }
  void Run(Turn& turn) override {
    if (!loaded_) return;
    Entry* entry = ref_.Find();
    const bool due = entry != nullptr && entry->present() && entry->expire_at_ms == due_ms_;
    if (due) {
      if (!entry->ExpiredAt(server_.now_ms())) return;
      ref_.keyspace->Expire(entry);
      return;
    }
    turn.ops().Delete(Family::kExpiry, hint_);
    server_.shards().drainer().meta().Delete(Family::kExpiry, hint_);
  }
  void Done(const Status& committed) override {
    if (!committed.ok()) server_.NoteCommitFailure(committed.error());
    delete this;
  }

 private:
  KeyRef ref_;
  const std::string key_;
  const std::string hint_;
  const int64_t due_ms_;
  Server& server_;
  bool loaded_ = false;
};

}  // namespace

void Cron::ExpireCold(std::vector<std::string> hints) {
  ShardSet& shards = server_.shards();
  for (std::string& hint : hints) {
    const std::optional<ExpiryKeyView> parsed = ParseExpiryKey(hint);
    const std::optional<StorageKeyView> target =
        parsed ? ParseStorageKey(parsed->target) : std::nullopt;
    const std::optional<uint32_t> database =
        target ? shards.DatabaseOf(target->space) : std::nullopt;
    if (!database) {
      // The space is gone, or the bytes are not ours to understand: the hint is of no use.
      shards.turn().ops().Delete(Family::kExpiry, hint);
      shards.drainer().meta().Delete(Family::kExpiry, hint);
      continue;
    }
    std::string key(target->key);
    const KeyRef ref = MakeKeyRef(key, *database, shards.shard_count());
    const int64_t due_ms = parsed->time_ms;
    shards.Post(new ExpireColdJob(ref, std::move(key), std::move(hint), due_ms, server_));
  }
}

}  // namespace veddb
