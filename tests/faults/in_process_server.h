// SPDX-License-Identifier: BSD-3-Clause
// InProcessServer: the whole server on a thread of this process, behind a unix socket, so that what
// it does to its disk goes through this binary's own calls.
//
// Owned by: one thread; one server at a time (it works in the process's directory).
#pragma once
#include <optional>
#include <string>
#include <thread>

#include "tests/support/resp_client.h"

namespace veddb::testing {

class InProcessServer {
 public:
  // Data in `dir`, which must exist; the socket lies beside it.
  InProcessServer(const std::string& dir, Words options);
  // Ends it.
  ~InProcessServer();
  InProcessServer(const InProcessServer&) = delete;
  InProcessServer& operator=(const InProcessServer&) = delete;

  // Nothing: it serves. Else why it does not, and it is gone.
  std::optional<std::string> Start();
  RespClient Connect(Millis timeout = kPatience) const {
    return RespClient::Unix(socket_, timeout);
  }
  // SHUTDOWN, unless it has ended by itself; the exit code.
  int Stop();

 private:
  void Main();

  const std::string socket_;
  const Words arguments_;
  std::thread thread_;
  int exit_code_ = 0;
};

}  // namespace veddb::testing
