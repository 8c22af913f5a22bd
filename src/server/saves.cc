// SPDX-License-Identifier: BSD-3-Clause
#include "server/saves.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/logging.h"
#include "server/server.h"

namespace veddb {
namespace {

constexpr int64_t kMillisPerSecond = 1000;
// After a save that failed the next one is not begun by itself for so long.
constexpr int64_t kRetryMillis = 5000;

}  // namespace

void Saves::Start() {
  saved_ms_ = MonoMillis();
  log_bytes_before_ = server_.log().end() - server_.log().begin();
  for (State& state : states_) state.figures.last_s = WallMillis() / kMillisPerSecond;
}

void Saves::Begin(SaveKind kind, Client* waiting) {
  State& state = of(kind);
  CHECK(!state.figures.running);
  state.figures.running = true;
  state.figures.begun_ms = MonoMillis();
  if (kind == SaveKind::kSave) {
    state.changes_before = std::exchange(saved_changes_, AllChanges());
    soon_ = false;
  }
  if (waiting != nullptr) {
    state.slot.emplace(server_, *waiting);
    state.client_id = waiting->session.id;
    waiting->Block();
  }
  server_.shards().drainer().Request([this, kind](const Status& drained) {
    if (!drained.ok()) {
      // Not here: Begin may still be running.
      server_.PostToLoop([this, kind, drained] { Finished(kind, drained); });
      return;
    }
    server_.shards().pool().Submit([this, kind] { WriteOut(kind); });
  });
}

int64_t Saves::AllChanges() const { return server_.shards().Sum(&ObjectContext::changes); }

int64_t Saves::unsaved_changes() const { return AllChanges() - saved_changes_; }

bool Saves::IsDue() const {
  if (soon_) return true;
  const int64_t now_ms = MonoMillis();
  if (tried_ms_ != 0 && now_ms - tried_ms_ < kRetryMillis) return false;
  const int64_t changes = unsaved_changes();
  const std::vector<SavePoint>& points = server_.config().config().save;
  return std::any_of(points.begin(), points.end(), [&](const SavePoint& point) {
    return changes >= point.changes && now_ms - saved_ms_ > point.seconds * kMillisPerSecond;
  });
}

void Saves::Tick() {
  if (!of(SaveKind::kSave).figures.running && IsDue()) Begin(SaveKind::kSave, nullptr);
}

void Saves::SaveSoon() {
  if (server_.config().config().save.empty()) return;
  soon_ = true;
  saved_changes_ = AllChanges();
}

// In the query pool.
void Saves::WriteOut(SaveKind kind) {
  Status status = server_.engine().Flush();
  if (status.ok()) status = server_.log().Retire(server_.engine().flushed_position());
  server_.PostToLoop([this, kind, status] { Finished(kind, status); });
}

void Saves::Finished(SaveKind kind, const Status& status) {
  State& state = of(kind);
  Figures& figures = state.figures;
  figures.running = false;
  figures.last_ok = status.ok();
  figures.last_seconds = (MonoMillis() - figures.begun_ms) / kMillisPerSecond;
  if (status.ok()) {
    ++figures.done;
    figures.failures_in_a_row = 0;
    if (kind == SaveKind::kSave) {
      saved_ms_ = MonoMillis();
    } else {
      log_bytes_before_ = server_.log().end() - server_.log().begin();
    }
    figures.last_s = WallMillis() / kMillisPerSecond;
    LogNotice("DB saved on disk");
  } else {
    LogWarning("Saving to disk failed: " + status.error().message);
    ++figures.failures_in_a_row;
    if (kind == SaveKind::kSave) {
      saved_changes_ = std::min(saved_changes_, state.changes_before);
      tried_ms_ = MonoMillis();
    }
  }
  if (!state.slot) return;
  if (status.ok()) {
    state.slot->Fill("+OK\r\n");
  } else {
    state.slot->Fill(status.error());
  }
  state.slot.reset();
  if (Client* client = server_.FindClient(state.client_id)) client->Unblock();
}

}  // namespace veddb
