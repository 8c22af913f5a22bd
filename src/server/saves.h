// SPDX-License-Identifier: BSD-3-Clause
// Saves: SAVE, BGSAVE and BGREWRITEAOF. Data are on disk without them; what they do here is to
// bring everything that is only in memory and log into the files of the store, after which the log
// before it is not needed any more and its whole segments are removed. The option save has a SAVE
// done in the background when so many changes were not saved for so long.
// Owned by: the loop; the store works in the query pool.
#pragma once
#include <array>
#include <cstdint>
#include <optional>

#include "base/result.h"
#include "command/server_api.h"
#include "server/request.h"

namespace veddb {

class Saves {
 public:
  explicit Saves(Server& server) : server_(server) {}
  // Once log and store are open.
  void Start();

  struct Figures {
    bool running = false;
    uint64_t done = 0;
    bool last_ok = true;
    uint64_t failures_in_a_row = 0;
    int64_t last_seconds = -1;  // it took; -1: there was none
    int64_t begun_ms = 0;       // monotonic, of the one that runs
    int64_t last_s = 0;         // Unix time of the last that succeeded; at first of the start
  };

  // `waiting`: it is answered at the end; nullptr: nobody waits. REQUIRES: none of the kind runs.
  void Begin(SaveKind kind, Client* waiting);
  const Figures& figures(SaveKind kind) const { return of(kind).figures; }
  // Every second: begins what the option save, or a FLUSHALL, asks for.
  void Tick();
  // A FLUSHALL is saved soon where the option save has any points, as Redis does at once.
  void SaveSoon();
  // Those that no SAVE holds; one that is under way holds them unless it fails.
  int64_t unsaved_changes() const;
  // How large the log was after the last BGREWRITEAOF; at first, at the start.
  uint64_t log_bytes_before() const { return log_bytes_before_; }

 private:
  struct State {
    Figures figures;
    int64_t changes_before = 0;  // of a save: saved_changes_ if it fails
    std::optional<ReplySlot> slot;
    uint64_t client_id = 0;
  };

  bool IsDue() const;
  int64_t AllChanges() const;
  void WriteOut(SaveKind kind);
  void Finished(SaveKind kind, const Status& status);
  State& of(SaveKind kind) { return states_[static_cast<size_t>(kind)]; }
  const State& of(SaveKind kind) const { return states_[static_cast<size_t>(kind)]; }

  Server& server_;
  std::array<State, 2> states_;
  int64_t saved_changes_ = 0;
  uint64_t log_bytes_before_ = 0;
  int64_t saved_ms_ = 0;  // monotonic, when the last SAVE succeeded; at first the start
  int64_t tried_ms_ = 0;  // the same of the last that failed
  bool soon_ = false;
};

}  // namespace veddb
