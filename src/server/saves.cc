// SPDX-License-Identifier: BSD-3-Clause
#include "server/saves.h"

#include <utility>

#include "base/clock.h"
#include "base/logging.h"
#include "server/server.h"

namespace veddb {
namespace {

constexpr int64_t kMillisPerSecond = 1000;

}  // namespace

Saves::Saves(Server& server) : server_(server) {
  for (State& state : states_) state.figures.last_s = WallMillis() / kMillisPerSecond;
}

void Saves::Begin(SaveKind kind, Client* waiting) {
  State& state = of(kind);
  CHECK(!state.figures.running);
  state.figures.running = true;
  state.figures.begun_ms = MonoMillis();
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
    figures.last_s = WallMillis() / kMillisPerSecond;
    LogNotice("DB saved on disk");
  } else {
    LogWarning("Saving to disk failed: " + status.error().message);
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
