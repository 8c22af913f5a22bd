// SPDX-License-Identifier: BSD-3-Clause
#include "server/healer.h"

#include <algorithm>
#include <utility>

#include "base/logging.h"
#include "server/server.h"

namespace veddb {
namespace {

constexpr int kWaitFactor = 4;

}  // namespace

void Healer::Tries::Failed(int64_t now_ms, const HealingLimits& limits) {
  int64_t wait_ms = limits.wait_min_ms;
  for (int i = 0; i < count && wait_ms < limits.wait_max_ms; ++i) wait_ms *= kWaitFactor;
  ++count;
  next_ms = now_ms + std::min(wait_ms, limits.wait_max_ms);
}

Error Healer::RefusalOf(const Error& error) const {
  if (error.code == ErrorCode::kTooLarge) return error;
  if (server_.log().sync_failed()) {
    return MakeError(ErrorCode::kMisconf,
                     "The outcome of the command is unknown, the log could not be forced to the "
                     "disk: " +
                         error.message);
  }
  return MakeError(ErrorCode::kMisconf,
                   "The write could not be made durable and is undone: " + error.message);
}

void Healer::EndTurn(const Status& committed, int64_t now_ms) {
  // Asked before: a sync that fails from here on is the next turn's, whose Detect knows of it
  // before anything is settled. Until then its replies are held.
  const bool log_failed = server_.log().failed();
  Detect(committed);
  if (memory_void_ || log_failed) Heal(now_ms);
  UpdateGates();
}

void Healer::Detect(const Status& committed) {
  if (memory_void_) return;
  ShardSet& shards = server_.shards();
  const Status trusted = shards.Trusted();
  if (trusted.ok() && !shards.rebuild_due()) return;
  memory_void_ = true;
  shards.drainer().set_halted(true);
  if (trusted.ok()) return;  // a drain was given up: what was answered in this turn is true
  // What this turn replied was made of changes that are not there, or stands beside them.
  cause_ = RefusalOf(committed.ok() ? trusted.error() : committed.error());
  server_.clients().ReplaceTurnReplies(cause_);
  server_.sync_waits().LogFailed();
}

void Healer::Heal(int64_t now_ms) {
  ShardSet& shards = server_.shards();
  if (memory_void_) {
    // As soon as nobody works on it.
    if (!shards.AllIdle() || !shards.drainer().idle()) return;
    if (shards.drainer().store_broken() && !ReopenStore(now_ms)) return;
    if (!RebuildMemory(now_ms)) return;
    memory_void_ = false;
    server_.tracking().InvalidateAll();  // some may have read what is undone
    shards.set_frozen(server_.log().failed());
    shards.drainer().set_halted(false);
    server_.clients().EndWait(Wait::kRebuild);
  }
  if (server_.log().failed()) ReopenLog(now_ms);
}

bool Healer::ReopenStore(int64_t now_ms) {
  if (!store_tries_.Due(now_ms) || !server_.shards().pool().idle()) return false;
  // Their snapshots are of the store that goes; the pool frees them.
  server_.cursors().CloseAll();
  if (!server_.shards().pool().idle()) return false;
  if (store_tries_.count >= limits_.tries_max) {
    const Status error = server_.engine().background_error();
    hopeless_ = error.ok() ? "the store fails again and again" : error.error().message;
    return false;
  }
  store_tries_.Failed(now_ms, limits_);
  LogWarning("The store is closed and opened again.");
  const Status opened = server_.engine().Reopen();
  if (opened.ok()) {
    server_.shards().drainer().set_store_broken(false);
    return true;
  }
  LogWarning("The store can't be opened again: " + opened.error().message);
  if (store_tries_.count >= limits_.tries_max) hopeless_ = opened.error().message;
  return false;
}

bool Healer::RebuildMemory(int64_t now_ms) {
  if (!rebuild_tries_.Due(now_ms)) return false;
  const LogPosition end = server_.log().end();
  const LogPosition good = server_.log().Settle();
  server_.clients().DropHeld(good, cause_);
  if (good < end) {
    if (!server_.log().failure().ok()) cause_ = RefusalOf(server_.log().failure().error());
    server_.clients().ReplaceTurnReplies(cause_);
    server_.clients().DropInFlight();
  }
  const Status rebuilt = server_.shards().Rebuild(good);
  if (rebuilt.ok()) {
    rebuild_tries_.Reset();
    return true;
  }
  LogWarning("Memory can't be rebuilt: " + rebuilt.error().message);
  rebuild_tries_.Failed(now_ms, limits_);
  if (rebuild_tries_.count >= limits_.tries_max) hopeless_ = rebuilt.error().message;
  return false;
}

void Healer::ReopenLog(int64_t now_ms) {
  if (!log_tries_.Due(now_ms)) return;
  const Result<LogPosition> reopened = server_.log().Reopen();
  if (reopened.ok()) {
    log_tries_.Reset();
    server_.shards().set_frozen(false);
    LogWarning("The log works again.");
    return;
  }
  log_tries_.Failed(now_ms, limits_);
  log_tries_.next_ms = std::min(log_tries_.next_ms, now_ms + limits_.log_wait_max_ms);
}

void Healer::UpdateGates() {
  GateState& gates = server_.dispatcher().gate_state();
  const bool was_refused = gates.writes_refused;
  Drainer& drainer = server_.shards().drainer();
  if (drainer.figures().drains != drains_seen_) {
    // A drain got through: the store is well.
    drains_seen_ = drainer.figures().drains;
    store_tries_.Reset();
  }
  gates.refusal.clear();
  if (server_.log().failed()) {
    const Status failure = server_.log().failure();
    gates.refusal = failure.ok() ? "the log failed" : failure.error().message;
  } else if (memory_void_) {
    gates.refusal = "the store failed and is opened again";
  } else if (drainer.failing()) {
    gates.refusal = drainer.failure();
  }
  gates.writes_refused = !gates.refusal.empty();
  if (gates.writes_refused && !was_refused) {
    LogWarning("Writes are refused from now on: " + gates.refusal);
  }
  if (!gates.writes_refused && was_refused) LogWarning("Writes are accepted again.");
}

}  // namespace veddb
