// SPDX-License-Identifier: BSD-3-Clause
// Connection: one socket of a client: bytes in, bytes out. It knows no protocol: a ConnectionUser
// makes sense of the bytes. Owned by: the loop.
//
// Reading: bytes land in a buffer that all connections share; the user takes what it needs before
// it returns. Writing: the user appends to out() and calls Flush at the end of the turn; what the
// socket does not take at once is written when it does.
#pragma once
#include <uv.h>

#include <cstdint>
#include <memory>
#include <string>

#include "base/bytes.h"
#include "net/loop.h"

namespace veddb {

class Connection;

class ConnectionUser {
 public:
  virtual ~ConnectionUser() = default;
  // New bytes; valid during the call only.
  virtual void OnBytes(Bytes bytes) = 0;
  // The socket took everything that was in out().
  virtual void OnDrained() = 0;
  // The peer closed or the socket failed. Afterwards nothing is called; the user lets go of the
  // connection.
  virtual void OnClosed() = 0;
};

class Connection {
 public:
  enum class Kind : uint8_t { kTcp, kUnix };

  // Takes over a pending connection of the listener; nullptr if that fails.
  static std::unique_ptr<Connection> Accept(Loop& loop, uv_stream_t* listener, Kind kind);
  ~Connection();  // closes
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void Start(ConnectionUser* user);
  void PauseReading();
  void ResumeReading();
  bool reading() const { return reading_; }

  std::string& out() { return out_; }
  // Bytes that wait to be sent, those included that libuv holds.
  size_t unsent() const { return out_.size() - out_sent_ + (writing_ ? writing_size_ : 0); }
  // Sends what it can now, the rest when the socket is ready.
  void Flush();

  Kind kind() const { return kind_; }
  int fd() const;
  const std::string& peer() const { return peer_; }  // "ip:port" or "path:0"
  const std::string& local() const { return local_; }
  bool from_loopback() const { return from_loopback_; }
  // Seconds; 0 turns it off.
  void SetKeepAlive(int64_t seconds);
  uint64_t bytes_read() const { return bytes_read_; }
  uint64_t bytes_written() const { return bytes_written_; }

 private:
  // Lives until libuv has closed the handle, which may be after the connection is gone.
  struct Socket {
    union {
      uv_handle_t handle;
      uv_stream_t stream;
      uv_tcp_t tcp;
      uv_pipe_t pipe;
    };
    Connection* owner;
  };
  struct WriteRequest {
    uv_write_t request;
    Connection* owner;  // nullptr once the connection is gone
    std::string bytes;
  };

  Connection(Loop& loop, Kind kind);
  static void OnAllocate(uv_handle_t* handle, size_t suggested, uv_buf_t* buffer);
  static void OnRead(uv_stream_t* stream, ssize_t n, const uv_buf_t* buffer);
  static void OnWritten(uv_write_t* request, int status);
  void Closed();
  void ReadNames();

  Loop& loop_;
  const Kind kind_;
  Socket* socket_;
  ConnectionUser* user_ = nullptr;
  bool reading_ = false;
  bool closed_ = false;
  std::string out_;
  size_t out_sent_ = 0;
  WriteRequest* writing_ = nullptr;
  size_t writing_size_ = 0;
  std::string peer_;
  std::string local_;
  bool from_loopback_ = false;
  uint64_t bytes_read_ = 0;
  uint64_t bytes_written_ = 0;
};

}  // namespace veddb
