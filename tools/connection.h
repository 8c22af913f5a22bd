// SPDX-License-Identifier: BSD-3-Clause
// Connection: requests to a server and its replies, in order, over hiredis. Requests are gathered
// until Flush or Receive.
//
// Owned by: one thread. A connection that broke answers every call with IOERR.
#pragma once
#include <hiredis/hiredis.h>

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "tools/options.h"

namespace veddb::tool {

struct FreeReply {
  void operator()(redisReply* reply) const { freeReplyObject(reply); }
};
using Reply = std::unique_ptr<redisReply, FreeReply>;

inline Bytes TextOf(const redisReply& reply) { return {reply.str, reply.len}; }
// REQUIRES: reply.type is REDIS_REPLY_ERROR. ERR for words that the wire's list does not have.
Error ErrorOf(const redisReply& reply);

class Connection {
 public:
  // Connects, logs in and chooses the database. The password is read here.
  static Result<Connection> Open(const ServerAddress& address);

  void Send(std::span<const Bytes> words);
  Status Flush();
  // The next reply, of whatever kind. IOERR: the connection broke.
  Result<Reply> Receive();
  // One request, its reply; an error reply is the error.
  Result<Reply> Run(std::span<const Bytes> words);
  Result<Reply> Run(std::initializer_list<Bytes> words) {
    return Run(std::span<const Bytes>(words.begin(), words.size()));
  }

 private:
  struct Free {
    void operator()(redisContext* context) const { redisFree(context); }
  };
  Connection(redisContext* context, std::string where)
      : context_(context), where_(std::move(where)) {}
  Status LogIn(const ServerAddress& address);
  Error Broken() const;

  std::unique_ptr<redisContext, Free> context_;
  std::string where_;
  std::vector<const char*> starts_;  // of one request's words; kept for its memory
  std::vector<size_t> sizes_;
};

}  // namespace veddb::tool
