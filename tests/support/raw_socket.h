// SPDX-License-Identifier: BSD-3-Clause
// RawSocket: bytes to the server and back, for tests that break the protocol by intent.
//
// Owned by: one thread.
#pragma once
#include <string>
#include <string_view>

#include "tests/support/poll_until.h"

namespace veddb::testing {

class RawSocket {
 public:
  // Connected to 127.0.0.1, or not ok().
  explicit RawSocket(int port);
  ~RawSocket();
  RawSocket(const RawSocket&) = delete;
  RawSocket& operator=(const RawSocket&) = delete;

  bool ok() const { return fd_ >= 0; }
  int fd() const { return fd_; }
  // False when the peer has closed.
  bool Send(std::string_view bytes);
  // Sends what can be taken without waiting; how many bytes were.
  size_t SendSome(std::string_view bytes);
  // No more bytes will come from here; the peer sees the end.
  void FinishSending();
  // Reads until what was read ends with `suffix`, the peer closes, or the time is up.
  std::string ReadUntil(std::string_view suffix, Millis limit = kPatience);
  // Reads and forgets so many bytes; how many came before a silence of `limit` or the end.
  int64_t Discard(int64_t bytes, Millis limit = kPatience);
  // Reads until the peer closes. closed() tells whether it did.
  std::string ReadToEnd(Millis limit = kPatience) { return ReadUntil({}, limit); }
  bool closed() const { return closed_; }

 private:
  int fd_ = -1;
  bool closed_ = false;
};

}  // namespace veddb::testing
