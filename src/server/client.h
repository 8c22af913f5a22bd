// SPDX-License-Identifier: BSD-3-Clause
// Client: one connection, its session and its replies in order.
//
// A command that runs in place appends its reply to the output at once. One that had to be handed
// to a shard or to the query pool gets a slot; later replies wait behind it in slots of their own,
// so that replies always come in the order of requests.
//
// Owned by: the loop.
#pragma once
#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>

#include "base/result.h"
#include "command/registry.h"
#include "command/session.h"
#include "net/connection.h"
#include "resp/parser.h"
#include "server/client_memory.h"

namespace veddb {

class Server;

// Why a client's next request has to wait.
enum class Wait : uint8_t {
  kNone,
  kReplies,  // until its commands in flight are answered
  kPause,    // CLIENT PAUSE
  kMemory,   // until a drain lets objects leave memory
  kOutput,   // until it reads its replies
  kBlocked,  // its command waits for an event; that command is done with, the next is not begun
  kRebuild,  // until memory holds again what is durable, after a failure
};

class Client final : public ConnectionUser {
 public:
  Client(Server& server, std::unique_ptr<Connection> connection, uint64_t id);
  ~Client() override;

  Session session;
  // When it is gone for work elsewhere that it waits for (monotonic nanoseconds; 0: not foreseen).
  // One that sends nothing more may yet read its replies: it is given a moment. Any thread.
  std::shared_ptr<const std::atomic<int64_t>> gone_at() const { return gone_at_; }
  Connection& connection() { return *connection_; }
  const Connection& connection() const { return *connection_; }

  // --- replies ---
  // Where the next reply goes; EndReply(size before it) must follow.
  std::string& ReplyTarget();
  // Applies CLIENT REPLY OFF and SKIP, counts the command of this turn, sees that it is sent.
  void EndReply(std::string& target, size_t before);
  // The reply that will come is the next in order; its slot's number.
  uint64_t ReserveSlot();
  // Fills a reserved slot and sends what has become sendable.
  void FillSlot(uint64_t slot, std::string text);
  // Something that is no reply (an invalidation, a monitor's line), behind all replies so far. A
  // client that does not read what it is sent is closed: it must not miss one.
  void Push(Bytes text);
  bool in_flight() const { return !slots_.empty(); }
  // It was replied to by the loop itself in the present turn.
  bool in_turn() const { return in_turn_; }
  size_t slots() const { return slots_.size(); }
  // Bytes of replies that are not sent, those included that wait for the reply to an earlier
  // command.
  size_t pending_output() const { return connection_->unsent() + slot_bytes_; }
  // Reads under way whose snapshot may not have been taken yet: they must not see what the client
  // sends behind them, so its writes wait.
  uint32_t queries = 0;
  // The turn's changes could not be made durable: what was replied in it is not true.
  void ReplaceTurnReplies(const Error& error);
  void ForgetTurn();

  // --- requests ---
  Wait wait() const { return wait_; }
  void ClearWait() { wait_ = Wait::kNone; }
  // For a command that replies later, into a slot it has reserved: until Unblock no further request
  // is taken up.
  void Block() { blocked_ = true; }
  void Unblock();
  bool blocked() const { return blocked_; }
  // Takes up the requests that came while it had to wait.
  void Resume();
  // Marks it to be closed: at the end of the turn, without what it has not been sent yet, or when
  // its replies are sent.
  void CloseSoon();
  void CloseAfterReplies() { session.close_after_reply = true; }
  bool closing() const { return closing_; }
  // All that it will be sent is made: it is to be closed once that is gone.
  bool finished() const {
    return slots_.empty() && (session.close_after_reply || (ended_ && wait_ == Wait::kNone));
  }

  // ConnectionUser:
  void OnBytes(Bytes bytes) override;
  void OnDrained() override;
  void OnEnd() override;
  void OnClosed() override;

  // --- what CLIENT LIST shows ---
  // Monotonic: when it came, and its last request.
  int64_t created_ms = 0;
  int64_t active_ms = 0;
  const Command* last_command = nullptr;
  // Bytes that wait to be parsed, bytes of arguments of a request that is not complete, and what
  // the input buffer has room for.
  size_t query_buffer_used() const { return buffer_.size() - parsed_bytes(); }
  size_t argument_bytes() const { return parsed_bytes(); }
  size_t query_buffer_free() const {
    return buffer_.capacity() > kInsideBytes ? buffer_.capacity() - buffer_.size() : 0;
  }
  size_t slot_bytes() const { return slot_bytes_; }
  // Everything that is kept for this client.
  size_t memory() const;
  // From time to time: gives back what its buffers have not needed lately.
  void FitBuffers(int64_t mono_ms, int64_t peak_reset_ms);

  // --- the books of Clients ---
  ClientShare share;
  size_t counted_output = 0;       // of pending_output(), in the sum of all
  int64_t over_soft_since_ms = 0;  // at the soft limit of replies since then; 0: it is not
  size_t list_index = 0;
  bool queued_for_flush = false;
  uint64_t flush_after = 0;  // a log position that must be synced before the replies go out

 private:
  const std::shared_ptr<std::atomic<int64_t>> gone_at_ = std::make_shared<std::atomic<int64_t>>(0);
  struct Slot {
    uint64_t number;
    bool ready;
    std::string text;
  };

  // Handles whole requests at the front of input; returns how many bytes were taken.
  size_t Process(Bytes input);
  void ProtocolError(Bytes text);
  void ReleaseSlots();
  // Makes room for `needed` bytes, of which the parser has seen `parsed`.
  void GrowBuffer(size_t needed, size_t parsed);
  void ResizeBuffer(size_t capacity);
  void LeaveIfEnded();
  size_t parsed_bytes() const { return buffer_.empty() ? 0 : parser_.parsed_bytes(); }

  Server& server_;
  std::unique_ptr<Connection> connection_;
  RequestParser parser_;
  // What std::string keeps inside of itself is no buffer of its own.
  static constexpr size_t kInsideBytes = 32;

  std::string buffer_;      // bytes of requests that are not complete, or have to wait
  size_t buffer_peak_ = 0;  // the most it held lately
  int64_t peak_reset_ms_ = 0;
  std::deque<Slot> slots_;
  size_t slot_bytes_ = 0;  // of replies in slots
  uint64_t next_slot_ = 1;
  Wait wait_ = Wait::kNone;
  bool blocked_ = false;
  bool closing_ = false;
  bool ended_ = false;  // the peer sends nothing more
  bool processing_ = false;
  // Of this turn:
  bool in_turn_ = false;
  size_t turn_mark_ = 0;  // size of the output before its first reply
  size_t turn_replies_ = 0;
  bool turn_slots_ = false;  // replies went into slots: they can't be told apart
};

}  // namespace veddb
