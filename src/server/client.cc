// SPDX-License-Identifier: BSD-3-Clause
#include "server/client.h"

#include <utility>

#include "base/clock.h"
#include "base/logging.h"
#include "server/server.h"

namespace veddb {
namespace {

// A client that does not read its replies gets no more of them made, beyond this.
constexpr size_t kUnsentPauseBytes = 64 << 20;
// While a client waits, so many bytes of further requests are taken in.
constexpr size_t kWaitingBufferBytes = 1 << 20;
// As in Redis: before it has authenticated nobody may make the server hold more than this for him.
constexpr size_t kUnauthenticatedOutputBytes = 1024;
constexpr int64_t kBufferIdleMillis = 2000;
constexpr size_t kBufferSlackBytes = 1024;

}  // namespace

Client::Client(Server& server, std::unique_ptr<Connection> connection, uint64_t id)
    : server_(server), connection_(std::move(connection)) {
  session.id = id;
  created_ms = active_ms = WallMillis();
}

Client::~Client() = default;

// --- replies ---

std::string& Client::ReplyTarget() {
  if (slots_.empty()) return connection_->out();
  slots_.push_back({next_slot_++, true, {}});
  return slots_.back().text;
}

void Client::EndReply(std::string& target, size_t before) {
  if (!in_turn_) {
    in_turn_ = true;
    turn_mark_ = &target == &connection_->out() ? before : connection_->out().size();
    server_.NoteTurn(*this);
  }
  switch (session.reply_mode) {
    case ReplyMode::kOn:
      break;
    case ReplyMode::kSkipNext:  // CLIENT REPLY SKIP itself: silent, and so is the next
      session.reply_mode = ReplyMode::kSkip;
      target.resize(before);
      break;
    case ReplyMode::kSkip:
      session.reply_mode = ReplyMode::kOn;
      target.resize(before);
      break;
    case ReplyMode::kOff:
      target.resize(before);
      break;
  }
  ++turn_replies_;
  if (&target != &connection_->out()) turn_slots_ = true;
  server_.QueueFlush(*this);
  if (connection_->unsent() > kUnauthenticatedOutputBytes && !server_.Authenticated(session)) {
    LogWarning("Closing a client that has not authenticated and does not read its replies.");
    CloseSoon();
  }
}

uint64_t Client::ReserveSlot() {
  slots_.push_back({next_slot_, false, {}});
  return next_slot_++;
}

void Client::FillSlot(uint64_t number, std::string text) {
  const size_t index = number - slots_.front().number;
  slots_[index].ready = true;
  slots_[index].text = std::move(text);
  if (index == 0) ReleaseSlots();
}

void Client::ReleaseSlots() {
  while (!slots_.empty() && slots_.front().ready) {
    connection_->out().append(slots_.front().text);
    slots_.pop_front();
  }
  server_.QueueFlush(*this);
  if (slots_.empty() && wait_ == Wait::kReplies) server_.ResumeLater(*this);
}

void Client::ReplaceTurnReplies(const Error& error) {
  if (turn_slots_) {
    // Which of the waiting replies belong to this turn is not known: better none than a wrong one.
    CloseSoon();
    return;
  }
  std::string& out = connection_->out();
  out.resize(std::min(out.size(), turn_mark_));
  Reply reply(out, session.protocol);
  for (size_t i = 0; i < turn_replies_; ++i) reply.Error(error);
}

void Client::ForgetTurn() {
  in_turn_ = false;
  turn_slots_ = false;
  turn_replies_ = 0;
}

// --- requests ---

void Client::OnBytes(Bytes bytes) {
  if (closing_) return;
  server_.BeginTurn();
  active_ms = server_.now_ms();
  if (buffer_.empty() && wait_ == Wait::kNone) {
    const size_t taken = Process(bytes);
    if (!closing_ && taken < bytes.size()) buffer_.assign(bytes.substr(taken));
  } else {
    buffer_.append(bytes);
    if (wait_ == Wait::kNone) {
      buffer_.erase(0, Process(buffer_));
    }
  }
  if (closing_) return;
  const auto limit = static_cast<size_t>(server_.config().config().client_query_buffer_limit);
  if (buffer_.size() > limit) {
    LogWarning("Closing client " + std::to_string(session.id) +
               " that reached max query buffer length");
    CloseSoon();
    return;
  }
  if (wait_ != Wait::kNone && buffer_.size() > kWaitingBufferBytes) connection_->PauseReading();
  if (const size_t wanted = parser_.wanted_bytes(); !buffer_.empty() && wanted > 32 * 1024) {
    buffer_.reserve(buffer_.size() + wanted);
  }
}

size_t Client::Process(Bytes input) {
  size_t taken = 0;
  processing_ = true;
  while (!closing_ && !session.close_after_reply) {
    if (connection_->unsent() > kUnsentPauseBytes) {
      wait_ = Wait::kOutput;
      break;
    }
    const RequestParser::Outcome outcome =
        parser_.Parse(input.substr(taken), server_.LimitsOf(session));
    if (outcome == RequestParser::Outcome::kNeedMore) break;
    if (outcome == RequestParser::Outcome::kError) {
      ProtocolError(parser_.error());
      break;
    }
    if (!parser_.argv().empty()) {
      wait_ = server_.Dispatch(*this, parser_.argv());
      if (wait_ != Wait::kNone) {
        // The request stays in the buffer and is read again when the wait is over.
        parser_ = RequestParser();
        break;
      }
    }
    taken += parser_.consumed();
  }
  processing_ = false;
  if (session.close_after_reply) taken = input.size();
  return taken;
}

void Client::ProtocolError(Bytes text) {
  LogVerbose("Protocol error from client " + std::to_string(session.id) + ": " + std::string(text));
  std::string& target = ReplyTarget();
  const size_t before = target.size();
  Reply(target, session.protocol).Error(Err(std::string(text)));
  EndReply(target, before);
  CloseAfterReplies();
}

void Client::Resume() {
  if (closing_ || wait_ != Wait::kNone || processing_) return;
  buffer_.erase(0, Process(buffer_));
  if (!closing_ && wait_ == Wait::kNone) connection_->ResumeReading();
}

void Client::TrimQueryBuffer(int64_t now_ms) {
  const bool idle = now_ms - active_ms > kBufferIdleMillis;
  if (idle && buffer_.capacity() > buffer_.size() + kBufferSlackBytes) buffer_.shrink_to_fit();
}

void Client::CloseSoon() {
  if (closing_) return;
  closing_ = true;
  connection_->PauseReading();
  server_.Bury(*this);
}

void Client::OnDrained() {
  if (session.close_after_reply && slots_.empty()) {
    CloseSoon();
  } else if (wait_ == Wait::kOutput) {
    wait_ = Wait::kNone;
    Resume();
  }
}

void Client::OnClosed() { CloseSoon(); }

}  // namespace veddb
