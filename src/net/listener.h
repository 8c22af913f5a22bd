// SPDX-License-Identifier: BSD-3-Clause
// Listener: an address on which clients are accepted. Owned by: the loop.
//
// When the process or the system has no file descriptor left for a client, that is said once, the
// clients wait in the kernel's queue, and a few times a second it is tried again: no busy loop, and
// nobody is turned away.
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
  // Lives until libuv has closed both handles, which is after the listener is gone.
  struct Handles {
    uv_poll_t poll;
    uv_timer_t retry;
    Listener* owner;
    int open = 2;
  };

  Listener(Loop& loop, Connection::Kind kind, Acceptor acceptor, int fd);
  Status Listen(int backlog, const std::string& name);
  void Watch();
  void AcceptAll();
  void Rest(int error);

  Loop& loop_;
  const Connection::Kind kind_;
  const Acceptor acceptor_;
  const int fd_;
  Handles* handles_ = nullptr;
  std::string path_;
  bool resting_ = false;  // since an error that was told
};

}  // namespace veddb
