// SPDX-License-Identifier: BSD-3-Clause
// Clients: all connected clients; whose replies are to be sent at the end of the turn, who waits
// for what, CLIENT PAUSE, and the limits that keep clients from taking the server's memory: of one
// client's replies (client-output-buffer-limit), of all replies together, of all that is kept for
// clients (maxmemory-clients), and of those that have not authenticated. Owned by: the loop.
#pragma once
#include <absl/container/flat_hash_map.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "command/server_api.h"
#include "log/position.h"
#include "server/client.h"

namespace veddb {

struct ClientFigures {
  uint64_t evicted = 0;  // for maxmemory-clients
  uint64_t accepted = 0;
  uint64_t rejected = 0;
  uint64_t reads = 0;  // times that bytes came, and that replies were sent
  uint64_t writes = 0;
};

// Bytes from and to clients.
struct Traffic {
  uint64_t in = 0;
  uint64_t out = 0;
};

// Whether a client with so many unsent bytes is to be closed. `over_soft_since_ms` is the client's:
// since when (monotonic) it has been at the soft limit, 0: it is not.
bool PassesOutputLimit(const OutputLimit& limit, size_t unsent, int64_t mono_ms,
                       int64_t& over_soft_since_ms);

// Bytes of long replies that were made on other threads and have not reached their clients. Any
// thread.
class RepliesUnderWay {
 public:
  static constexpr size_t kBookedBytes = 16 * 1024;  // shorter ones are not worth it

  void set_max(size_t bytes) { max_.store(bytes, std::memory_order_relaxed); }
  // False: with this one there are too many. Remove must follow either way.
  bool Add(size_t bytes) {
    return bytes_.fetch_add(bytes, std::memory_order_relaxed) + bytes <=
           max_.load(std::memory_order_relaxed);
  }
  void Remove(size_t bytes) { bytes_.fetch_sub(bytes, std::memory_order_relaxed); }

 private:
  std::atomic<size_t> bytes_{0};
  std::atomic<size_t> max_{SIZE_MAX};
};

class Clients {
 public:
  // How long the most that a client was sent at once is remembered, for the size of its buffer.
  static constexpr int64_t kReplyPeakResetMillis = 5000;

  explicit Clients(Server& server) : server_(server) {}

  size_t size() const { return clients_.size(); }
  void Add(std::unique_ptr<Connection> connection);
  Client* Find(uint64_t id);
  // In no order.
  template <typename Visitor>
  void ForEach(Visitor visit) {
    for (Client* client : list_) {
      if (!client->closing()) visit(*client);
    }
  }
  ClientView ViewOf(Client& client) const;
  // What all clients take: themselves and their buffers.
  size_t MemoryBytes() const;
  void Bury(Client& client) { graves_.push_back(client.session.id); }

  void QueueFlush(Client& client);
  void NoteTurn(Client& client) { turn_.push_back(client.session.id); }
  void ResumeLater(Client& client) { resumable_.push_back(client.session.id); }

  // --- the end of the loop's turn, in this order ---
  // The turn's changes could not be made durable.
  void ReplaceTurnReplies(const Error& error);
  // Only what lies before `durable` is: whoever waits for more is told so in place of all that he
  // waits for, and his connection ends.
  void DropHeld(LogPosition durable, const Error& error);
  // Something behind the durable end was void: closes whoever has replies of this turn that came
  // from other threads, or awaits some. Which position these need is not known.
  void DropInFlight();
  // Sends what may be sent: everything, or (appendfsync always) what needs no more than `synced`.
  void Flush(LogPosition end, LogPosition synced, bool wait_for_sync);
  // Lets clients go on that waited for their replies, and closes those that are to be closed.
  void Resume();
  void CloseDead();
  bool HasResumable() const { return !resumable_.empty(); }

  // --- limits ---
  // When one of the options is set that the limits depend on.
  void ApplyLimits(const Config& config);
  // A client with more bytes of unsent replies than this is to be judged.
  size_t output_watch() const { return output_watch_; }
  // Books the client's unsent replies, and marks it to be closed if it is over its limit.
  void JudgeOutput(Client& client);
  // No more replies are made for a client that has more unsent ones than this. Together clients
  // get no more than so much; when half of it is used up each one gets little.
  size_t OutputPause() const {
    return output_total_ > output_total_max_ / 2 ? kOutputShare : kOutputMax;
  }
  // --- commands under way on other threads ---
  // Whether one more of this client's may be. All together they are so many as the size of replies
  // of late lets expect to fit in memory; nobody is kept from having one.
  bool MayBegin(const Client& client) const;
  void BeginInflight() { ++inflight_; }
  void EndInflight(size_t reply_bytes);
  RepliesUnderWay& replies_under_way() { return replies_under_way_; }

  // Books what the client holds in memory, where maxmemory-clients limits that.
  void NoteMemory(Client& client) {
    if (memory_limit_ != 0 && !client.closing()) BookMemory(client);
  }
  // Before each command and at the end of the turn: the fattest are closed while there is too much.
  void Evict() {
    if (memory_.total() > memory_limit_ && memory_limit_ != 0) EvictFattest();
  }
  // DEBUG REPLYBUFFER: after how long a client's peak is forgotten (-1: never), and whether reply
  // buffers are fitted to it.
  void set_reply_peak_reset_ms(int64_t ms) { reply_peak_reset_ms_ = ms; }
  void set_buffers_are_fitted(bool on) { buffers_are_fitted_ = on; }

  // --- waits ---
  void Pause(int64_t timeout_ms, bool all);
  void Unpause();
  // Whether this command has to wait now.
  bool Paused(const Command& command, const Session& session) const;
  // Of writes, whether or not of all commands.
  bool writes_paused() const { return paused(); }
  // Wakes all that wait for this.
  void EndWait(Wait reason);
  bool paused() const;
  // Every Cron::kTickMillis: ends a pause that is over; each client is looked at once a second.
  void Tick();

  const ClientFigures& figures() const { return figures_; }
  ClientFigures& figures() { return figures_; }
  // Of all clients, ever: O(clients).
  Traffic AllTraffic() const;
  Traffic TrafficSinceReset() const;
  void ResetStats();

 private:
  // Unsent replies of one client, of one that has to share, and of all (without maxmemory).
  static constexpr size_t kOutputMax = 64 << 20;
  static constexpr size_t kOutputShare = 1 << 20;
  static constexpr size_t kOutputTotalMax = 256 << 20;
  static constexpr size_t kLargeReplyFirst = 1 << 20;

  bool Refuse(Connection& connection);
  void BookMemory(Client& client);
  void EvictFattest();
  void Inspect(Client& client);
  void SendTo(Client& client);

  Server& server_;
  absl::flat_hash_map<uint64_t, std::unique_ptr<Client>> clients_;
  std::vector<Client*> list_;  // all of them; each knows its place
  size_t inspected_ = 0;       // place of the one to be looked at next
  size_t output_watch_ = kOutputShare;
  size_t output_total_ = 0;
  size_t output_total_max_ = kOutputTotalMax;
  size_t inflight_ = 0;
  size_t large_reply_ = kLargeReplyFirst;  // how large replies are at most, of late
  RepliesUnderWay replies_under_way_;
  size_t memory_limit_ = 0;
  ClientMemory memory_;
  int64_t reply_peak_reset_ms_ = kReplyPeakResetMillis;
  bool buffers_are_fitted_ = true;
  uint64_t next_id_ = 1;
  std::vector<uint64_t> flush_;  // have replies to send
  std::vector<uint64_t> held_;   // their replies wait for a sync
  std::vector<uint64_t> turn_;   // replied to in this turn
  std::vector<uint64_t> resumable_;
  std::vector<uint64_t> graves_;
  int64_t pause_until_ms_ = 0;  // monotonic
  bool pause_all_ = false;
  ClientFigures figures_;
  Traffic gone_;  // of clients that are gone
  Traffic at_reset_;
};

}  // namespace veddb
