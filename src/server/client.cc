// SPDX-License-Identifier: BSD-3-Clause
#include "server/client.h"

#include <algorithm>
#include <utility>

#include "base/clock.h"
#include "base/logging.h"
#include "base/mutation.h"
#include "server/server.h"

namespace veddb {
namespace {

// How long work goes on for a client that sends nothing more.
constexpr int64_t kMomentNanos = 100'000'000;

// While a client waits, so many bytes of further requests are taken in.
constexpr size_t kWaitingBufferBytes = 1 << 20;
// An input buffer that was not needed for so long is given back whole; before that it is only made
// smaller, if it is larger than this, down to what was needed lately or the second size.
constexpr int64_t kBufferIdleMillis = 2000;
constexpr size_t kBufferLarge = 32 * 1024;
constexpr size_t kBufferKept = 16 * 1024;
// So much is made room for because it was announced; beyond that no more than what has come.
constexpr size_t kAnnouncedBytesMax = 256 * 1024;
// What is pushed may exceed the bound of replies by so much: the replies count as well.
constexpr size_t kPushFactor = 2;

}  // namespace

Client::Client(Server& server, std::unique_ptr<Connection> connection, uint64_t id)
    : server_(server), connection_(std::move(connection)) {
  session.id = id;
  created_ms = active_ms = peak_reset_ms_ = MonoMillis();
}

Client::~Client() { gone_at_->store(1, std::memory_order_relaxed); }

// --- replies ---

std::string& Client::ReplyTarget() {
  if (slots_.empty() || Mutated("reply-jumps-queue")) return connection_->out();
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
  if (&target != &connection_->out()) {
    turn_slots_ = true;
    slot_bytes_ += target.size() - before;
  }
  server_.QueueFlush(*this);
  if (pending_output() > server_.clients().output_watch()) server_.clients().JudgeOutput(*this);
}

void Client::Push(Bytes text) {
  if (closing_) return;
  if (pending_output() + text.size() > kPushFactor * server_.clients().OutputPause()) {
    LogWarning("Client " + std::to_string(session.id) +
               " does not read what it is sent; it is closed.");
    CloseSoon();
    return;
  }
  std::string& target = ReplyTarget();
  target.append(text);
  if (&target != &connection_->out()) slot_bytes_ += text.size();
  server_.QueueFlush(*this);
  if (pending_output() > server_.clients().output_watch()) server_.clients().JudgeOutput(*this);
}

uint64_t Client::ReserveSlot() {
  slots_.push_back({next_slot_, false, {}});
  return next_slot_++;
}

void Client::FillSlot(uint64_t number, std::string text) {
  const size_t index = number - slots_.front().number;
  slots_[index].ready = true;
  slot_bytes_ += text.size();
  slots_[index].text = std::move(text);
  if (index == 0) ReleaseSlots();
  if (pending_output() > server_.clients().output_watch()) server_.clients().JudgeOutput(*this);
}

void Client::Unblock() {
  blocked_ = false;
  if (wait_ == Wait::kBlocked) server_.ResumeLater(*this);
}

void Client::ReleaseSlots() {
  while (!slots_.empty() && slots_.front().ready) {
    connection_->out().append(slots_.front().text);
    slot_bytes_ -= slots_.front().text.size();
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
  ++server_.clients().figures().reads;
  server_.BeginTurn();
  active_ms = server_.mono_ms();
  if (buffer_.empty() && wait_ == Wait::kNone) {
    const size_t taken = Process(bytes);
    if (closing_) return;
    const Bytes rest = bytes.substr(taken);
    if (rest.empty()) return;
    GrowBuffer(rest.size(), rest.size());
    buffer_.append(rest);
  } else {
    GrowBuffer(buffer_.size() + bytes.size(), buffer_.size());
    buffer_.append(bytes);
    buffer_peak_ = std::max(buffer_peak_, buffer_.size());
    if (wait_ == Wait::kNone) buffer_.erase(0, Process(buffer_));
    if (closing_) return;
  }
  buffer_peak_ = std::max(buffer_peak_, buffer_.size());
  const auto limit = static_cast<size_t>(server_.config().config().client_query_buffer_limit);
  if (buffer_.size() > limit) {
    LogWarning("Closing client " + std::to_string(session.id) +
               " that reached max query buffer length");
    CloseSoon();
    return;
  }
  if (wait_ != Wait::kNone && buffer_.size() > kWaitingBufferBytes) connection_->PauseReading();
  server_.clients().NoteMemory(*this);
}

// Memory follows what has arrived, and what was announced only within bounds; at the end of a long
// argument it is no larger than the argument needs.
void Client::GrowBuffer(size_t needed, size_t parsed) {
  if (needed <= buffer_.capacity()) return;
  const size_t wanted = parser_.wanted_bytes();
  if (wait_ == Wait::kNone && wanted >= kBufferLarge) {
    const size_t bound = std::max(2 * needed, kAnnouncedBytesMax);
    ResizeBuffer(std::clamp(parsed + wanted, needed, bound));
  } else {
    ResizeBuffer(2 * needed);
  }
}

// To exactly so much, which reserve() does not promise.
void Client::ResizeBuffer(size_t capacity) {
  std::string resized;
  resized.reserve(capacity);
  resized.append(buffer_);
  buffer_.swap(resized);
}

size_t Client::Process(Bytes input) {
  size_t taken = 0;
  processing_ = true;
  while (!closing_ && !session.close_after_reply) {
    if (pending_output() > server_.clients().OutputPause()) {
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
      if (wait_ == Wait::kBlocked) {
        taken += parser_.consumed();
        break;
      }
      if (wait_ != Wait::kNone) {
        // The request stays in the buffer and is read again when the wait is over.
        parser_ = RequestParser();
        break;
      }
    }
    taken += parser_.consumed();
  }
  processing_ = false;
  LeaveIfEnded();
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
  // What has not begun when the server ends is not answered any more.
  if (closing_ || wait_ != Wait::kNone || processing_ || server_.is_ending()) return;
  buffer_.erase(0, Process(buffer_));
  if (closing_ || wait_ != Wait::kNone) return;
  connection_->ResumeReading();
  if (finished()) server_.QueueFlush(*this);
}

void Client::FitBuffers(int64_t mono_ms, int64_t peak_reset_ms) {
  const bool idle = mono_ms - active_ms > kBufferIdleMillis;
  const size_t needed = std::max(buffer_.size(), idle ? 0 : std::max(buffer_peak_, kBufferKept));
  // A long argument that is still arriving keeps its room: it would be copied at every turn.
  const bool fills = !idle && !buffer_.empty() && parser_.wanted_bytes() > 0;
  const bool large = idle || buffer_.capacity() > kBufferLarge;
  if (!fills && large && buffer_.capacity() > kInsideBytes &&
      buffer_.capacity() > needed + needed / 2) {
    ResizeBuffer(needed);
  }
  buffer_peak_ = buffer_.size();
  const bool forget = peak_reset_ms >= 0 && mono_ms - peak_reset_ms_ >= peak_reset_ms;
  if (forget) peak_reset_ms_ = mono_ms;
  connection_->FitReplyBuffer(forget);
}

size_t Client::memory() const {
  return sizeof(Client) + connection_->memory() + parser_.memory() +
         (buffer_.capacity() > kInsideBytes ? buffer_.capacity() : 0) + slot_bytes_ +
         slots_.size() * sizeof(Slot) + session.held_bytes();
}

void Client::CloseSoon() {
  if (closing_) return;
  closing_ = true;
  connection_->PauseReading();
  server_.Bury(*this);
}

void Client::OnDrained() {
  if (closing_) return;
  server_.clients().JudgeOutput(*this);
  server_.clients().NoteMemory(*this);
  if (finished()) {
    CloseSoon();
  } else if (wait_ == Wait::kOutput) {
    server_.BeginTurn();
    wait_ = Wait::kNone;
    Resume();
  }
}

// What has come is answered yet, as far as it waits for nothing but its own replies.
void Client::OnEnd() {
  if (closing_) return;
  ended_ = true;
  gone_at_->store(MonoNanos() + kMomentNanos, std::memory_order_relaxed);
  LeaveIfEnded();
  if (!closing_) server_.QueueFlush(*this);
}

void Client::LeaveIfEnded() {
  const bool waits = wait_ == Wait::kPause || wait_ == Wait::kMemory || wait_ == Wait::kBlocked;
  if (ended_ && waits) CloseSoon();
}

void Client::OnClosed() { CloseSoon(); }

}  // namespace veddb
