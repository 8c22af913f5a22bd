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
  // The peer will send nothing more; it may still read.
  virtual void OnEnd() = 0;
  // The socket failed. Afterwards nothing is called; the user lets go of the connection.
  virtual void OnClosed() = 0;
};

class Connection {
 public:
  enum class Kind : uint8_t { kTcp, kUnix };

  // Takes over a socket that was accepted, and closes it if that fails (nullptr).
  static std::unique_ptr<Connection> Adopt(Loop& loop, int fd, Kind kind);
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

  // --- memory ---
  // The reply buffer: what is kept allocated for out() between replies, between 1 and 16 KiB by
  // what was needed lately.
  size_t reply_buffer_bytes() const { return out_.capacity() + 1; }
  size_t reply_buffer_used() const { return out_.size() - out_sent_; }
  size_t reply_peak() const { return reply_peak_; }
  // Fits the reply buffer to the peak of late; `forget_peak` begins a new peak. From time to time.
  void FitReplyBuffer(bool forget_peak);
  // Replies that the socket did not take at once, handed to the system's queue: how many blocks
  // and their bytes.
  size_t queued_blocks() const { return writing_ != nullptr ? 1 : 0; }
  size_t queued_bytes() const { return writing_ != nullptr ? writing_->bytes.capacity() : 0; }
  // All of it, with the object itself.
  size_t memory() const {
    return sizeof(Connection) + sizeof(Socket) + reply_buffer_bytes() + queued_bytes();
  }

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

  static constexpr size_t kReplyBufferMin = 1024;
  static constexpr size_t kReplyBufferMax = 16 * 1024;

  Connection(Loop& loop, Kind kind);
  static void OnAllocate(uv_handle_t* handle, size_t suggested, uv_buf_t* buffer);
  static void OnRead(uv_stream_t* stream, ssize_t n, const uv_buf_t* buffer);
  static void OnWritten(uv_write_t* request, int status);
  void Closed();
  void ReadNames();
  void KeepReplyBuffer();

  Loop& loop_;
  const Kind kind_;
  Socket* socket_;
  ConnectionUser* user_ = nullptr;
  bool reading_ = false;
  bool closed_ = false;
  bool ended_ = false;  // the peer has closed its side
  std::string out_;
  size_t out_sent_ = 0;
  size_t reply_peak_ = 0;  // the most that out() held since the peak was last forgotten
  size_t reply_kept_ = kReplyBufferMin;
  WriteRequest* writing_ = nullptr;
  size_t writing_size_ = 0;
  std::string peer_;
  std::string local_;
  bool from_loopback_ = false;
  uint64_t bytes_read_ = 0;
  uint64_t bytes_written_ = 0;
};

}  // namespace veddb
