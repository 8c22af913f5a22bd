// SPDX-License-Identifier: BSD-3-Clause
// The server as a whole: its figures, its clock, its end.
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/glob.h"
#include "base/number.h"
#include "command/call.h"
#include "command/docs.h"
#include "command/server_api.h"
#include "modules/admin/peek.h"
#include "modules/admin/tables.h"

namespace veddb {
namespace {

void Info(Call& call) {
  std::vector<std::string> sections;
  for (const Bytes word : call.argv.subspan(1)) {
    std::string& section = sections.emplace_back(word);
    for (char& c : section) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  }
  call.reply.Verbatim("txt", call.server->Info(sections));
}

void Time(Call& call) {
  constexpr int64_t kMicros = 1'000'000;
  const int64_t now = WallMicros();
  call.reply.Array(2);
  call.reply.BulkInteger(now / kMicros);
  call.reply.BulkInteger(now % kMicros);
}

// A second MONITOR is not answered, as in Redis.
void Monitor(Call& call) {
  if (call.must_not_wait) {
    return call.reply.Error(Err("MONITOR isn't allowed for DENY BLOCKING client"));
  }
  if (call.session->monitor) return;
  call.server->StartMonitor(*call.session);
  call.reply.Ok();
}

// --- SHUTDOWN ---

enum class ShutdownWish : uint8_t { kEnd, kAbort };

// SAVE, NOSAVE, NOW and FORCE are all the same here: everything answered is in the log, and there
// are no replicas to wait for.
Result<ShutdownWish> ParseShutdown(std::span<const Bytes> words) {
  bool save = false;
  bool nosave = false;
  bool other = false;
  bool abort = false;
  for (const Bytes word : words) {
    if (EqualsIgnoreCase(word, "SAVE")) {
      save = true;
    } else if (EqualsIgnoreCase(word, "NOSAVE")) {
      nosave = true;
    } else if (EqualsIgnoreCase(word, "NOW") || EqualsIgnoreCase(word, "FORCE")) {
      other = true;
    } else if (EqualsIgnoreCase(word, "ABORT")) {
      abort = true;
    } else {
      return kSyntaxError;
    }
  }
  if ((save && nosave) || (abort && (save || nosave || other))) return kSyntaxError;
  return abort ? ShutdownWish::kAbort : ShutdownWish::kEnd;
}

// A client learns of success by the end of its connection.
void Shutdown(Call& call) {
  const Result<ShutdownWish> wish = ParseShutdown(call.argv.subspan(1));
  if (!wish.ok()) return call.reply.Error(wish.error());
  // A shutdown waits for nobody, so there never is one to call off.
  if (*wish == ShutdownWish::kAbort) return call.reply.Error(Err("No shutdown in progress."));
  call.server->RequestShutdown();
}

// There are no replicas: this is a primary that nobody follows.
void Role(Call& call) {
  call.reply.Array(3);
  call.reply.Bulk("master");
  call.reply.Integer(call.server->ReplicationOffset());
  call.reply.Array(0);
}

void WhoAmI(Call& call) { call.reply.Bulk(call.session->user); }

constexpr Flag kAnytime = Flag::kLoading | Flag::kStale;

constexpr CommandSpec kTable[] = {
    {.name = "info",
     .summary = "Describes the server and its figures, by sections.",
     .since = "1.0.0",
     .group = "server",
     .complexity = "O(1)",
     .syntax = "[section [section ...]]",
     .arity = -1,
     .flags = kAnytime,
     .categories = Category::kDangerous,
     .handler = Info,
     .tips = "nondeterministic_output,request_policy:all_shards,response_policy:special"},
    {.name = "time",
     .summary = "Answers the server's clock: seconds since 1970, and microseconds.",
     .since = "2.6.0",
     .group = "server",
     .complexity = "O(1)",
     .arity = 1,
     .flags = kAnytime | Flag::kFast,
     .handler = Time,
     .tips = "nondeterministic_output"},
    {.name = "monitor",
     .summary = "Sends every command that the server executes from now on.",
     .since = "1.0.0",
     .group = "server",
     .arity = 1,
     .flags = kAnytime | Flag::kAdmin | Flag::kNoScript,
     .handler = Monitor},
    {.name = "shutdown",
     .summary = "Ends the server.",
     .since = "1.0.0",
     .group = "server",
     .complexity = "O(1)",
     .syntax = "[NOSAVE|SAVE] [NOW] [FORCE] [ABORT]",
     .arity = -1,
     .flags = kAnytime | Flag::kAdmin | Flag::kNoScript | Flag::kNoMulti | Flag::kAllowBusy,
     .handler = Shutdown},
    {.name = "role",
     .summary = "Answers the server's part in replication, and who follows it.",
     .since = "2.8.12",
     .group = "server",
     .complexity = "O(1)",
     .arity = 1,
     .flags = kAnytime | Flag::kNoScript | Flag::kFast,
     .categories = Category::kAdmin | Category::kDangerous,
     .handler = Role},
    {.name = "acl",
     .summary = "Commands about users and what they may do.",
     .since = "6.0.0",
     .group = "server",
     .complexity = "Depends on subcommand.",
     .arity = -2,
     .is_container = true},
    {.name = "whoami",
     .parent = "acl",
     .summary = "Answers the name of this connection's user.",
     .since = "6.0.0",
     .group = "server",
     .complexity = "O(1)",
     .arity = 2,
     .flags = kAnytime | Flag::kNoScript,
     .handler = WhoAmI},
};
static_assert(SpecsAreValid(kTable));

}  // namespace

std::span<const CommandSpec> ServerCommands() { return kTable; }

}  // namespace veddb
