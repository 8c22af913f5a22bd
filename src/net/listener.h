// SPDX-License-Identifier: BSD-3-Clause
// Listener: an address on which clients are accepted. Owned by: the loop.
#pragma once
#include <uv.h>

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "net/connection.h"
#include "net/loop.h"

namespace veddb {

class Listener {
 public:
  using Acceptor = std::function<void(std::unique_ptr<Connection>)>;

  // address: an IPv4 or IPv6 address, or "*" and "::*" for all.
  static Result<std::unique_ptr<Listener>> Tcp(Loop& loop, const std::string& address, int port,
                                               int backlog, Acceptor acceptor);
  // The socket file gets its mode before anybody can connect (0: as the umask says).
  static Result<std::unique_ptr<Listener>> Unix(Loop& loop, const std::string& path, int mode,
                                                int backlog, Acceptor acceptor);
  ~Listener();  // closes, and removes the socket file
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

 private:
  struct Socket {
    union {
      uv_handle_t handle;
      uv_stream_t stream;
      uv_tcp_t tcp;
      uv_pipe_t pipe;
    };
    Listener* owner;
  };

  Listener(Loop& loop, Connection::Kind kind, Acceptor acceptor);
  Status Listen(int backlog, const std::string& name);

  Loop& loop_;
  const Connection::Kind kind_;
  const Acceptor acceptor_;
  Socket* socket_;
  std::string path_;
};

}  // namespace veddb
