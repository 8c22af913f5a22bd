// SPDX-License-Identifier: BSD-3-Clause
#include "tests/support/resp_client.h"

#include <hiredis/hiredis.h>

namespace veddb::testing {
namespace {

timeval ToTimeval(Millis timeout) {
  return {timeout.count() / 1000, timeout.count() % 1000 * 1000};
}

RespReply Broken(const std::string& why) {
  RespReply reply;
  reply.text = why;
  return reply;
}

RespReply FromHiredis(const redisReply& from) {
  RespReply to;
  switch (from.type) {
    case REDIS_REPLY_NIL:
      to.kind = RespReply::Kind::kNil;
      return to;
    case REDIS_REPLY_INTEGER:
      to.kind = RespReply::Kind::kInteger;
      to.integer = from.integer;
      return to;
    case REDIS_REPLY_ARRAY:
      to.kind = RespReply::Kind::kArray;
      for (size_t i = 0; i < from.elements; ++i) {
        to.elements.push_back(FromHiredis(*from.element[i]));
      }
      return to;
    case REDIS_REPLY_STATUS:
      to.kind = RespReply::Kind::kStatus;
      break;
    case REDIS_REPLY_ERROR:
      to.kind = RespReply::Kind::kError;
      break;
    default:
      to.kind = RespReply::Kind::kText;
      break;
  }
  to.text.assign(from.str, from.len);
  return to;
}

redisContext* WithTimeout(redisContext* context, Millis timeout) {
  if (context != nullptr && context->err == 0) redisSetTimeout(context, ToTimeval(timeout));
  return context;
}

}  // namespace

std::string RespReply::Print() const {
  switch (kind) {
    case Kind::kBroken:
      return "(broken: " + text + ")";
    case Kind::kNil:
      return "nil";
    case Kind::kText:
    case Kind::kStatus:
      return text;
    case Kind::kError:
      return "-" + text;
    case Kind::kInteger:
      return std::to_string(integer);
    case Kind::kArray:
      break;
  }
  std::string out = "[";
  for (const RespReply& element : elements) {
    if (out.size() > 1) out += ", ";
    out += element.Print();
  }
  return out + "]";
}

void RespClient::Free::operator()(redisContext* context) const { redisFree(context); }

RespClient RespClient::Tcp(int port, Millis timeout) {
  RespClient client;
  client.context_.reset(
      WithTimeout(redisConnectWithTimeout("127.0.0.1", port, ToTimeval(timeout)), timeout));
  return client;
}

RespClient RespClient::Unix(const std::string& path, Millis timeout) {
  RespClient client;
  client.context_.reset(
      WithTimeout(redisConnectUnixWithTimeout(path.c_str(), ToTimeval(timeout)), timeout));
  return client;
}

bool RespClient::ok() const { return context_ != nullptr && context_->err == 0; }

int RespClient::fd() const { return context_ != nullptr ? context_->fd : -1; }

RespReply RespClient::Run(const Words& words) {
  Add(words);
  return Next();
}

void RespClient::Add(const Words& words) {
  if (!ok()) return;
  std::vector<const char*> starts;
  std::vector<size_t> sizes;
  for (const std::string& word : words) {
    starts.push_back(word.data());
    sizes.push_back(word.size());
  }
  redisAppendCommandArgv(context_.get(), static_cast<int>(words.size()), starts.data(),
                         sizes.data());
}

RespReply RespClient::Next() {
  if (context_ == nullptr) return Broken("no connection");
  void* raw = nullptr;
  if (!ok() || redisGetReply(context_.get(), &raw) != REDIS_OK || raw == nullptr) {
    return Broken(context_->errstr);
  }
  RespReply reply = FromHiredis(*static_cast<redisReply*>(raw));
  freeReplyObject(raw);
  return reply;
}

bool RespClient::Flush() {
  int done = 0;
  while (ok() && done == 0) {
    if (redisBufferWrite(context_.get(), &done) != REDIS_OK) return false;
  }
  return ok();
}

}  // namespace veddb::testing
