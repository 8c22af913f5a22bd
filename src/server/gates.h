// SPDX-License-Identifier: BSD-3-Clause
// Gates: what a command has to pass before it is prepared, as one ordered list of small functions.
#pragma once
#include <optional>
#include <span>

#include "base/bytes.h"
#include "base/error.h"
#include "command/registry.h"
#include "command/session.h"

namespace veddb {

// What the gates look at. Loop.
struct GateState {
  bool password_required = false;
  bool writes_refused = false;    // the log or the store can't take them
  std::string refusal;            // why
  std::string disk_refusal;       // why the disk has no room for more writes, empty if it has
  bool replicas_missing = false;  // fewer than min-replicas-to-write
  bool memory_exhausted = false;  // over maxmemory, and nothing can leave memory
  bool debug_allowed = false;     // enable-debug-command, for this caller
};

struct GateInput {
  const GateState& state;
  const Session& session;
  std::span<const Bytes> argv;
  const Command* command;  // nullptr: no such command
};

using Gate = std::optional<Error> (*)(const GateInput&);

struct NamedGate {
  Bytes name;
  Gate gate;
};

// Why nothing may be written now: for commands whose flags do not tell that they write.
std::optional<Error> RefuseWrite(const GateState& state);

// In the order in which they are asked; the first refusal is the reply.
std::span<const NamedGate> Gates();

}  // namespace veddb
