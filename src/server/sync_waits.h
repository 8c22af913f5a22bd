// SPDX-License-Identifier: BSD-3-Clause
// SyncWaits: clients blocked in WAIT or WAITAOF until the log is durable up to what they have seen,
// or until their time is over. Replicas there are none: who waits for some waits for his time.
// Owned by: the loop.
#pragma once
#include <cstdint>
#include <functional>
#include <list>
#include <optional>

#include "command/server_api.h"
#include "log/position.h"
#include "net/loop.h"
#include "server/request.h"

namespace veddb {

class SyncWaits {
 public:
  explicit SyncWaits(Server& server);

  // Blocks the client; the reply comes when the wait ends.
  void Begin(Client& client, const SyncWish& wish);
  // At the end of a turn, after its commit: a wait begun in the turn is for all that is in the log
  // now; one whose position is synced ends.
  void Check(LogPosition end, LogPosition synced);
  // The log has failed: what waited for it is undone, and positions mean other changes from now on.
  void LogFailed();
  // CLIENT UNBLOCK. False: this client is not among them.
  bool Unblock(uint64_t client_id, bool with_error);
  // The client is gone.
  void Forget(uint64_t client_id);

 private:
  struct Waiting {
    ReplySlot slot;
    uint64_t client_id;
    SyncWish wish;
    int64_t deadline_ms;                  // monotonic; 0: none
    std::optional<LogPosition> position;  // unknown in the turn it began
    bool synced = false;
  };

  void End(Waiting& waiting);
  void EndOverdue();
  // Takes those out for which this is true, and ends their waits.
  void EndWhere(const std::function<bool(const Waiting&)>& over);
  void SetAlarm();

  Server& server_;
  Loop::Alarm& alarm_;
  std::list<Waiting> waits_;
};

}  // namespace veddb
