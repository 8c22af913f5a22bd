// SPDX-License-Identifier: BSD-3-Clause
// RespClient: one connection over hiredis. Requests are given as words, replies are plain values.
//
// A connection that breaks is told by ok() and by replies of kind kBroken, never by an abort: tests
// of crashes break connections by intent.
//
// Owned by: one thread at a time.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/poll_until.h"

struct redisContext;
struct redisReply;

namespace veddb::testing {

using Words = std::vector<std::string>;

struct RespReply {
  enum class Kind { kBroken, kNil, kText, kStatus, kError, kInteger, kArray };
  Kind kind = Kind::kBroken;
  std::string text;  // of kText, kStatus, kError; of kBroken what happened
  int64_t integer = 0;
  std::vector<RespReply> elements;

  bool broken() const { return kind == Kind::kBroken; }
  bool is_error() const { return kind == Kind::kError; }
  bool is_nil() const { return kind == Kind::kNil; }
  // One line for comparisons: a text or status as it is, an integer in digits, `nil`, an error with
  // `-` in front, an array as `[a, b]`.
  std::string Print() const;
};

class RespClient {
 public:
  // No connection.
  RespClient() = default;
  static RespClient Tcp(int port, Millis timeout = kPatience);
  static RespClient Unix(const std::string& path, Millis timeout = kPatience);

  bool ok() const;
  RespReply Run(const Words& words);
  // Run, printed.
  std::string Say(const Words& words) { return Run(words).Print(); }

  // Pipelines: requests are gathered by Add and sent with the first Next; one Next for each.
  void Add(const Words& words);
  RespReply Next();
  // Sends what was added; false when the connection is broken.
  bool Flush();
  int fd() const;

 private:
  struct Free {
    void operator()(redisContext* context) const;
  };
  std::unique_ptr<redisContext, Free> context_;
};

}  // namespace veddb::testing
