// SPDX-License-Identifier: BSD-3-Clause
// Session: what the server remembers of one client between commands. Owned by: the loop.
#pragma once
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "object/keyspace.h"
#include "resp/reply.h"

namespace veddb {

struct CommandSpec;

struct QueuedCommand {
  const CommandSpec* spec;
  std::vector<std::string> argv;
};

struct WatchedKey {
  uint32_t database;
  std::string key;
};

// CLIENT TRACKING ON: the client is told of changes of keys that it may have cached.
struct KeyTracking {
  uint64_t redirect = 0;         // the connection that is told; 0: this one
  bool broadcast = false;        // of all keys with one of the prefixes; else of those it has read
  bool opt_in = false;           // only of reads behind CLIENT CACHING YES
  bool opt_out = false;          // not of reads behind CLIENT CACHING NO
  bool no_loop = false;          // not of its own changes
  bool caching = false;          // CLIENT CACHING was sent, and is for the next command
  bool redirect_broken = false;  // the connection to be told is gone
  std::set<std::string> prefixes;  // broadcast: none contains another
  size_t prefix_bytes = 0;
};

enum class ReplyMode : uint8_t { kOn, kOff, kSkipNext, kSkip };

struct Session {
  uint64_t id = 0;
  std::string user = "default";
  bool authenticated = false;
  uint32_t database = 0;
  Protocol protocol = Protocol::kResp2;
  std::string name;
  ReplyMode reply_mode = ReplyMode::kOn;
  bool no_evict = false;
  bool close_after_reply = false;
  bool monitor = false;  // MONITOR: is sent what others have executed

  // MULTI … EXEC
  bool in_multi = false;
  bool multi_failed = false;  // a command could not be queued: EXEC will refuse
  std::vector<QueuedCommand> queue;
  size_t queue_bytes = 0;

  // WATCH
  std::shared_ptr<WatchState> watch;  // set while keys are watched
  std::vector<WatchedKey> watched;
  size_t watched_bytes = 0;

  std::unique_ptr<KeyTracking> tracking;  // null: off

  // Memory that all this keeps for the client.
  size_t held_bytes() const {
    return queue_bytes + watched_bytes + (tracking != nullptr ? tracking->prefix_bytes : 0);
  }
};

}  // namespace veddb
