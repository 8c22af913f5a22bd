// SPDX-License-Identifier: BSD-3-Clause
// SLOWLOG: the commands that took longest of late.
#include "base/number.h"
#include "command/call.h"
#include "command/docs.h"
#include "command/server_api.h"
#include "metrics/slow_log.h"
#include "modules/admin/tables.h"

namespace veddb {
namespace {

void ReplyEntry(Reply& reply, const SlowLog::Entry& entry) {
  reply.Array(6);
  reply.Integer(static_cast<int64_t>(entry.id));
  reply.Integer(entry.time_s);
  reply.Integer(entry.micros);
  reply.Array(entry.arguments.size());
  for (const std::string& argument : entry.arguments) reply.Bulk(argument);
  reply.Bulk(entry.client_address);
  reply.Bulk(entry.client_name);
}

void Get(Call& call) {
  constexpr int64_t kDefault = 10;
  constexpr int64_t kAll = -1;
  if (call.argv.size() > 3) return ReplySubcommandError(call);
  int64_t wanted = kDefault;
  if (call.argv.size() == 3) {
    const std::optional<int64_t> count = ParseInt64(call.argv[2]);
    if (!count || *count < kAll) {
      return call.reply.Error(Err("count should be greater than or equal to -1"));
    }
    wanted = *count;
  }
  const std::deque<SlowLog::Entry>& entries = call.server->slow_log().entries();
  const size_t n =
      wanted == kAll ? entries.size() : std::min(entries.size(), static_cast<size_t>(wanted));
  call.reply.Array(n);
  for (size_t i = 0; i < n; ++i) ReplyEntry(call.reply, entries[i]);
}

void Len(Call& call) {
  call.reply.Integer(static_cast<int64_t>(call.server->slow_log().entries().size()));
}

void Reset(Call& call) {
  call.server->slow_log().Reset();
  call.reply.Ok();
}

constexpr Flag kHelpFlags = Flag::kLoading | Flag::kStale;
constexpr Flag kFlags = kHelpFlags | Flag::kAdmin;

constexpr CommandSpec kTable[] = {
    {.name = "slowlog",
     .summary = "Commands about the slow log.",
     .since = "2.2.12",
     .group = "server",
     .complexity = "Depends on subcommand.",
     .arity = -2,
     .is_container = true},
    {.name = "get",
     .parent = "slowlog",
     .summary = "Answers the latest entries of the slow log, each with its id, time, microseconds, "
                "arguments, client address and name.",
     .since = "2.2.12",
     .group = "server",
     .complexity = "O(N) where N is the number of entries returned",
     .syntax = "[count]",
     .arity = -2,
     .flags = kFlags,
     .handler = Get,
     .tips = "request_policy:all_nodes,nondeterministic_output"},
    {.name = "len",
     .parent = "slowlog",
     .summary = "Counts the entries of the slow log.",
     .since = "2.2.12",
     .group = "server",
     .complexity = "O(1)",
     .arity = 2,
     .flags = kFlags,
     .handler = Len,
     .tips = "request_policy:all_nodes,response_policy:agg_sum,nondeterministic_output"},
    {.name = "reset",
     .parent = "slowlog",
     .summary = "Empties the slow log.",
     .since = "2.2.12",
     .group = "server",
     .complexity = "O(N) where N is the number of entries in the slowlog",
     .arity = 2,
     .flags = kFlags,
     .handler = Reset,
     .tips = "request_policy:all_nodes,response_policy:all_succeeded"},
    {.name = "help",
     .parent = "slowlog",
     .summary = "Lists the subcommands.",
     .since = "6.2.0",
     .group = "server",
     .complexity = "O(1)",
     .arity = 2,
     .flags = kHelpFlags,
     .handler = HelpHandler},
};
static_assert(SpecsAreValid(kTable));

}  // namespace

std::span<const CommandSpec> SlowLogCommands() { return kTable; }

}  // namespace veddb
