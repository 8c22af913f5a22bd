// SPDX-License-Identifier: BSD-3-Clause
#include "net/connection.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "base/check.h"

namespace veddb {
namespace {

// What one read takes at most. Redis reads 16 KiB; larger reads serve pipelines and big values.
constexpr size_t kReadBytes = 64 * 1024;

std::string FormatAddress(const sockaddr_storage& address) {
  std::array<char, INET6_ADDRSTRLEN> text = {};
  if (address.ss_family == AF_INET) {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(&address);
    uv_ip4_name(v4, text.data(), text.size());
    return std::string(text.data()) + ":" + std::to_string(ntohs(v4->sin_port));
  }
  const auto* v6 = reinterpret_cast<const sockaddr_in6*>(&address);
  uv_ip6_name(v6, text.data(), text.size());
  return "[" + std::string(text.data()) + "]:" + std::to_string(ntohs(v6->sin6_port));
}

bool IsLoopback(const sockaddr_storage& address) {
  if (address.ss_family == AF_INET) {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(&address);
    return (ntohl(v4->sin_addr.s_addr) >> 24) == 127;
  }
  const auto* v6 = reinterpret_cast<const sockaddr_in6*>(&address);
  return IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr);
}

}  // namespace

Connection::Connection(Loop& loop, Kind kind) : loop_(loop), kind_(kind), socket_(new Socket) {
  socket_->owner = this;
  if (kind == Kind::kTcp) {
    uv_tcp_init(loop.uv(), &socket_->tcp);
  } else {
    uv_pipe_init(loop.uv(), &socket_->pipe, 0);
  }
  socket_->handle.data = socket_;
}

Connection::~Connection() {
  if (writing_ != nullptr) writing_->owner = nullptr;
  socket_->owner = nullptr;
  uv_close(&socket_->handle,
           [](uv_handle_t* handle) { delete static_cast<Socket*>(handle->data); });
}

std::unique_ptr<Connection> Connection::Adopt(Loop& loop, int fd, Kind kind) {
  std::unique_ptr<Connection> connection(new Connection(loop, kind));
  const int error = kind == Kind::kTcp ? uv_tcp_open(&connection->socket_->tcp, fd)
                                       : uv_pipe_open(&connection->socket_->pipe, fd);
  if (error != 0) {
    close(fd);
    return nullptr;
  }
  if (kind == Kind::kTcp) uv_tcp_nodelay(&connection->socket_->tcp, 1);
  connection->ReadNames();
  connection->KeepReplyBuffer();
  return connection;
}

void Connection::ReadNames() {
  if (kind_ == Kind::kUnix) {
    std::array<char, 256> path = {};
    size_t size = path.size();
    uv_pipe_getsockname(&socket_->pipe, path.data(), &size);
    peer_ = std::string(path.data(), size) + ":0";
    local_ = peer_;
    from_loopback_ = true;
    return;
  }
  sockaddr_storage address = {};
  int size = sizeof address;
  if (uv_tcp_getpeername(&socket_->tcp, reinterpret_cast<sockaddr*>(&address), &size) == 0) {
    peer_ = FormatAddress(address);
    from_loopback_ = IsLoopback(address);
  }
  size = sizeof address;
  if (uv_tcp_getsockname(&socket_->tcp, reinterpret_cast<sockaddr*>(&address), &size) == 0) {
    local_ = FormatAddress(address);
  }
}

int Connection::fd() const {
  uv_os_fd_t fd = -1;
  uv_fileno(&socket_->handle, &fd);
  return fd;
}

void Connection::SetKeepAlive(int64_t seconds) {
  if (kind_ != Kind::kTcp) return;
  // As in Redis: three probes in the time of one silence, then the peer counts as dead.
  constexpr int kProbes = 3;
  const int idle = static_cast<int>(seconds);
  const int interval = std::max(1, idle / kProbes);
  const int on = seconds > 0 ? 1 : 0;
  const int socket = fd();
  setsockopt(socket, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  if (on == 0) return;
  setsockopt(socket, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof idle);
  setsockopt(socket, IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof interval);
  setsockopt(socket, IPPROTO_TCP, TCP_KEEPCNT, &kProbes, sizeof kProbes);
}

void Connection::Start(ConnectionUser* user) {
  user_ = user;
  ResumeReading();
}

void Connection::PauseReading() {
  if (!reading_) return;
  reading_ = false;
  uv_read_stop(&socket_->stream);
}

void Connection::ResumeReading() {
  if (reading_ || closed_ || ended_) return;
  reading_ = uv_read_start(&socket_->stream, OnAllocate, OnRead) == 0;
}

void Connection::OnAllocate(uv_handle_t* /*handle*/, size_t /*suggested*/, uv_buf_t* buffer) {
  // One buffer for all: the bytes are consumed before the next read of the loop's only thread.
  thread_local std::array<char, kReadBytes> shared;
  *buffer = uv_buf_init(shared.data(), static_cast<unsigned>(shared.size()));
}

void Connection::OnRead(uv_stream_t* stream, ssize_t n, const uv_buf_t* buffer) {
  Connection* self = static_cast<Socket*>(stream->data)->owner;
  if (self == nullptr || n == 0) return;
  if (n == UV_EOF) {
    self->PauseReading();
    self->ended_ = true;
    if (self->user_ != nullptr && !self->closed_) self->user_->OnEnd();
    return;
  }
  if (n < 0) {
    self->Closed();
    return;
  }
  self->bytes_read_ += static_cast<uint64_t>(n);
  self->user_->OnBytes({buffer->base, static_cast<size_t>(n)});
}

void Connection::Closed() {
  if (closed_) return;
  closed_ = true;
  PauseReading();
  if (user_ != nullptr) user_->OnClosed();
}

void Connection::Flush() {
  if (closed_ || writing_ != nullptr || out_sent_ == out_.size()) return;
  uv_buf_t buffer =
      uv_buf_init(out_.data() + out_sent_, static_cast<unsigned>(out_.size() - out_sent_));
  const int n = uv_try_write(&socket_->stream, &buffer, 1);
  if (n < 0 && n != UV_EAGAIN) {
    Closed();
    return;
  }
  if (n > 0) {
    reply_peak_ = std::max(reply_peak_, out_.size());
    out_sent_ += static_cast<size_t>(n);
    bytes_written_ += static_cast<uint64_t>(n);
  }
  if (out_sent_ == out_.size()) {
    out_sent_ = 0;
    out_.clear();
    if (out_.capacity() >= kReplyBufferMax) KeepReplyBuffer();
    return;
  }
  // The socket is full: libuv writes the rest when it can, from memory that stays put.
  writing_ = new WriteRequest;
  writing_->owner = this;
  writing_->bytes = std::exchange(out_, {});
  buffer = uv_buf_init(writing_->bytes.data() + out_sent_,
                       static_cast<unsigned>(writing_->bytes.size() - out_sent_));
  writing_size_ = buffer.len;
  out_sent_ = 0;
  uv_write(&writing_->request, &socket_->stream, &buffer, 1, OnWritten);
}

// Makes the empty out() as large as what is kept for it; the string's end counts as a byte of it.
void Connection::KeepReplyBuffer() {
  if (out_.capacity() + 1 == reply_kept_) return;
  std::string kept;
  kept.reserve(reply_kept_ - 1);
  out_.swap(kept);
}

void Connection::FitReplyBuffer(bool forget_peak) {
  if (reply_peak_ < reply_kept_ / 2) {
    reply_kept_ = std::max(kReplyBufferMin, reply_peak_ + 1);
  } else if (reply_peak_ >= reply_kept_) {
    reply_kept_ = std::min(kReplyBufferMax, reply_kept_ * 2);
  }
  if (forget_peak) reply_peak_ = out_.size();
  if (out_.empty() && writing_ == nullptr) KeepReplyBuffer();
}

void Connection::OnWritten(uv_write_t* request, int status) {
  const std::unique_ptr<WriteRequest> done(reinterpret_cast<WriteRequest*>(request));
  Connection* self = done->owner;
  if (self == nullptr) return;
  self->writing_ = nullptr;
  if (status != 0) {
    self->Closed();
    return;
  }
  self->bytes_written_ += self->writing_size_;
  self->writing_size_ = 0;
  self->Flush();
  if (!self->closed_ && self->unsent() == 0) self->user_->OnDrained();
}

}  // namespace veddb
