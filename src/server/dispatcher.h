// SPDX-License-Identifier: BSD-3-Clause
// Dispatcher: takes one request of one client to where it runs: through the gates, into the queue
// of a transaction, in place on the loop, to its shards, or to the query pool. The order of its
// calls is the total order of all commands. Owned by: the loop.
#pragma once
#include <span>

#include "base/bytes.h"
#include "command/call.h"
#include "command/registry.h"
#include "server/client.h"
#include "server/gates.h"

namespace veddb {

class Server;

class Dispatcher {
 public:
  explicit Dispatcher(Server& server) : server_(server) {}
  // After the commands are registered.
  void Start();

  // kNone: the request is done with, or on its way. Else it has to be given again later.
  Wait Dispatch(Client& client, std::span<const Bytes> argv);
  GateState& gate_state() { return gate_state_; }

  // Jobs under way that hold every shard on the loop. They may make, drop and rename collections,
  // so as long as there are any, where a document lies is known only once they have run.
  bool catalog_is_settled() const { return catalog_jobs_ == 0; }
  void CatalogJobBegins() { ++catalog_jobs_; }
  void CatalogJobEnds() { --catalog_jobs_; }

  // Runs a write of the server's own, with every shard held; its changes go into the loop's turn.
  // An error: nothing was changed.
  Status RunInternally(const std::vector<std::string>& argv, uint32_t database);

 private:
  Wait Proceed(Client& client, Command& command, std::span<const Bytes> argv);
  void NoteReads(const Client& client, const Command& command, const CallPlan& plan);
  void Reject(Client& client, Command* command, const Error& error);
  void Queue(Client& client, const Command& command, std::span<const Bytes> argv);
  Wait Execute(Client& client, Command& command, std::span<const Bytes> argv);
  Wait ExecuteWithKeys(Client& client, Command& command, std::span<const Bytes> argv,
                       CallPlan& plan, uint64_t begun);
  Wait ExecuteOnAllShards(Client& client, Command& command, std::span<const Bytes> argv,
                          CallPlan& plan, uint64_t begun);
  Wait ExecuteTransaction(Client& client, Command& exec, std::span<const Bytes> argv);
  // `begun`: the Ticks() from which the command's time counts.
  // A read on a snapshot that may be little work. False: it is not, or needs the disk.
  bool TryInPlace(Client& client, Command& command, std::span<const Bytes> argv, CallPlan& plan,
                  uint64_t begun);
  void RunInPlace(Client& client, Command& command, std::span<const Bytes> argv, CallPlan& plan,
                  uint64_t begun);
  void ReplyError(Client& client, Command& command, std::span<const Bytes> argv, const Error& error,
                  uint64_t begun);

  Server& server_;
  GateState gate_state_;
  const Command* exec_ = nullptr;
  size_t catalog_jobs_ = 0;
};

}  // namespace veddb
