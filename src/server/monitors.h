// SPDX-License-Identifier: BSD-3-Clause
// Monitors: the clients that sent MONITOR. Each is sent a line for every command that is executed,
// in the order of dispatch (a transaction when it has run). Commands that administer the server,
// and secrets, are left out. With no monitor a command costs one comparison.
// Owned by: the loop.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "command/spec.h"

namespace veddb {

class Client;
class Clients;

class Monitors {
 public:
  explicit Monitors(Clients& clients) : clients_(clients) {}

  bool any() const { return !ids_.empty(); }
  void Add(Client& client);
  void Remove(uint64_t client_id);
  // `from`: who sent it; nullptr if it has gone since.
  void Feed(const CommandSpec& spec, std::span<const Bytes> argv, uint32_t database,
            const Client* from);

 private:
  Clients& clients_;
  std::vector<uint64_t> ids_;
};

// The line without its end: time, database, address, and the arguments quoted.
std::string MonitorLine(int64_t now_us, uint32_t database, Bytes address,
                        std::span<const Bytes> argv);

}  // namespace veddb
