// SPDX-License-Identifier: BSD-3-Clause
// The client's own session: who it is, which database and protocol it speaks, and its end.
#include <limits>

#include "base/glob.h"
#include "base/number.h"
#include "command/call.h"
#include "command/docs.h"
#include "command/server_api.h"
#include "modules/connection/session_name.h"
#include "modules/connection/tables.h"

namespace veddb {
namespace {

// The version of Redis whose behaviour clients may count on.
constexpr Bytes kCompatibleVersion = "7.0.15";

void Ping(Call& call) {
  if (call.argv.size() > 2) {
    call.reply.Error(Err("wrong number of arguments for 'ping' command"));
  } else if (call.argv.size() == 2) {
    call.reply.Bulk(call.argv[1]);
  } else {
    call.reply.Simple("PONG");
  }
}

void Echo(Call& call) { call.reply.Bulk(call.argv[1]); }

void Select(Call& call) {
  const std::optional<int64_t> number = ParseInt64(call.argv[1]);
  if (!number) {
    call.reply.Error(kNotInteger);
  } else if (*number < std::numeric_limits<int32_t>::min() ||
             *number > std::numeric_limits<int32_t>::max()) {
    call.reply.Error(Err("value is out of range, value must between -2147483648 and 2147483647"));
  } else if (*number < 0 || *number >= call.server->config().config().databases) {
    call.reply.Error(Err("DB index is out of range"));
  } else {
    call.session->database = static_cast<uint32_t>(*number);
    call.reply.Ok();
  }
}

Status Authenticate(Call& call, Bytes user, Bytes password) {
  if (!call.server->CheckPassword(user, password)) {
    return MakeError(ErrorCode::kWrongPass, "invalid username-password pair or user is disabled.");
  }
  call.session->user = std::string(user);
  call.session->authenticated = true;
  return Ok();
}

bool PasswordIsNeeded(const Call& call) {
  return !call.server->config().config().requirepass.empty();
}

// AUTH's arguments all are.
bool IsCredential(std::span<const Bytes> /*argv*/, size_t at) { return at >= 1; }

// HELLO's two behind AUTH.
bool IsHelloCredential(std::span<const Bytes> argv, size_t at) {
  for (size_t i = 2; i < argv.size(); ++i) {
    if (EqualsIgnoreCase(argv[i], "AUTH")) {
      if (at == i + 1 || at == i + 2) return true;
      i += 2;
    } else if (EqualsIgnoreCase(argv[i], "SETNAME")) {
      ++i;
    }
  }
  return false;
}

void Auth(Call& call) {
  if (call.argv.size() > 3) {
    call.reply.Error(kSyntaxError);
  } else if (call.argv.size() == 3) {
    call.reply.Status(Authenticate(call, call.argv[1], call.argv[2]));
  } else if (!PasswordIsNeeded(call)) {
    call.reply.Error(
        Err("AUTH <password> called without any password configured for the default user. Are you "
            "sure your configuration is correct?"));
  } else {
    call.reply.Status(Authenticate(call, "default", call.argv[1]));
  }
}

// What HELLO's arguments ask for.
struct Handshake {
  std::optional<Protocol> protocol;
  std::optional<Bytes> user;
  Bytes password;
  std::optional<Bytes> name;
};

Result<Handshake> ParseHandshake(std::span<const Bytes> argv) {
  Handshake hello;
  if (argv.size() < 2) return hello;
  const std::optional<int64_t> version = ParseInt64(argv[1]);
  if (!version) return Err("Protocol version is not an integer or out of range");
  if (*version < 2 || *version > 3) {
    return MakeError(ErrorCode::kNoProto, "unsupported protocol version");
  }
  hello.protocol = *version == 3 ? Protocol::kResp3 : Protocol::kResp2;
  for (size_t i = 2; i < argv.size(); ++i) {
    const size_t more = argv.size() - 1 - i;
    if (EqualsIgnoreCase(argv[i], "AUTH") && more >= 2) {
      hello.user = argv[i + 1];
      hello.password = argv[i + 2];
      i += 2;
    } else if (EqualsIgnoreCase(argv[i], "SETNAME") && more >= 1) {
      hello.name = argv[++i];
    } else {
      return Err("Syntax error in HELLO option '" + std::string(ShownArgument(argv[i], Bytes::npos)) + "'");
    }
  }
  return hello;
}

Status ApplyHandshake(Call& call, const Handshake& hello) {
  Session& session = *call.session;
  if (hello.user) TRY(Authenticate(call, *hello.user, hello.password));
  if (PasswordIsNeeded(call) && !session.authenticated) {
    return MakeError(ErrorCode::kNoAuth,
                     "HELLO must be called with the client already authenticated, otherwise the "
                     "HELLO AUTH <user> <pass> option can be used to authenticate the client and "
                     "select the RESP protocol version at the same time");
  }
  if (hello.name) TRY(SetSessionName(session, *hello.name));
  if (hello.protocol) session.protocol = *hello.protocol;
  return Ok();
}

void Hello(Call& call) {
  const Result<Handshake> hello = ParseHandshake(call.argv);
  if (!hello.ok()) return call.reply.Error(hello.error());
  if (const Status status = ApplyHandshake(call, *hello); !status.ok()) {
    return call.reply.Error(status.error());
  }
  Reply& reply = call.reply;
  reply.set_protocol(call.session->protocol);
  reply.Map(7);
  reply.Bulk("server");
  reply.Bulk("redis");
  reply.Bulk("version");
  reply.Bulk(kCompatibleVersion);
  reply.Bulk("proto");
  reply.Integer(static_cast<int64_t>(call.session->protocol));
  reply.Bulk("id");
  reply.Integer(static_cast<int64_t>(call.session->id));
  reply.Bulk("mode");
  reply.Bulk("standalone");
  reply.Bulk("role");
  reply.Bulk(call.server->config().config().replicaof.host.empty() ? "master" : "replica");
  reply.Bulk("modules");
  reply.Array(0);
}

void Reset(Call& call) {
  call.server->ResetSession(*call.session);
  call.reply.set_protocol(call.session->protocol);
  call.reply.Simple("RESET");
}

void Quit(Call& call) {
  call.reply.Ok();
  call.session->close_after_reply = true;
}

constexpr Flag kHandshakeFlags = Flag::kNoScript | Flag::kLoading | Flag::kStale | Flag::kFast |
                                 Flag::kNoAuth | Flag::kAllowBusy;

constexpr CommandSpec kTable[] = {
    {.name = "ping",
     .summary = "Answers PONG, or the message it was sent.",
     .since = "1.0.0",
     .group = "connection",
     .complexity = "O(1)",
     .syntax = "[message]",
     .arity = -1,
     .flags = Flag::kFast,
     .categories = Category::kConnection,
     .handler = Ping,
     .tips = "request_policy:all_shards,response_policy:all_succeeded"},
    {.name = "echo",
     .summary = "Answers the message it was sent.",
     .since = "1.0.0",
     .group = "connection",
     .complexity = "O(1)",
     .syntax = "message",
     .arity = 2,
     .flags = Flag::kLoading | Flag::kStale | Flag::kFast,
     .categories = Category::kConnection,
     .handler = Echo},
    {.name = "select",
     .summary = "Chooses the database that this connection works on.",
     .since = "1.0.0",
     .group = "connection",
     .complexity = "O(1)",
     .syntax = "index",
     .arity = 2,
     .flags = Flag::kLoading | Flag::kStale | Flag::kFast,
     .categories = Category::kConnection,
     .handler = Select},
    {.name = "auth",
     .summary = "Authenticates the connection.",
     .since = "1.0.0",
     .group = "connection",
     .complexity = "O(N) where N is the number of passwords of the user",
     .syntax = "[username] password",
     .arity = -2,
     .flags = kHandshakeFlags,
     .categories = Category::kConnection,
     .handler = Auth,
     .is_secret = IsCredential},
    {.name = "hello",
     .summary = "Chooses the protocol, authenticates and names the connection in one step.",
     .since = "6.0.0",
     .group = "connection",
     .complexity = "O(1)",
     .syntax = "[protover [AUTH username password] [SETNAME clientname]]",
     .arity = -1,
     .flags = kHandshakeFlags,
     .categories = Category::kConnection,
     .handler = Hello,
     .is_secret = IsHelloCredential},
    {.name = "reset",
     .summary = "Puts the connection back into the state of a new one.",
     .since = "6.2.0",
     .group = "connection",
     .complexity = "O(1)",
     .arity = 1,
     .flags = kHandshakeFlags | Flag::kTransaction,
     .categories = Category::kConnection,
     .handler = Reset},
    {.name = "quit",
     .summary = "Closes the connection once all replies are sent.",
     .since = "1.0.0",
     .group = "connection",
     .complexity = "O(1)",
     .arity = -1,
     .flags = kHandshakeFlags | Flag::kTransaction,
     .categories = Category::kConnection,
     .handler = Quit},
};
static_assert(SpecsAreValid(kTable));

}  // namespace

std::span<const CommandSpec> SessionCommands() { return kTable; }

}  // namespace veddb
