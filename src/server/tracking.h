// SPDX-License-Identifier: BSD-3-Clause
// Tracking: which clients are to be told that a key has changed (CLIENT TRACKING), because they
// have read it or want to hear of all keys with a prefix, and the telling.
//
// A read is noted here when it is dispatched, before it runs; a change is reported by the turn that
// made it (object/turn.h), on whatever thread, before its own reply goes out. So a change that
// comes after the read is never missed, at the worst a client is told of one that came before it.
// What a client is told lines up behind the replies it waits for, so it never caches a value whose
// change it was told of before.
//
// Keys are tracked by name, whatever their database, as in Redis. While nobody tracks, nothing is
// noted and turns report nothing. The table holds at most tracking-table-max-keys keys: beyond it
// clients are told to forget some.
//
// Owned by: the loop.
#pragma once
#include <absl/container/btree_map.h>
#include <absl/container/inlined_vector.h>
#include <absl/container/node_hash_map.h>

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "command/server_api.h"
#include "object/key_ref.h"
#include "object/turn.h"

namespace veddb {

class Client;
class Server;
struct CommandSpec;

class Tracking {
 public:
  explicit Tracking(Server& server) : server_(server) {}

  // The session's options are replaced, prefixes are added.
  void Enable(Session& session, const TrackingRequest& request);
  void Disable(Session& session);
  // The session's CLIENT CACHING was for the command that is done now.
  static void EndCommand(Session& session, const CommandSpec& spec);

  // A command of the client that is going to run reads these keys.
  void Remember(const Session& session, const CommandSpec& spec, std::span<const KeyRef> keys);
  // Tells those who have read what was changed; prefixes are told at the end of the turn.
  void Apply(const ChangeList& changes);
  // Every client is to forget all it has.
  void InvalidateAll();
  // The end of the loop's turn: what was changed below prefixes; then tracking-table-max-keys.
  void EndTurn();

  // --- figures ---
  size_t clients() const { return clients_.size(); }
  size_t keys() const { return readers_.size(); }
  size_t items() const { return items_; }  // pairs of key and client
  size_t prefixes() const { return prefixes_.size(); }

 private:
  // Clients that have read a key, by number, sorted; they may be gone.
  struct Readers {
    absl::InlinedVector<uint64_t, 2> ids;
    size_t index = 0;  // of the key in order_
  };
  using ReaderTable = absl::node_hash_map<std::string, Readers>;
  struct Prefix {
    std::set<uint64_t> clients;
    absl::btree_map<std::string, uint64_t> changed;  // in this turn: key and who changed it last
  };

  void Invalidate(const std::string& key, uint64_t writer);
  void NoteForPrefixes(const KeyChange& change);
  void TellPrefix(Prefix& prefix);
  void EnforceTableLimit();
  void AddPrefix(Session& session, const std::string& text);
  void RemovePrefix(Session& session, const std::string& text);
  // `what`: the encoded list of keys, or null.
  void Tell(Client& client, Bytes what);
  void Clear();

  Server& server_;
  std::set<uint64_t> clients_;
  ReaderTable readers_;
  std::vector<const std::string*> order_;  // the keys of readers_, so that one can be picked
  size_t items_ = 0;
  uint64_t random_ = 0x9E3779B97F4A7C15ULL;
  std::map<std::string, Prefix> prefixes_;   // told in their order
  std::map<size_t, size_t> prefix_lengths_;  // and how many prefixes have it
};

}  // namespace veddb
