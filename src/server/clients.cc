// SPDX-License-Identifier: BSD-3-Clause
#include "server/clients.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/logging.h"
#include "server/server.h"

namespace veddb {
namespace {

// With maxmemory, the part of it that unsent replies may take, and the least they may.
constexpr size_t kOutputPart = 8;
constexpr size_t kOutputTotalMin = 16 << 20;
// The part of all unsent replies that those to commands under way are expected to take.
constexpr size_t kInflightPart = 4;
// A reply that was larger than those after it counts so much less with each of them.
constexpr size_t kForgetDivisor = 64;
// A reply buffer above this is fitted when its reply is sent, not only when the client is looked
// at: one large reply leaves little behind, and what is kept grows with each that follows.
constexpr size_t kFittedAtOnce = 8 << 10;
// Clients that are looked at in one tick at the least; else a tenth of them.
constexpr size_t kInspectedMin = 50;
constexpr size_t kTicksPerSecond = 1000 / Cron::kTickMillis;

}  // namespace

bool PassesOutputLimit(const OutputLimit& limit, size_t unsent, int64_t mono_ms,
                       int64_t& over_soft_since_ms) {
  const auto bytes = static_cast<int64_t>(unsent);
  if (limit.soft_bytes == 0 || bytes < limit.soft_bytes) {
    over_soft_since_ms = 0;
  } else if (over_soft_since_ms == 0) {
    over_soft_since_ms = mono_ms;
  } else if ((mono_ms - over_soft_since_ms) / 1000 > limit.soft_seconds) {
    return true;
  }
  return limit.hard_bytes != 0 && bytes >= limit.hard_bytes;
}

// Tells the peer why and returns true where no more clients, or not this one, can be served.
bool Clients::Refuse(Connection& connection) {
  const Config& config = server_.config().config();
  if (clients_.size() >= static_cast<size_t>(config.maxclients)) {
    connection.out() = "-ERR max number of clients reached\r\n";
  } else if (config.protected_mode && config.requirepass.empty() && !connection.from_loopback()) {
    connection.out() =
        "-DENIED VedDB is running in protected mode because protected mode is enabled and no "
        "password is set for the default user. In this mode connections are only accepted from the "
        "loopback interface. Set a password (requirepass), bind the server to the interfaces it is "
        "meant for, or turn protected-mode off.\r\n";
  } else {
    return false;
  }
  ++figures_.rejected;
  connection.Flush();
  return true;
}

void Clients::Add(std::unique_ptr<Connection> connection) {
  const Config& config = server_.config().config();
  ++figures_.accepted;
  if (Refuse(*connection)) return;
  connection->SetKeepAlive(config.tcp_keepalive);
  const uint64_t id = next_id_++;
  auto client = std::make_unique<Client>(server_, std::move(connection), id);
  client->session.authenticated = config.requirepass.empty();
  Client* added = client.get();
  added->list_index = list_.size();
  list_.push_back(added);
  clients_.emplace(id, std::move(client));
  added->connection().Start(added);
  NoteMemory(*added);
}

Client* Clients::Find(uint64_t id) {
  const auto found = clients_.find(id);
  return found == clients_.end() ? nullptr : found->second.get();
}

ClientView Clients::ViewOf(Client& client) const {
  ClientView view;
  const Connection& connection = client.connection();
  const int64_t mono_ms = server_.mono_ms();
  view.session = &client.session;
  view.address = &connection.peer();
  view.local_address = &connection.local();
  view.fd = connection.fd();
  view.unix_socket = connection.kind() == Connection::Kind::kUnix;
  view.age_s = (mono_ms - client.created_ms) / 1000;
  view.idle_s = (mono_ms - client.active_ms) / 1000;
  view.blocked = client.wait() != Wait::kNone || client.in_flight();
  view.query_buffer_used = client.query_buffer_used();
  view.query_buffer_free = client.query_buffer_free();
  view.argv_memory = client.argument_bytes();
  view.reply_buffer_bytes = connection.reply_buffer_bytes();
  view.reply_buffer_peak = connection.reply_peak();
  view.reply_buffer_used = connection.reply_buffer_used();
  view.output_list_length = connection.queued_blocks() + client.slots();
  view.output_memory = connection.queued_bytes() + client.slot_bytes();
  view.total_memory = client.memory();
  view.reading = connection.reading();
  view.writing = connection.queued_blocks() != 0;
  view.last_command = client.last_command != nullptr ? client.last_command->full_name : "NULL";
  return view;
}

size_t Clients::MemoryBytes() const {
  size_t bytes = 0;
  for (const auto& [id, client] : clients_) bytes += client->memory();
  return bytes;
}

Traffic Clients::AllTraffic() const {
  Traffic traffic = gone_;
  for (const Client* client : list_) {
    traffic.in += client->connection().bytes_read();
    traffic.out += client->connection().bytes_written();
  }
  return traffic;
}

Traffic Clients::TrafficSinceReset() const {
  const Traffic traffic = AllTraffic();
  return {traffic.in - at_reset_.in, traffic.out - at_reset_.out};
}

void Clients::ResetStats() {
  figures_ = {};
  at_reset_ = AllTraffic();
}

void Clients::QueueFlush(Client& client) {
  if (client.queued_for_flush) return;
  client.queued_for_flush = true;
  flush_.push_back(client.session.id);
}

void Clients::ReplaceTurnReplies(const Error& error) {
  for (const uint64_t id : turn_) {
    if (Client* client = Find(id); client != nullptr) client->ReplaceTurnReplies(error);
  }
}

void Clients::DropHeld(LogPosition durable, const Error& error) {
  for (const uint64_t id : std::exchange(held_, {})) {
    Client* client = Find(id);
    if (client == nullptr) continue;
    if (client->flush_after <= durable) {
      held_.push_back(id);
      continue;
    }
    std::string& out = client->connection().out();
    out.clear();
    Reply(out, client->session.protocol).Error(error);
    client->connection().Flush();
    client->CloseSoon();
  }
}

void Clients::DropInFlight() {
  for (const uint64_t id : flush_) {
    if (Client* client = Find(id); client != nullptr && !client->in_turn()) client->CloseSoon();
  }
  ForEach([](Client& client) {
    if (client.in_flight()) client.CloseSoon();
  });
}

void Clients::Flush(LogPosition end, LogPosition synced, bool wait_for_sync) {
  for (const uint64_t id : turn_) {
    if (Client* client = Find(id); client != nullptr) client->ForgetTurn();
  }
  turn_.clear();
  // Replies of this turn saw everything up to `end`; those held from before need less.
  std::vector<uint64_t> ready = std::exchange(held_, {});
  for (const uint64_t id : std::exchange(flush_, {})) {
    Client* client = Find(id);
    if (client == nullptr) continue;
    if (client->flush_after == 0) ready.push_back(id);
    client->flush_after = end;
  }
  for (const uint64_t id : ready) {
    Client* client = Find(id);
    if (client == nullptr) continue;
    if (wait_for_sync && client->flush_after > synced) {
      // It stays marked as queued; replies of later turns move its position on.
      client->queued_for_flush = false;
      held_.push_back(id);
      continue;
    }
    client->flush_after = 0;
    client->queued_for_flush = false;
    if (!client->closing()) SendTo(*client);
  }
}

void Clients::SendTo(Client& client) {
  Connection& connection = client.connection();
  if (connection.unsent() > 0) ++figures_.writes;
  connection.Flush();
  if (client.closing()) return;
  if (buffers_are_fitted_ && connection.unsent() == 0 &&
      connection.reply_buffer_bytes() > kFittedAtOnce) {
    connection.FitReplyBuffer(false);
  }
  if (client.finished() && connection.unsent() == 0) {
    client.CloseSoon();
    return;
  }
  // Sent in one go: no OnDrained will come.
  if (client.wait() == Wait::kOutput && connection.unsent() == 0) ResumeLater(client);
  if (client.counted_output != 0 || client.over_soft_since_ms != 0 ||
      client.pending_output() > output_watch_) {
    JudgeOutput(client);
  }
  NoteMemory(client);
}

// --- limits ---

void Clients::ApplyLimits(const Config& config) {
  output_total_max_ = kOutputTotalMax;
  if (config.maxmemory != 0) {
    output_total_max_ = std::clamp<size_t>(static_cast<size_t>(config.maxmemory) / kOutputPart,
                                           kOutputTotalMin, kOutputTotalMax);
  }
  replies_under_way_.set_max(output_total_max_);
  output_watch_ = kOutputShare;
  const OutputLimit& limit = config.output_limit(ClientClass::kNormal);
  for (const int64_t bytes : {limit.hard_bytes, limit.soft_bytes}) {
    if (bytes != 0) output_watch_ = std::min(output_watch_, static_cast<size_t>(bytes) - 1);
  }
  if (!config.requirepass.empty() && config.unauthenticated_output_limit != 0) {
    output_watch_ =
        std::min(output_watch_, static_cast<size_t>(config.unauthenticated_output_limit));
  }
  memory_limit_ = ClientMemoryLimit(config);
  for (Client* client : list_) {
    JudgeOutput(*client);
    if (memory_limit_ == 0) {
      memory_.Forget(client->session.id, client->share);
    } else {
      NoteMemory(*client);
    }
  }
}

void Clients::JudgeOutput(Client& client) {
  if (client.closing()) return;
  const size_t pending = client.pending_output();
  output_total_ += pending - client.counted_output;
  client.counted_output = pending;
  const Config& config = server_.config().config();
  const auto unauthenticated = static_cast<size_t>(config.unauthenticated_output_limit);
  if (unauthenticated != 0 && pending > unauthenticated && !server_.Authenticated(client.session)) {
    LogWarning("Closing a client that has not authenticated and does not read its replies.");
    client.CloseSoon();
    return;
  }
  if (!PassesOutputLimit(config.output_limit(ClientClass::kNormal), pending, server_.mono_ms(),
                         client.over_soft_since_ms)) {
    return;
  }
  LogWarning("Client " + std::to_string(client.session.id) +
             " scheduled to be closed ASAP for overcoming of output buffer limits.");
  client.CloseSoon();
}

bool Clients::MayBegin(const Client& client) const {
  const size_t own = client.slots();
  if (own == 0) return true;
  if (own >= static_cast<size_t>(server_.config().config().max_inflight_per_client)) return false;
  // What is unsent already takes the room of what would come on top.
  if (OutputPause() == kOutputShare) return false;
  return inflight_ < output_total_max_ / kInflightPart / large_reply_;
}

void Clients::EndInflight(size_t reply_bytes) {
  --inflight_;
  large_reply_ = std::max({reply_bytes, large_reply_ - large_reply_ / kForgetDivisor, size_t{1}});
}

void Clients::BookMemory(Client& client) {
  memory_.Book(client.session.id, client.share, client.memory(), !client.session.no_evict);
}

void Clients::EvictFattest() {
  while (memory_.total() > memory_limit_) {
    Client* client = Find(memory_.Fattest());
    if (client == nullptr) return;
    LogNotice("Evicting client " + std::to_string(client->session.id) + " with " +
              std::to_string(client->share.bytes) + " bytes in its buffers (maxmemory-clients).");
    memory_.Forget(client->session.id, client->share);
    ++figures_.evicted;
    client->CloseSoon();
  }
}

void Clients::Resume() {
  for (const uint64_t id : std::exchange(resumable_, {})) {
    Client* client = Find(id);
    if (client == nullptr || client->closing()) continue;
    client->ClearWait();
    client->Resume();
  }
}

void Clients::CloseDead() {
  for (const uint64_t id : std::exchange(graves_, {})) {
    const auto found = clients_.find(id);
    if (found == clients_.end()) continue;
    Client& client = *found->second;
    server_.Leave(client.session);
    gone_.in += client.connection().bytes_read();
    gone_.out += client.connection().bytes_written();
    output_total_ -= client.counted_output;
    memory_.Forget(id, client.share);
    list_.back()->list_index = client.list_index;
    list_[client.list_index] = list_.back();
    list_.pop_back();
    clients_.erase(found);
  }
}

// --- waits ---

bool Clients::paused() const { return server_.mono_ms() < pause_until_ms_; }

void Clients::Pause(int64_t timeout_ms, bool all) {
  const int64_t mono_ms = server_.mono_ms();
  const int64_t longest_ms = std::numeric_limits<int64_t>::max() - mono_ms;
  pause_all_ = all || (pause_all_ && paused());
  pause_until_ms_ = std::max(pause_until_ms_, mono_ms + std::min(timeout_ms, longest_ms));
  server_.shards().HoldExpiries(true);
}

void Clients::Unpause() {
  pause_until_ms_ = 0;
  pause_all_ = false;
  server_.shards().HoldExpiries(false);
  EndWait(Wait::kPause);
}

bool Clients::Paused(const Command& command, const Session& session) const {
  if (!paused()) return false;
  const CommandSpec& spec = *command.spec;
  if (spec.parent == "client") return false;  // the way out of the pause
  if (pause_all_) return true;
  if (Has(spec.flags, Flag::kWrite) || Has(spec.flags, Flag::kMayReplicate)) return true;
  if (command.full_name != "exec") return false;
  return std::any_of(session.queue.begin(), session.queue.end(), [](const QueuedCommand& queued) {
    return Has(queued.spec->flags, Flag::kWrite) || Has(queued.spec->flags, Flag::kMayReplicate);
  });
}

void Clients::EndWait(Wait reason) {
  for (const Client* client : list_) {
    if (client->wait() == reason) resumable_.push_back(client->session.id);
  }
}

void Clients::Tick() {
  if (pause_until_ms_ != 0 && !paused()) Unpause();
  size_t count =
      std::min(list_.size(), std::max(kInspectedMin, list_.size() / kTicksPerSecond + 1));
  for (; count > 0; --count, ++inspected_) {
    if (inspected_ >= list_.size()) inspected_ = 0;
    if (!list_[inspected_]->closing()) Inspect(*list_[inspected_]);
  }
}

void Clients::Inspect(Client& client) {
  const int64_t mono_ms = server_.mono_ms();
  const Config& config = server_.config().config();
  JudgeOutput(client);
  if (client.closing()) return;
  if (buffers_are_fitted_) client.FitBuffers(mono_ms, reply_peak_reset_ms_);
  NoteMemory(client);
  const bool idle = config.timeout > 0 && mono_ms - client.active_ms > config.timeout * 1000;
  if (idle && client.wait() == Wait::kNone && !client.in_flight()) {
    LogVerbose("Closing idle client");
    client.CloseSoon();
  }
  const int64_t login_ms = config.unauthenticated_timeout * 1000;
  if (login_ms > 0 && mono_ms - client.created_ms > login_ms &&
      !server_.Authenticated(client.session)) {
    LogVerbose("Closing a client that did not authenticate in time");
    client.CloseSoon();
  }
}

}  // namespace veddb
