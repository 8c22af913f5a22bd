// SPDX-License-Identifier: BSD-3-Clause
#include "net/listener.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace veddb {
namespace {

Error ListenError(const std::string& name, Bytes reason) {
  return Err("Could not create server socket " + name + ": " + std::string(reason));
}

}  // namespace

Listener::Listener(Loop& loop, Connection::Kind kind, Acceptor acceptor)
    : loop_(loop), kind_(kind), acceptor_(std::move(acceptor)), socket_(new Socket) {
  socket_->owner = this;
  if (kind == Connection::Kind::kTcp) {
    uv_tcp_init(loop.uv(), &socket_->tcp);
  } else {
    uv_pipe_init(loop.uv(), &socket_->pipe, 0);
  }
  socket_->handle.data = socket_;
}

Listener::~Listener() {
  socket_->owner = nullptr;
  uv_close(&socket_->handle,
           [](uv_handle_t* handle) { delete static_cast<Socket*>(handle->data); });
  if (!path_.empty()) unlink(path_.c_str());
}

Result<std::unique_ptr<Listener>> Listener::Tcp(Loop& loop, const std::string& address, int port,
                                                int backlog, Acceptor acceptor) {
  const std::string name = address + ":" + std::to_string(port);
  std::unique_ptr<Listener> self(new Listener(loop, Connection::Kind::kTcp, std::move(acceptor)));
  sockaddr_in v4 = {};
  sockaddr_in6 v6 = {};
  int error = 0;
  const std::string host = address == "*" ? "0.0.0.0" : address == "::*" ? "::" : address;
  if (uv_ip4_addr(host.c_str(), port, &v4) == 0) {
    error = uv_tcp_bind(&self->socket_->tcp, reinterpret_cast<const sockaddr*>(&v4), 0);
  } else if (uv_ip6_addr(host.c_str(), port, &v6) == 0) {
    error =
        uv_tcp_bind(&self->socket_->tcp, reinterpret_cast<const sockaddr*>(&v6), UV_TCP_IPV6ONLY);
  } else {
    return ListenError(name, "not an IP address");
  }
  if (error != 0) return ListenError(name, uv_strerror(error));
  TRY(self->Listen(backlog, name));
  return self;
}

Result<std::unique_ptr<Listener>> Listener::Unix(Loop& loop, const std::string& path, int mode,
                                                 int backlog, Acceptor acceptor) {
  unlink(path.c_str());  // left over from a server that did not end cleanly
  std::unique_ptr<Listener> self(new Listener(loop, Connection::Kind::kUnix, std::move(acceptor)));
  const int error = uv_pipe_bind(&self->socket_->pipe, path.c_str());
  if (error != 0) return ListenError(path, uv_strerror(error));
  self->path_ = path;
  // Bound, not yet listening: nobody can connect before the mode is right.
  if (mode != 0 && chmod(path.c_str(), static_cast<mode_t>(mode)) != 0) {
    return ListenError(path, std::strerror(errno));
  }
  TRY(self->Listen(backlog, path));
  return self;
}

Status Listener::Listen(int backlog, const std::string& name) {
  const int error = uv_listen(&socket_->stream, backlog, [](uv_stream_t* stream, int status) {
    Listener* self = static_cast<Socket*>(stream->data)->owner;
    if (self == nullptr || status != 0) return;
    auto connection = Connection::Accept(self->loop_, stream, self->kind_);
    if (connection != nullptr) self->acceptor_(std::move(connection));
  });
  if (error != 0) return ListenError(name, uv_strerror(error));
  return Ok();
}

}  // namespace veddb
