// SPDX-License-Identifier: BSD-3-Clause
#include "net/listener.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/logging.h"

namespace veddb {
namespace {

// Clients accepted in one round of the loop, so that a flood of them does not starve the others.
constexpr int kAcceptsPerRound = 1000;
// How long after an error it is tried again.
constexpr uint64_t kRetryMillis = 100;

Error ListenError(const std::string& name, Bytes reason) {
  return Err("Could not create server socket " + name + ": " + std::string(reason));
}

struct Address {
  sockaddr_storage bytes = {};
  socklen_t size = 0;
};

// Family AF_UNSPEC where the text is no IP address.
Address ParseAddress(const std::string& text, int port) {
  Address address;
  const std::string host = text == "*" ? "0.0.0.0" : text == "::*" ? "::" : text;
  auto* v4 = reinterpret_cast<sockaddr_in*>(&address.bytes);
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&address.bytes);
  if (uv_ip4_addr(host.c_str(), port, v4) == 0) {
    address.size = sizeof *v4;
  } else if (uv_ip6_addr(host.c_str(), port, v6) == 0) {
    address.size = sizeof *v6;
  } else {
    address.bytes.ss_family = AF_UNSPEC;
  }
  return address;
}

}  // namespace

Listener::Listener(Loop& loop, Connection::Kind kind, Acceptor acceptor, int fd)
    : loop_(loop), kind_(kind), acceptor_(std::move(acceptor)), fd_(fd) {}

Listener::~Listener() {
  if (handles_ != nullptr) {
    handles_->owner = nullptr;
    const auto closed = [](uv_handle_t* handle) {
      auto* handles = static_cast<Handles*>(handle->data);
      if (--handles->open == 0) delete handles;
    };
    uv_close(reinterpret_cast<uv_handle_t*>(&handles_->poll), closed);
    uv_close(reinterpret_cast<uv_handle_t*>(&handles_->retry), closed);
  }
  close(fd_);
  if (!path_.empty()) unlink(path_.c_str());
}

Result<std::unique_ptr<Listener>> Listener::Tcp(Loop& loop, const std::string& address, int port,
                                                int backlog, Acceptor acceptor) {
  const std::string name = address + ":" + std::to_string(port);
  const Address to = ParseAddress(address, port);
  if (to.bytes.ss_family == AF_UNSPEC) return ListenError(name, "not an IP address");
  const int fd = socket(to.bytes.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return ListenError(name, std::strerror(errno));
  std::unique_ptr<Listener> self(
      new Listener(loop, Connection::Kind::kTcp, std::move(acceptor), fd));
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (to.bytes.ss_family == AF_INET6) setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&to.bytes), to.size) != 0) {
    return ListenError(name, std::strerror(errno));
  }
  TRY(self->Listen(backlog, name));
  return self;
}

Result<std::unique_ptr<Listener>> Listener::Unix(Loop& loop, const std::string& path, int mode,
                                                 int backlog, Acceptor acceptor) {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return ListenError(path, "the path is too long");
  path.copy(address.sun_path, path.size());
  unlink(path.c_str());  // left over from a server that did not end cleanly
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return ListenError(path, std::strerror(errno));
  std::unique_ptr<Listener> self(
      new Listener(loop, Connection::Kind::kUnix, std::move(acceptor), fd));
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return ListenError(path, std::strerror(errno));
  }
  self->path_ = path;
  // Bound, not yet listening: nobody can connect before the mode is right.
  if (mode != 0 && chmod(path.c_str(), static_cast<mode_t>(mode)) != 0) {
    return ListenError(path, std::strerror(errno));
  }
  TRY(self->Listen(backlog, path));
  return self;
}

Status Listener::Listen(int backlog, const std::string& name) {
  if (listen(fd_, backlog) != 0) return ListenError(name, std::strerror(errno));
  handles_ = new Handles;
  handles_->owner = this;
  handles_->poll.data = handles_->retry.data = handles_;
  uv_timer_init(loop_.uv(), &handles_->retry);
  if (const int error = uv_poll_init(loop_.uv(), &handles_->poll, fd_); error != 0) {
    // The poll handle was never opened: only the timer is there to be closed.
    uv_close(reinterpret_cast<uv_handle_t*>(&handles_->retry),
             [](uv_handle_t* handle) { delete static_cast<Handles*>(handle->data); });
    handles_ = nullptr;
    return ListenError(name, uv_strerror(error));
  }
  Watch();
  return Ok();
}

void Listener::Watch() {
  uv_poll_start(&handles_->poll, UV_READABLE, [](uv_poll_t* poll, int /*status*/, int /*events*/) {
    Listener* self = static_cast<Handles*>(poll->data)->owner;
    if (self != nullptr) self->AcceptAll();
  });
}

void Listener::AcceptAll() {
  for (int i = 0; i < kAcceptsPerRound; ++i) {
    const int fd = accept4(fd_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) {
      if (errno == EAGAIN || errno == EWOULDBLOCK) {
        if (std::exchange(resting_, false)) LogNotice("Client connections are accepted again.");
        return;
      }
      if (errno == EINTR || errno == ECONNABORTED || errno == EPROTO) continue;
      Rest(errno);
      return;
    }
    auto connection = Connection::Adopt(loop_, fd, kind_);
    if (connection != nullptr) acceptor_(std::move(connection));
  }
}

void Listener::Rest(int error) {
  if (!resting_) {
    LogWarning(std::string("Accepting client connection: accept: ") + std::strerror(error) +
               ". New clients wait until that is over.");
  }
  resting_ = true;
  uv_poll_stop(&handles_->poll);
  uv_timer_start(
      &handles_->retry,
      [](uv_timer_t* timer) {
        Listener* self = static_cast<Handles*>(timer->data)->owner;
        if (self == nullptr) return;
        self->Watch();
      },
      kRetryMillis, 0);
}

}  // namespace veddb
