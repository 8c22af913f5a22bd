// SPDX-License-Identifier: BSD-3-Clause
// InProcessServer: the whole server on a thread of this process, behind a unix socket, so that what
// it does to its disk goes through this binary's own calls.
//
// Owned by: one thread; one server at a time (it works in the process's directory).
#pragma once
#include <atomic>
#include <optional>
#include <string>
#include <thread>

#include "server/healer.h"
#include "tests/support/resp_client.h"

namespace veddb::testing {

class InProcessServer {
 public:
  // Data in `dir`, which must exist; the socket lies beside it.
  InProcessServer(const std::string& dir, Words options, const HealingLimits& healing = {});
  // Ends it.
  ~InProcessServer();
  InProcessServer(const InProcessServer&) = delete;
  InProcessServer& operator=(const InProcessServer&) = delete;

  // Nothing: it serves. Else why it does not, and it is gone.
  std::optional<std::string> Start();
  RespClient Connect(Millis timeout = kPatience) const {
    return RespClient::Unix(socket_, timeout);
  }
  // It has ended, by itself or because it was told to.
  bool ended() const { return ended_.load(std::memory_order_acquire); }
  // SHUTDOWN, unless it has ended by itself; the exit code.
  int Stop();

 private:
  const std::string socket_;
  const Words arguments_;
  const HealingLimits healing_;
  std::thread thread_;
  std::atomic<bool> ended_{false};
  int exit_code_ = 0;
};

}  // namespace veddb::testing
