// SPDX-License-Identifier: BSD-3-Clause
// CLIENT: what a client may learn and change about itself and about others.

#include "base/glob.h"
#include "base/number.h"
#include "command/call.h"
#include "command/docs.h"
#include "command/server_api.h"
#include "modules/connection/client_filter.h"
#include "modules/connection/client_line.h"
#include "modules/connection/session_name.h"
#include "modules/connection/tables.h"

namespace veddb {
namespace {

void Id(Call& call) { call.reply.Integer(static_cast<int64_t>(call.session->id)); }

size_t DecimalDigits(size_t n) { return FormatInt64(static_cast<int64_t>(n)).size(); }

// The request that runs is the caller's: its arguments, and the input that they came in where that
// is not kept in a buffer.
ClientView WithRequest(ClientView view, std::span<const Bytes> argv) {
  constexpr size_t kFrameBytes = 3;  // '*' or '$' and the line end
  size_t frame = kFrameBytes + DecimalDigits(argv.size());
  for (const Bytes argument : argv) {
    view.argv_memory += argument.size();
    frame += kFrameBytes + DecimalDigits(argument.size()) + 2;
  }
  if (view.query_buffer_used == 0) view.query_buffer_used = frame + view.argv_memory;
  return view;
}

void Info(Call& call) {
  const ClientView view = WithRequest(call.server->ViewOf(*call.session), call.argv);
  call.reply.Verbatim("txt", ClientLine(view) + "\n");
}

void List(Call& call) {
  const Result<ClientFilter> filter = ParseListFilter(call.argv.subspan(2));
  if (!filter.ok()) return call.reply.Error(filter.error());
  std::string text;
  call.server->ForEachClient([&](const ClientView& client) {
    if (!filter->Matches(client, *call.session)) return;
    const bool caller = client.session == call.session;
    text += ClientLine(caller ? WithRequest(client, call.argv) : client) + "\n";
  });
  call.reply.Verbatim("txt", text);
}

void Kill(Call& call) {
  const std::span<const Bytes> words = call.argv.subspan(2);
  const Result<ClientFilter> filter = ParseKillFilter(words);
  if (!filter.ok()) return call.reply.Error(filter.error());
  std::vector<uint64_t> ids;
  call.server->ForEachClient([&](const ClientView& client) {
    if (filter->Matches(client, *call.session)) ids.push_back(client.session->id);
  });
  int64_t killed = 0;
  for (const uint64_t id : ids) killed += call.server->KillClient(id, *call.session) ? 1 : 0;
  if (words.size() > 1) {
    call.reply.Integer(killed);
  } else if (killed == 0) {
    call.reply.Error(Err("No such client"));
  } else {
    call.reply.Ok();
  }
}

void SetName(Call& call) { call.reply.Status(SetSessionName(*call.session, call.argv[2])); }

void GetName(Call& call) {
  if (call.session->name.empty()) {
    call.reply.Null();
  } else {
    call.reply.Bulk(call.session->name);
  }
}

void NoEvict(Call& call) {
  const bool on = EqualsIgnoreCase(call.argv[2], "on");
  if (!on && !EqualsIgnoreCase(call.argv[2], "off")) return call.reply.Error(kSyntaxError);
  call.session->no_evict = on;
  call.reply.Ok();
}

void ReplySwitch(Call& call) {
  ReplyMode& mode = call.session->reply_mode;
  if (EqualsIgnoreCase(call.argv[2], "on")) {
    mode = ReplyMode::kOn;
    call.reply.Ok();
  } else if (EqualsIgnoreCase(call.argv[2], "off")) {
    mode = ReplyMode::kOff;
  } else if (EqualsIgnoreCase(call.argv[2], "skip")) {
    if (mode != ReplyMode::kOff) mode = ReplyMode::kSkipNext;
  } else {
    call.reply.Error(kSyntaxError);
  }
}

void Pause(Call& call) {
  const std::span<const Bytes> argv = call.argv;
  if (argv.size() > 4) return ReplySubcommandError(call);
  bool all = true;
  if (argv.size() == 4) {
    all = EqualsIgnoreCase(argv[3], "all");
    if (!all && !EqualsIgnoreCase(argv[3], "write")) {
      return call.reply.Error(Err("CLIENT PAUSE mode must be WRITE or ALL"));
    }
  }
  const std::optional<int64_t> timeout_ms = ParseInt64(argv[2]);
  if (!timeout_ms) return call.reply.Error(Err("timeout is not an integer or out of range"));
  if (*timeout_ms < 0) return call.reply.Error(Err("timeout is negative"));
  call.server->PauseClients(*timeout_ms, all);
  call.reply.Ok();
}

void Unpause(Call& call) {
  call.server->UnpauseClients();
  call.reply.Ok();
}

void Unblock(Call& call) {
  if (call.argv.size() > 4) return ReplySubcommandError(call);
  bool with_error = false;
  if (call.argv.size() == 4) {
    with_error = EqualsIgnoreCase(call.argv[3], "error");
    if (!with_error && !EqualsIgnoreCase(call.argv[3], "timeout")) {
      return call.reply.Error(Err("CLIENT UNBLOCK reason should be TIMEOUT or ERROR"));
    }
  }
  const std::optional<int64_t> id = ParseInt64(call.argv[2]);
  if (!id) return call.reply.Error(kNotInteger);
  const bool done = *id > 0 && call.server->UnblockClient(static_cast<uint64_t>(*id), with_error);
  call.reply.Integer(done ? 1 : 0);
}

constexpr Flag kHelpFlags = Flag::kLoading | Flag::kStale;
constexpr Flag kOwnFlags = kHelpFlags | Flag::kNoScript;
constexpr Flag kOthersFlags = kOwnFlags | Flag::kAdmin;

constexpr CommandSpec kTable[] = {
    {.name = "client",
     .summary = "Commands about client connections.",
     .since = "2.4.0",
     .group = "connection",
     .complexity = "Depends on subcommand.",
     .arity = -2,
     .is_container = true},
    {.name = "id",
     .parent = "client",
     .summary = "Answers the id of this connection, which no other one ever has.",
     .since = "5.0.0",
     .group = "connection",
     .complexity = "O(1)",
     .arity = 2,
     .flags = kOwnFlags,
     .categories = Category::kConnection,
     .handler = Id},
    {.name = "info",
     .parent = "client",
     .summary = "Describes this connection in one line.",
     .since = "6.2.0",
     .group = "connection",
     .complexity = "O(1)",
     .arity = 2,
     .flags = kOwnFlags,
     .categories = Category::kConnection,
     .handler = Info,
     .tips = "nondeterministic_output"},
    {.name = "list",
     .parent = "client",
     .summary = "Describes connections, a line each.",
     .since = "2.4.0",
     .group = "connection",
     .complexity = "O(N) where N is the number of client connections",
     .syntax = "[TYPE NORMAL|MASTER|REPLICA|PUBSUB] [ID client-id [client-id ...]]",
     .arity = -2,
     .flags = kOthersFlags,
     .categories = Category::kConnection,
     .handler = List,
     .tips = "nondeterministic_output"},
    {.name = "kill",
     .parent = "client",
     .summary = "Closes the connections that meet all conditions.",
     .since = "2.4.0",
     .group = "connection",
     .complexity = "O(N) where N is the number of client connections",
     .syntax = "ip:port|[ID client-id]|[TYPE NORMAL|MASTER|SLAVE|REPLICA|PUBSUB]|[USER username]|"
               "[ADDR ip:port]|[LADDR ip:port]|[SKIPME yes/no] [[ID client-id]|"
               "[TYPE NORMAL|MASTER|SLAVE|REPLICA|PUBSUB]|[USER username]|[ADDR ip:port]|"
               "[LADDR ip:port]|[SKIPME yes/no] ...]",
     .arity = -3,
     .flags = kOthersFlags,
     .categories = Category::kConnection,
     .handler = Kill},
    {.name = "setname",
     .parent = "client",
     .summary = "Names this connection.",
     .since = "2.6.9",
     .group = "connection",
     .complexity = "O(1)",
     .syntax = "connection-name",
     .arity = 3,
     .flags = kOwnFlags,
     .categories = Category::kConnection,
     .handler = SetName},
    {.name = "getname",
     .parent = "client",
     .summary = "Answers the name of this connection.",
     .since = "2.6.9",
     .group = "connection",
     .complexity = "O(1)",
     .arity = 2,
     .flags = kOwnFlags,
     .categories = Category::kConnection,
     .handler = GetName},
    {.name = "no-evict",
     .parent = "client",
     .summary = "Says whether this connection may be closed to free memory.",
     .since = "7.0.0",
     .group = "connection",
     .complexity = "O(1)",
     .syntax = "ON|OFF",
     .arity = 3,
     .flags = kOthersFlags,
     .categories = Category::kConnection,
     .handler = NoEvict},
    {.name = "reply",
     .parent = "client",
     .summary = "Says whether commands of this connection are answered.",
     .since = "3.2.0",
     .group = "connection",
     .complexity = "O(1)",
     .syntax = "ON|OFF|SKIP",
     .arity = 3,
     .flags = kOwnFlags,
     .categories = Category::kConnection,
     .handler = ReplySwitch},
    {.name = "pause",
     .parent = "client",
     .summary = "Lets the commands of all clients wait for a time.",
     .since = "2.9.50",
     .group = "connection",
     .complexity = "O(1)",
     .syntax = "timeout [WRITE|ALL]",
     .arity = -3,
     .flags = kOthersFlags,
     .categories = Category::kConnection,
     .handler = Pause},
    {.name = "unpause",
     .parent = "client",
     .summary = "Ends a pause before its time.",
     .since = "6.2.0",
     .group = "connection",
     .complexity = "O(N) where N is the number of paused clients",
     .arity = 2,
     .flags = kOthersFlags,
     .categories = Category::kConnection,
     .handler = Unpause},
    {.name = "unblock",
     .parent = "client",
     .summary = "Wakes a client that waits in a blocking command.",
     .since = "5.0.0",
     .group = "connection",
     .complexity = "O(log N) where N is the number of client connections",
     .syntax = "client-id [TIMEOUT|ERROR]",
     .arity = -3,
     .flags = kOthersFlags,
     .categories = Category::kConnection,
     .handler = Unblock},
    {.name = "help",
     .parent = "client",
     .summary = "Lists the subcommands.",
     .since = "5.0.0",
     .group = "connection",
     .complexity = "O(1)",
     .arity = 2,
     .flags = kHelpFlags,
     .categories = Category::kConnection,
     .handler = HelpHandler},
};
static_assert(SpecsAreValid(kTable));

}  // namespace

std::span<const CommandSpec> ClientCommands() { return kTable; }

}  // namespace veddb
