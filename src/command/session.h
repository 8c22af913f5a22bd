// SPDX-License-Identifier: BSD-3-Clause
// Session: what the server remembers of one client between commands. Owned by: the loop.
#pragma once
#include <cstdint>
#include <memory>
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

  // MULTI … EXEC
  bool in_multi = false;
  bool multi_failed = false;  // a command could not be queued: EXEC will refuse
  std::vector<QueuedCommand> queue;
  size_t queue_bytes = 0;

  // WATCH
  std::shared_ptr<WatchState> watch;  // set while keys are watched
  std::vector<WatchedKey> watched;
};

}  // namespace veddb
