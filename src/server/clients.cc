// SPDX-License-Identifier: BSD-3-Clause
#include "server/clients.h"

#include <algorithm>
#include <utility>

#include "base/logging.h"
#include "server/server.h"

namespace veddb {

bool PassesOutputLimit(const OutputLimit& limit, size_t unsent, int64_t now_ms,
                       int64_t& over_soft_since_ms) {
  const auto bytes = static_cast<int64_t>(unsent);
  if (limit.soft_bytes == 0 || bytes < limit.soft_bytes) {
    over_soft_since_ms = 0;
  } else if (over_soft_since_ms == 0) {
    over_soft_since_ms = now_ms;
  } else if ((now_ms - over_soft_since_ms) / 1000 > limit.soft_seconds) {
    return true;
  }
  return limit.hard_bytes != 0 && bytes >= limit.hard_bytes;
}

void Clients::Add(std::unique_ptr<Connection> connection) {
  const Config& config = server_.config().config();
  ++figures_.accepted;
  if (clients_.size() >= static_cast<size_t>(config.maxclients)) {
    ++figures_.rejected;
    connection->out() = "-ERR max number of clients reached\r\n";
    connection->Flush();
    return;
  }
  if (config.protected_mode && config.requirepass.empty() && !connection->from_loopback()) {
    ++figures_.rejected;
    connection->out() =
        "-DENIED VedDB is running in protected mode because protected mode is enabled and no "
        "password is set for the default user. In this mode connections are only accepted from the "
        "loopback interface. Set a password (requirepass), bind the server to the interfaces it is "
        "meant for, or turn protected-mode off.\r\n";
    connection->Flush();
    return;
  }
  connection->SetKeepAlive(config.tcp_keepalive);
  const uint64_t id = next_id_++;
  auto client = std::make_unique<Client>(server_, std::move(connection), id);
  client->session.authenticated = config.requirepass.empty();
  Client* added = client.get();
  clients_.emplace(id, std::move(client));
  added->connection().Start(added);
}

Client* Clients::Find(uint64_t id) {
  const auto found = clients_.find(id);
  return found == clients_.end() ? nullptr : found->second.get();
}

ClientView Clients::ViewOf(Client& client) const {
  ClientView view;
  const Connection& connection = client.connection();
  const int64_t now_ms = server_.now_ms();
  view.session = &client.session;
  view.address = &connection.peer();
  view.local_address = &connection.local();
  view.fd = connection.fd();
  view.unix_socket = connection.kind() == Connection::Kind::kUnix;
  view.age_s = (now_ms - client.created_ms) / 1000;
  view.idle_s = (now_ms - client.active_ms) / 1000;
  view.blocked = client.wait() != Wait::kNone || client.in_flight();
  view.query_buffer_used = client.query_buffer_used();
  view.query_buffer_free = client.query_buffer_free();
  view.output_memory = connection.unsent();
  view.output_list_length = connection.unsent() > 0 ? 1 : 0;
  view.total_memory = sizeof(Client) + sizeof(Connection) + view.query_buffer_used +
                      view.query_buffer_free + view.output_memory + client.session.queue_bytes;
  view.last_command = client.last_command != nullptr ? client.last_command->full_name : "NULL";
  return view;
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

void Clients::DropHeld() {
  for (const uint64_t id : std::exchange(held_, {})) {
    Client* client = Find(id);
    if (client == nullptr) continue;
    client->connection().out().clear();
    client->CloseSoon();
  }
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
    if (client->closing()) continue;
    client->connection().Flush();
    if (client->closing()) continue;
    if (client->session.close_after_reply && !client->in_flight() &&
        client->connection().unsent() == 0) {
      client->CloseSoon();
      continue;
    }
    // Sent in one go: no OnDrained will come.
    if (client->wait() == Wait::kOutput && client->connection().unsent() == 0) ResumeLater(*client);
    EnforceOutputLimit(*client);
  }
}

void Clients::EnforceOutputLimit(Client& client) {
  const OutputLimit& limit = server_.config().config().output_limit(ClientClass::kNormal);
  if (limit.hard_bytes == 0 && limit.soft_bytes == 0) {
    if (!over_soft_limit_.empty()) over_soft_limit_.clear();
    return;
  }
  const uint64_t id = client.session.id;
  const auto known = over_soft_limit_.find(id);
  int64_t since_ms = known == over_soft_limit_.end() ? 0 : known->second;
  const bool passes =
      PassesOutputLimit(limit, client.connection().unsent(), server_.now_ms(), since_ms);
  if (since_ms == 0) {
    over_soft_limit_.erase(id);
  } else {
    over_soft_limit_[id] = since_ms;
  }
  if (!passes) return;
  LogWarning("Client " + std::to_string(client.session.id) +
             " scheduled to be closed ASAP for overcoming of output buffer limits.");
  client.CloseSoon();
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
    client.connection().Flush();  // what it may still read, without waiting for it
    server_.Unwatch(client.session);
    figures_.net_input_bytes += client.connection().bytes_read();
    figures_.net_output_bytes += client.connection().bytes_written();
    over_soft_limit_.erase(id);
    clients_.erase(found);
  }
}

// --- waits ---

void Clients::Pause(int64_t until_ms, bool all) {
  pause_all_ = all || (pause_all_ && pause_until_ms_ > server_.now_ms());
  pause_until_ms_ = std::max(pause_until_ms_, until_ms);
}

void Clients::Unpause() {
  pause_until_ms_ = 0;
  pause_all_ = false;
  EndWait(Wait::kPause);
}

bool Clients::Paused(const Command& command, const Session& session, int64_t now_ms) const {
  if (pause_until_ms_ == 0 || now_ms >= pause_until_ms_) return false;
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
  for (auto& [id, client] : clients_) {
    if (client->wait() == reason) resumable_.push_back(id);
  }
}

void Clients::CheckPause(int64_t now_ms) {
  if (pause_until_ms_ != 0 && now_ms >= pause_until_ms_) Unpause();
}

void Clients::OncePerSecond(int64_t now_ms) {
  const int64_t timeout_s = server_.config().config().timeout;
  for (auto& [id, client] : clients_) {
    client->TrimQueryBuffer(now_ms);
    if (!client->closing()) EnforceOutputLimit(*client);
    const bool idle = timeout_s > 0 && now_ms - client->active_ms > timeout_s * 1000;
    if (idle && client->wait() == Wait::kNone && !client->in_flight() && !client->closing()) {
      LogVerbose("Closing idle client");
      client->CloseSoon();
    }
  }
}

}  // namespace veddb
