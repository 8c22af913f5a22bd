// SPDX-License-Identifier: BSD-3-Clause
// Link: one connection whose replies are taken as the bytes they are.
//
// Owned by: one thread.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace veddb::differential {

// The size of the reply at the front, RESP2 or RESP3; 0 if it is not complete.
size_t ReplySize(std::string_view bytes);
// The elements of an array, set, push or map at the top; empty for anything else.
std::vector<std::string_view> ElementsOf(std::string_view reply);

class Link {
 public:
  explicit Link(int port);
  ~Link();
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  bool ok() const { return ok_; }
  void Send(std::string_view requests);
  // The next `count` replies; the views are good until the next call. Fewer if the connection broke
  // or the server was silent for too long.
  const std::vector<std::string_view>& Receive(size_t count);

 private:
  bool ReadMore();

  int fd_ = -1;
  bool ok_ = false;
  std::string buffer_;
  size_t taken_ = 0;
  std::vector<std::string_view> replies_;
};

}  // namespace veddb::differential
