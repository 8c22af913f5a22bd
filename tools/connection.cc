// SPDX-License-Identifier: BSD-3-Clause
#include "tools/connection.h"

#include <sys/time.h>

#include "base/number.h"
#include "tools/password.h"

namespace veddb::tool {
namespace {

constexpr timeval kConnectPatience{10, 0};

}  // namespace

Error ErrorOf(const redisReply& reply) {
  const Bytes text = TextOf(reply);
  const Bytes word = text.substr(0, text.find(' '));
  for (int i = 0; i < static_cast<int>(ErrorCode::kCount); ++i) {
    const auto code = static_cast<ErrorCode>(i);
    if (ErrorWord(code) != word) continue;
    return MakeError(code, std::string(text.substr(std::min(word.size() + 1, text.size()))));
  }
  return Err(std::string(text));
}

Result<Connection> Connection::Open(const ServerAddress& address) {
  const std::string where = address.host + ":" + std::to_string(address.port);
  Connection connection(
      redisConnectWithTimeout(address.host.c_str(), address.port, kConnectPatience), where);
  const redisContext* context = connection.context_.get();
  if (context == nullptr || context->err != 0) {
    return MakeError(ErrorCode::kIoErr, "can't connect to " + where + ": " +
                                            (context == nullptr ? "no memory" : context->errstr));
  }
  redisEnableKeepAlive(connection.context_.get());
  TRY(connection.LogIn(address));
  return connection;
}

Status Connection::LogIn(const ServerAddress& address) {
  if (address.password.kind != PasswordSource::Kind::kNone) {
    const std::string password = TRY(ReadPassword(address.password));
    if (address.user.empty()) {
      TRY(Run({"AUTH", password}));
    } else {
      TRY(Run({"AUTH", address.user, password}));
    }
  }
  if (address.database != 0) TRY(Run({"SELECT", FormatInt64(address.database)}));
  return Ok();
}

Error Connection::Broken() const {
  const std::string why = context_->errstr[0] != 0 ? context_->errstr : "unknown";
  return MakeError(ErrorCode::kIoErr, "the connection to " + where_ + " broke: " + why);
}

void Connection::Send(std::span<const Bytes> words) {
  starts_.clear();
  sizes_.clear();
  for (const Bytes word : words) {
    starts_.push_back(word.data());
    sizes_.push_back(word.size());
  }
  // It fails for want of memory only, and then the context is broken: Flush and Receive tell.
  redisAppendCommandArgv(context_.get(), static_cast<int>(words.size()), starts_.data(),
                         sizes_.data());
}

Status Connection::Flush() {
  for (int done = 0; done == 0;) {
    if (redisBufferWrite(context_.get(), &done) != REDIS_OK) return Broken();
  }
  return Ok();
}

Result<Reply> Connection::Receive() {
  void* raw = nullptr;
  if (redisGetReply(context_.get(), &raw) != REDIS_OK || raw == nullptr) return Broken();
  return Reply(static_cast<redisReply*>(raw));
}

Result<Reply> Connection::Run(std::span<const Bytes> words) {
  Send(words);
  Reply reply = TRY(Receive());
  if (reply->type == REDIS_REPLY_ERROR) return ErrorOf(*reply);
  return reply;
}

}  // namespace veddb::tool
