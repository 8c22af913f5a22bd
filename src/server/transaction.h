// SPDX-License-Identifier: BSD-3-Clause
// Transaction: what MULTI queued, from EXEC on.
//
// If all its commands name keys only, it needs the shards of those keys (and of the watched ones)
// and is prepared as a whole before it runs. Otherwise (SELECT, FLUSHALL, a query, the first insert
// into a collection …) it holds every shard, runs on the loop, and each command is prepared when
// its turn comes, so that it sees what the ones before it did.
#pragma once
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "server/execution.h"

namespace veddb {

class Server;
class Shard;

class Transaction {
 public:
  struct Step {
    Step(Command* which, const std::vector<std::string>& argv) : command(which), arguments(argv) {}

    Command* command;
    OwnedArguments arguments;
    CallPlan plan;
    Outcome outcome;
    Status prepared;
  };

  // Takes queue and watches out of the session. Loop.
  Transaction(Server& server, Session& session);

  // Whether every command names its keys beforehand.
  bool keys_only() const { return keys_only_; }
  uint32_t database() const { return database_; }
  // Shards of all keys, watched ones too; sorted. Every shard unless keys_only().
  std::vector<uint16_t> Shards() const;
  // Brings its keys of this shard into memory. On the holder.
  Status Load(Shard& shard);
  // True if every key is in memory, or known to be absent. Loop, shards idle.
  bool Resident();
  // Runs everything and writes EXEC's reply. `session`: the client's on the loop, else nullptr.
  void Run(std::string& text, Protocol protocol, Session* session);
  // Books figures. Loop.
  void Account();

 private:
  bool WatchesTouched();
  void RunStep(Step& step, Reply& reply, Session* session);
  void ResolveKeys(Step& step);

  Server& server_;
  std::deque<Step> steps_;  // a step never moves: its keys point into its arguments
  std::vector<WatchedKey> watched_;
  std::vector<KeyRef> watched_refs_;
  std::shared_ptr<WatchState> watch_;
  uint32_t database_;
  const int64_t now_ms_;
  bool keys_only_ = true;
};

}  // namespace veddb
