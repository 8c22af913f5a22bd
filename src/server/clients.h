// SPDX-License-Identifier: BSD-3-Clause
// Clients: all connected clients; whose replies are to be sent at the end of the turn, who waits
// for what, CLIENT PAUSE. Owned by: the loop.
#pragma once
#include <absl/container/flat_hash_map.h>

#include <functional>
#include <memory>
#include <vector>

#include "command/server_api.h"
#include "log/position.h"
#include "server/client.h"

namespace veddb {

struct ClientFigures {
  uint64_t accepted = 0;
  uint64_t rejected = 0;
  uint64_t net_input_bytes = 0;  // of clients that are gone
  uint64_t net_output_bytes = 0;
};

// Whether a client with so many unsent bytes is to be closed. `over_soft_since_ms` is the client's:
// since when it has been at the soft limit, 0: it is not.
bool PassesOutputLimit(const OutputLimit& limit, size_t unsent, int64_t now_ms,
                       int64_t& over_soft_since_ms);

class Clients {
 public:
  explicit Clients(Server& server) : server_(server) {}

  size_t size() const { return clients_.size(); }
  void Add(std::unique_ptr<Connection> connection);
  Client* Find(uint64_t id);
  template <typename Visitor>
  void ForEach(Visitor visit) {
    for (auto& [id, client] : clients_) {
      if (!client->closing()) visit(*client);
    }
  }
  ClientView ViewOf(Client& client) const;
  void Bury(Client& client) { graves_.push_back(client.session.id); }

  void QueueFlush(Client& client);
  void NoteTurn(Client& client) { turn_.push_back(client.session.id); }
  void ResumeLater(Client& client) { resumable_.push_back(client.session.id); }

  // --- the end of the loop's turn, in this order ---
  // The turn's changes could not be made durable.
  void ReplaceTurnReplies(const Error& error);
  // A sync failed: whether what waited for it is durable is not known, and those clients are told
  // so by the end of their connection.
  void DropHeld();
  // Sends what may be sent: everything, or (appendfsync always) what needs no more than `synced`.
  void Flush(LogPosition end, LogPosition synced, bool wait_for_sync);
  // Lets clients go on that waited for their replies, and closes those that are to be closed.
  void Resume();
  void CloseDead();
  bool HasResumable() const { return !resumable_.empty(); }

  // --- waits ---
  void Pause(int64_t until_ms, bool all);
  void Unpause();
  // Whether this command has to wait now.
  bool Paused(const Command& command, const Session& session, int64_t now_ms) const;
  // Wakes all that wait for this.
  void EndWait(Wait reason);
  void OncePerSecond(int64_t now_ms);
  void CheckPause(int64_t now_ms);

  const ClientFigures& figures() const { return figures_; }
  ClientFigures& figures() { return figures_; }

 private:
  void EnforceOutputLimit(Client& client);

  Server& server_;
  absl::flat_hash_map<uint64_t, std::unique_ptr<Client>> clients_;
  uint64_t next_id_ = 1;
  std::vector<uint64_t> flush_;  // have replies to send
  std::vector<uint64_t> held_;   // their replies wait for a sync
  std::vector<uint64_t> turn_;   // replied to in this turn
  std::vector<uint64_t> resumable_;
  std::vector<uint64_t> graves_;
  absl::flat_hash_map<uint64_t, int64_t> over_soft_limit_;  // client and since when, in ms
  int64_t pause_until_ms_ = 0;
  bool pause_all_ = false;
  ClientFigures figures_;
};

}  // namespace veddb
