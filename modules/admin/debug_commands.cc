// SPDX-License-Identifier: BSD-3-Clause
// DEBUG: tools for tests and for finding faults. One command with a table of its own, because its
// subcommands differ in what they touch and share one permission (enable-debug-command, which the
// gate of protected commands checks).
#include <csignal>
#include <vector>

#include "base/glob.h"
#include "base/logging.h"
#include "base/number.h"
#include "command/docs.h"
#include "command/server_api.h"
#include "modules/admin/debug_handlers.h"
#include "modules/admin/tables.h"

namespace veddb {
namespace {

void SetActiveExpire(Call& call) {
  call.server->SetActiveExpire(ParseInt64(call.argv[2]).value_or(0) != 0);
  call.reply.Ok();
}

void Sleep(Call& call) {
  constexpr double kSecondsMax = 1e6;
  const double seconds = std::clamp(ParseDouble(call.argv[2]).value_or(0), 0.0, kSecondsMax);
  call.server->SleepMicros(static_cast<int64_t>(seconds * 1e6));
  call.reply.Ok();
}

// Nothing is ever loaded but what was stored, so that all options come to the same.
void Reload(Call& call) {
  for (const Bytes word : call.argv.subspan(2)) {
    if (!EqualsIgnoreCase(word, "MERGE") && !EqualsIgnoreCase(word, "NOFLUSH") &&
        !EqualsIgnoreCase(word, "NOSAVE")) {
      return call.reply.Error(
          Err("DEBUG RELOAD only supports the MERGE, NOFLUSH and NOSAVE options."));
    }
  }
  call.reply.Status(call.server->ReloadFromDisk());
}

// Lists are not kept in packed nodes: the number is checked, and changes nothing.
void PackedThreshold(Call& call) {
  constexpr uint64_t kMax = uint64_t{1} << 32;
  const std::optional<uint64_t> bytes = ParseMemorySize(call.argv[2]);
  if (!bytes || *bytes > kMax) {
    return call.reply.Error(
        Err("argument must be a memory value bigger than 1 and smaller than 4gb"));
  }
  call.reply.Ok();
}

void ReplyBuffer(Call& call) {
  const Bytes what = call.argv[2];
  const Bytes value = call.argv[3];
  const std::optional<int64_t> number = ParseInt64(value);
  if (EqualsIgnoreCase(what, "PEAK-RESET-TIME")) {
    if (EqualsIgnoreCase(value, "NEVER")) {
      call.server->SetReplyPeakReset(-1);
    } else if (EqualsIgnoreCase(value, "RESET")) {
      call.server->SetReplyPeakReset(std::nullopt);
    } else if (number && *number >= 0) {
      call.server->SetReplyPeakReset(*number);
    } else {
      return call.reply.Error(kNotInteger);
    }
  } else if (EqualsIgnoreCase(what, "RESIZING")) {
    if (!number) return call.reply.Error(kNotInteger);
    call.server->SetBuffersAreFitted(*number != 0);
  } else {
    return ReplySubcommandError(call);
  }
  call.reply.Ok();
}

// For switches of things that VedDB does not have: the loop's periodic work carries the promise of
// durability and is never paused; no command is kept from scripts that this could let through.
void Accept(Call& call) { call.reply.Ok(); }

void StringMatch(Call& call) { call.reply.Integer(GlobMatch(call.argv[2], call.argv[3]) ? 1 : 0); }

void Log(Call& call) {
  LogWarning("DEBUG LOG: " + std::string(call.argv[2]));
  call.reply.Ok();
}

void ErrorReply(Call& call) { call.reply.ErrorText(call.argv[2]); }

void RewriteAll(Call& call) {
  call.reply.Status(call.server->config().Rewrite(RewriteScope::kEverything));
}

void Crash(Call& /*call*/) { std::raise(SIGSEGV); }

void Help(Call& call);

// --- the table ---

enum class DebugKeys : uint8_t { kNone, kOne, kAll };

struct DebugRow {
  Bytes name;
  Bytes syntax;
  Bytes summary;
  size_t words_min;  // behind the name
  size_t words_max;
  void (*handler)(Call&);
  Route route = Route::kLoop;
  DebugKeys keys = DebugKeys::kNone;
};

constexpr size_t kAnyNumber = SIZE_MAX;

constexpr DebugRow kRows[] = {
    {"CONFIG-REWRITE-FORCE-ALL", "", "Writes every option into the configuration file.", 0, 0,
     RewriteAll},
    {"DIGEST", "", "Answers 160 bits that depend on all keys and documents, not on their order.", 0,
     0, DebugDigest, Route::kAllShards},
    {"DIGEST-VALUE", "<key> [<key> ...]", "The same for the value of each key.", 0, kAnyNumber,
     DebugDigestValue, Route::kKeys, DebugKeys::kAll},
    {"DOC-CHECK", "<collection>",
     "Compares every entry of the indexes of a collection with its documents, both ways.", 1, 1,
     DebugDocCheck, Route::kAllShards},
    {"ERROR", "<string>", "Answers this text as an error.", 1, 1, ErrorReply},
    {"HTSTATS", "<dbid>", "Describes the hash tables of a database, one a shard.", 1, 1,
     DebugHashStats, Route::kAllShards},
    {"HTSTATS-KEY", "<key>", "Describes the hash table that a value is kept in.", 1, 1,
     DebugHashStatsKey, Route::kKeys, DebugKeys::kOne},
    {"LOADAOF", "", "Drops what is in memory and reads it again from disk.", 0, 0, Reload},
    {"LOG", "<message>", "Writes a message to the server's messages.", 1, 1, Log},
    {"OBJECT", "<key>", "Describes how a value is kept.", 1, 1, DebugObject, Route::kKeys,
     DebugKeys::kOne},
    {"PAUSE-CRON", "<0|1>", "Is accepted, and changes nothing.", 1, 1, Accept},
    {"POPULATE", "<count> [<prefix>] [<size>]", "Makes that many string keys.", 1, 3, DebugPopulate,
     Route::kAllShards},
    {"PROTOCOL", "<type>", "Answers an example of a type of reply.", 1, 1, DebugProtocol},
    {"QUICKLIST-PACKED-THRESHOLD", "<size>", "Is accepted, and changes nothing.", 1, 1,
     PackedThreshold},
    {"RELOAD", "[MERGE] [NOFLUSH] [NOSAVE]",
     "Makes everything durable, drops what is in memory and reads it again from disk.", 0,
     kAnyNumber, Reload},
    {"REPLYBUFFER", "PEAK-RESET-TIME <NEVER|RESET|time> | RESIZING <0|1>",
     "Says how long the peak of a client's replies is remembered, and whether its buffers follow.",
     2, 2, ReplyBuffer},
    {"SEGFAULT", "", "Crashes the server.", 0, 0, Crash},
    {"SET-ACTIVE-EXPIRE", "<0|1>", "Says whether keys that expire are deleted by themselves.", 1, 1,
     SetActiveExpire},
    {"SET-DISABLE-DENY-SCRIPTS", "<0|1>", "Is accepted, and changes nothing.", 1, 1, Accept},
    {"SLEEP", "<seconds>", "Holds the server's loop, and all clients with it.", 1, 1, Sleep},
    {"STRINGMATCH-LEN", "<pattern> <string>", "Answers 1 if the pattern matches the string.", 2, 2,
     StringMatch},
    {"HELP", "", "Lists the subcommands.", 0, 0, Help},
};

// nullptr: no such row takes so many words.
const DebugRow* FindRow(std::span<const Bytes> argv) {
  const size_t words = argv.size() - 2;
  for (const DebugRow& row : kRows) {
    if (EqualsIgnoreCase(row.name, argv[1]) && words >= row.words_min && words <= row.words_max) {
      return &row;
    }
  }
  return nullptr;
}

void Help(Call& call) {
  std::vector<HelpEntry> entries;
  for (const DebugRow& row : kRows) entries.push_back({row.name, row.syntax, row.summary});
  ReplyHelp(call.reply, call.spec.name, entries);
}

Status PrepareDebug(PrepareCall& call) {
  const DebugRow* row = FindRow(call.argv);
  if (row == nullptr) return Ok();
  if (row->keys != DebugKeys::kNone) {
    for (const Bytes key : call.argv.subspan(2)) call.AddKey(key);
  }
  // Without any key there is no shard to go to.
  const bool no_keys = row->route == Route::kKeys && call.plan.keys.empty();
  call.plan.route = no_keys ? Route::kLoop : row->route;
  return Ok();
}

void Debug(Call& call) {
  const DebugRow* row = FindRow(call.argv);
  if (row == nullptr) return ReplySubcommandError(call);
  row->handler(call);
}

constexpr CommandSpec kTable[] = {
    {.name = "debug",
     .summary = "Tools for tests and for finding faults.",
     .since = "1.0.0",
     .group = "server",
     .complexity = "Depends on subcommand.",
     .syntax = "subcommand [arg ...]",
     .arity = -2,
     .flags = Flag::kAdmin | Flag::kNoScript | Flag::kLoading | Flag::kStale | Flag::kProtected,
     .handler = Debug,
     .prepare = PrepareDebug},
};
static_assert(SpecsAreValid(kTable));

}  // namespace

std::span<const CommandSpec> DebugCommands() { return kTable; }

}  // namespace veddb
