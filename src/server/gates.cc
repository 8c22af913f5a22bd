// SPDX-License-Identifier: BSD-3-Clause
#include "server/gates.h"

#include <array>

#include "command/call.h"
#include "command/docs.h"

namespace veddb {
namespace {

bool RunsAtOnceInMulti(const CommandSpec& spec) { return Has(spec.flags, Flag::kTransaction); }

std::optional<Error> Known(const GateInput& in) {
  if (in.command != nullptr && !in.command->spec->is_container) return std::nullopt;
  if (in.command != nullptr) {
    if (in.argv.size() == 1) return std::nullopt;  // its arity says what is wrong
    std::string upper(in.command->full_name);
    for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return Err("unknown subcommand '" + std::string(ShownArgument(in.argv[1])) + "'. Try " + upper +
               " HELP.");
  }
  std::string arguments;
  for (size_t i = 1; i < in.argv.size() && arguments.size() < kShownArgumentBytes; ++i) {
    const size_t room = kShownArgumentBytes - arguments.size();
    arguments += "'" + std::string(ShownArgument(in.argv[i], room)) + "' ";
  }
  return Err("unknown command '" + std::string(ShownArgument(in.argv[0])) +
             "', with args beginning with: " + arguments);
}

std::optional<Error> Arity(const GateInput& in) {
  const CommandSpec& spec = *in.command->spec;
  if (ArityFits(spec, in.argv.size()) && spec.handler != nullptr) {
    return std::nullopt;
  }
  return Err("wrong number of arguments for '" + in.command->full_name + "' command");
}

std::optional<Error> DebugAllowed(const GateInput& in) {
  const CommandSpec& spec = *in.command->spec;
  if (!Has(spec.flags, Flag::kProtected) || in.state.debug_allowed) return std::nullopt;
  return Err(
      "DEBUG command not allowed. If the enable-debug-command option is set to \"local\", you can "
      "run it from a local connection, otherwise you need to set this option in the configuration "
      "file, and then restart the server.");
}

std::optional<Error> Authenticated(const GateInput& in) {
  if (in.session.authenticated || !in.state.password_required) return std::nullopt;
  if (Has(in.command->spec->flags, Flag::kNoAuth)) return std::nullopt;
  return MakeError(ErrorCode::kNoAuth, "Authentication required.");
}

// EXEC of a queue is refused like what is in it.
bool HasFlag(const GateInput& in, Flag flag) {
  if (Has(in.command->spec->flags, flag)) return true;
  if (in.command->full_name != "exec") return false;
  for (const QueuedCommand& queued : in.session.queue) {
    if (Has(queued.spec->flags, flag)) return true;
  }
  return false;
}

std::optional<Error> NotDurable(const GateState& state) {
  if (!state.writes_refused) return std::nullopt;
  return MakeError(ErrorCode::kMisconf,
                   "Writes are refused, they could not be made durable: " + state.refusal);
}

std::optional<Error> NoRoomOnDisk(const GateState& state) {
  if (state.disk_refusal.empty()) return std::nullopt;
  return MakeError(ErrorCode::kMisconf, "Writes are refused: " + state.disk_refusal);
}

std::optional<Error> TooFewReplicas(const GateState& state) {
  if (!state.replicas_missing) return std::nullopt;
  return MakeError(ErrorCode::kNoReplicas, "Not enough good replicas to write.");
}

std::optional<Error> NoMemory(const GateState& state) {
  if (!state.memory_exhausted) return std::nullopt;
  return MakeError(ErrorCode::kOom, "command not allowed when used memory > 'maxmemory'.");
}

// A gate of the commands with this flag.
template <Flag flag, std::optional<Error> (*refuse)(const GateState&)>
std::optional<Error> For(const GateInput& in) {
  return HasFlag(in, flag) ? refuse(in.state) : std::nullopt;
}

// A monitor is a client that listens: keys are none of its business, as in Redis.
std::optional<Error> NotAMonitor(const GateInput& in) {
  if (!in.session.monitor) return std::nullopt;
  if (!HasFlag(in, Flag::kWrite) && !HasFlag(in, Flag::kReadonly) &&
      !HasFlag(in, Flag::kMayReplicate)) {
    return std::nullopt;
  }
  return Err("Replica can't interact with the keyspace");
}

std::optional<Error> AllowedInMulti(const GateInput& in) {
  if (!in.session.in_multi || RunsAtOnceInMulti(*in.command->spec)) return std::nullopt;
  if (!Has(in.command->spec->flags, Flag::kNoMulti)) return std::nullopt;
  return Err("Command not allowed inside a transaction");
}

constexpr std::array<NamedGate, 10> kGates = {{{"known", Known},
                                               {"arity", Arity},
                                               {"debug", DebugAllowed},
                                               {"auth", Authenticated},
                                               {"durable", For<Flag::kWrite, NotDurable>},
                                               {"disk", For<Flag::kWrite, NoRoomOnDisk>},
                                               {"replicas", For<Flag::kWrite, TooFewReplicas>},
                                               {"memory", For<Flag::kDenyOom, NoMemory>},
                                               {"monitor", NotAMonitor},
                                               {"multi", AllowedInMulti}}};

}  // namespace

std::span<const NamedGate> Gates() { return kGates; }

std::optional<Error> RefuseWrite(const GateState& state) {
  for (const auto refuse : {NotDurable, NoRoomOnDisk, TooFewReplicas, NoMemory}) {
    if (auto refusal = refuse(state)) return refusal;
  }
  return std::nullopt;
}

}  // namespace veddb
