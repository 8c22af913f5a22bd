// SPDX-License-Identifier: BSD-3-Clause
// Transaction: what MULTI queued, from EXEC on.
//
// If all its commands name keys only, it needs the shards of those keys (and of the watched ones)
// and is prepared as a whole before it runs. Otherwise (SELECT, FLUSHALL, a query, the first insert
// into a collection …) it holds every shard, runs on the loop, and each command is prepared when
// its turn comes, so that it sees what the ones before it did.
#pragma once
#include <atomic>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "server/execution.h"

namespace veddb {

class Client;
class Server;
class Shard;
class Turn;

class Transaction {
 public:
  struct Step {
    Step(Command* which, const std::vector<std::string>& argv) : command(which), arguments(argv) {}

    Command* command;
    OwnedArguments arguments;
    CallPlan plan;
    Outcome outcome;
    uint32_t database = 0;  // in which it ran
    bool ran = false;
    Status prepared;
  };

  // Takes queue and watches out of the session. Loop.
  // `exec`: EXEC itself, as it was called; its time counts from `begun` (Ticks()).
  Transaction(Server& server, Session& session, Command& exec, Bytes name, uint64_t begun);

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
  void Run(std::string& text, Protocol protocol, Session* session, Turn& turn);
  // Instead of Run: its keys could not be loaded.
  void Fail(const Error& error);
  // Books figures and feeds monitors. `client`: nullptr if it has gone. Loop.
  void Account(const Client* client);

 private:
  Status LoadKeys(Shard& shard);
  bool WatchesTouched();
  void RunStep(Step& step, Reply& reply, Session* session);
  void ResolveKeys(Step& step);

  Server& server_;
  const uint64_t client_id_;
  std::deque<Step> steps_;  // a step never moves: its keys point into its arguments
  std::vector<WatchedKey> watched_;
  std::vector<KeyRef> watched_refs_;
  std::shared_ptr<WatchState> watch_;
  uint32_t database_;
  const int64_t now_ms_;
  bool keys_only_ = true;
  Command& exec_;
  const std::string exec_name_;
  Outcome exec_outcome_;
  std::atomic<int64_t> nanos_{0};  // of EXEC as a whole, without waits for shards
};

}  // namespace veddb
