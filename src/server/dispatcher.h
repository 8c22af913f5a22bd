// SPDX-License-Identifier: BSD-3-Clause
// Dispatcher: takes one request of one client to where it runs: through the gates, into the queue of
// a transaction, in place on the loop, to its shards, or to the query pool. The order of its calls is
// the total order of all commands. Owned by: the loop.
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

 private:
  void Reject(Client& client, Command* command, const Error& error);
  void Queue(Client& client, const Command& command, std::span<const Bytes> argv);
  Wait Execute(Client& client, Command& command, std::span<const Bytes> argv);
  Wait ExecuteWithKeys(Client& client, Command& command, std::span<const Bytes> argv,
                       CallPlan& plan);
  Wait ExecuteOnAllShards(Client& client, Command& command, std::span<const Bytes> argv,
                          CallPlan& plan);
  Wait ExecuteTransaction(Client& client, Command& exec);
  void RunInPlace(Client& client, Command& command, std::span<const Bytes> argv, CallPlan& plan);

  Server& server_;
  GateState gate_state_;
  const Command* exec_ = nullptr;
};

}  // namespace veddb
