// SPDX-License-Identifier: BSD-3-Clause
// CLIENT TRACKING and its kin: which changes of keys this connection is told of. The options are
// checked here; the table of who has read what is the server's (server/tracking.h).
#include <algorithm>
#include <optional>

#include "base/glob.h"
#include "base/number.h"
#include "command/call.h"
#include "command/server_api.h"
#include "modules/connection/tables.h"

namespace veddb {
namespace {

// --- TRACKING ---

bool ClientExists(ServerApi& server, int64_t id) {
  Session named;
  named.id = static_cast<uint64_t>(id);
  return id > 0 && server.ViewOf(named).session != nullptr;
}

Status ParseRedirect(ServerApi& server, Bytes word, TrackingRequest& request) {
  if (request.redirect != 0) return Err("A client can only redirect to a single other client");
  const std::optional<int64_t> id = ParseInt64(word);
  if (!id) return kNotInteger;
  if (!ClientExists(server, *id)) return Err("The client ID you want redirect to does not exist");
  request.redirect = static_cast<uint64_t>(*id);
  return Ok();
}

Result<TrackingRequest> ParseTracking(ServerApi& server, std::span<const Bytes> words) {
  TrackingRequest request;
  for (size_t i = 0; i < words.size(); ++i) {
    const bool more = i + 1 < words.size();
    if (EqualsIgnoreCase(words[i], "REDIRECT") && more) {
      TRY(ParseRedirect(server, words[++i], request));
    } else if (EqualsIgnoreCase(words[i], "BCAST")) {
      request.broadcast = true;
    } else if (EqualsIgnoreCase(words[i], "OPTIN")) {
      request.opt_in = true;
    } else if (EqualsIgnoreCase(words[i], "OPTOUT")) {
      request.opt_out = true;
    } else if (EqualsIgnoreCase(words[i], "NOLOOP")) {
      request.no_loop = true;
    } else if (EqualsIgnoreCase(words[i], "PREFIX") && more) {
      request.prefixes.emplace_back(words[++i]);
    } else {
      return kSyntaxError;
    }
  }
  return request;
}

bool Overlap(Bytes one, Bytes other) { return one.starts_with(other) || other.starts_with(one); }

Status CheckPrefixes(const TrackingRequest& request, const KeyTracking* present) {
  constexpr Bytes kRule = "'. Prefixes for a single client must not overlap.";
  const std::vector<std::string>& prefixes = request.prefixes;
  for (auto prefix = prefixes.begin(); prefix != prefixes.end(); ++prefix) {
    if (present != nullptr) {
      for (const std::string& old : present->prefixes) {
        if (!Overlap(*prefix, old)) continue;
        return Err("Prefix '" + *prefix + "' overlaps with an existing prefix '" + old +
                   std::string(kRule));
      }
    }
    const auto twin = std::find_if(prefix + 1, prefixes.end(), [&](const std::string& other) {
      return Overlap(*prefix, other);
    });
    if (twin == prefixes.end()) continue;
    return Err("Prefix '" + *prefix + "' overlaps with another provided prefix '" + *twin +
               std::string(kRule));
  }
  return Ok();
}

Status CheckTracking(const TrackingRequest& request, const KeyTracking* present) {
  if (!request.broadcast && !request.prefixes.empty()) {
    return Err("PREFIX option requires BCAST mode to be enabled");
  }
  if (present != nullptr && present->broadcast != request.broadcast) {
    return Err(
        "You can't switch BCAST mode on/off before disabling tracking for this client, and then "
        "re-enabling it with a different mode.");
  }
  if (request.broadcast && (request.opt_in || request.opt_out)) {
    return Err("OPTIN and OPTOUT are not compatible with BCAST");
  }
  if (request.opt_in && request.opt_out) {
    return Err("You can't specify both OPTIN mode and OPTOUT mode");
  }
  const bool switches = present != nullptr && ((request.opt_in && present->opt_out) ||
                                               (request.opt_out && present->opt_in));
  if (switches) {
    return Err(
        "You can't switch OPTIN/OPTOUT mode before disabling tracking for this client, and then "
        "re-enabling it with a different mode.");
  }
  return request.broadcast ? CheckPrefixes(request, present) : Ok();
}

void Tracking(Call& call) {
  const Result<TrackingRequest> request = ParseTracking(*call.server, call.argv.subspan(3));
  if (!request.ok()) return call.reply.Error(request.error());
  if (EqualsIgnoreCase(call.argv[2], "off")) {
    call.server->DisableTracking(*call.session);
    return call.reply.Ok();
  }
  if (!EqualsIgnoreCase(call.argv[2], "on")) return call.reply.Error(kSyntaxError);
  const Status allowed = CheckTracking(*request, call.session->tracking.get());
  if (allowed.ok()) call.server->EnableTracking(*call.session, *request);
  call.reply.Status(allowed);
}

// --- the others ---

Status SetCaching(KeyTracking* tracking, Bytes word) {
  if (tracking == nullptr) {
    return Err(
        "CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or "
        "OPTOUT mode enabled");
  }
  if (EqualsIgnoreCase(word, "yes")) {
    if (!tracking->opt_in) {
      return Err("CLIENT CACHING YES is only valid when tracking is enabled in OPTIN mode.");
    }
  } else if (EqualsIgnoreCase(word, "no")) {
    if (!tracking->opt_out) {
      return Err("CLIENT CACHING NO is only valid when tracking is enabled in OPTOUT mode.");
    }
  } else {
    return kSyntaxError;
  }
  tracking->caching = true;
  return Ok();
}

void Caching(Call& call) {
  call.reply.Status(SetCaching(call.session->tracking.get(), call.argv[2]));
}

// 0: to this connection itself; -1: it does not track.
int64_t RedirectOf(const Session& session) {
  return session.tracking == nullptr ? -1 : static_cast<int64_t>(session.tracking->redirect);
}

void GetRedir(Call& call) { call.reply.Integer(RedirectOf(*call.session)); }

std::vector<Bytes> TrackingFlags(const KeyTracking* tracking) {
  if (tracking == nullptr) return {"off"};
  std::vector<Bytes> flags = {"on"};
  if (tracking->broadcast) flags.emplace_back("bcast");
  if (tracking->opt_in) flags.emplace_back("optin");
  if (tracking->opt_in && tracking->caching) flags.emplace_back("caching-yes");
  if (tracking->opt_out) flags.emplace_back("optout");
  if (tracking->opt_out && tracking->caching) flags.emplace_back("caching-no");
  if (tracking->no_loop) flags.emplace_back("noloop");
  if (tracking->redirect_broken) flags.emplace_back("broken_redirect");
  return flags;
}

void TrackingInfo(Call& call) {
  const KeyTracking* tracking = call.session->tracking.get();
  const std::vector<Bytes> flags = TrackingFlags(tracking);
  call.reply.Map(3);
  call.reply.Bulk("flags");
  call.reply.Set(flags.size());
  for (const Bytes flag : flags) call.reply.Bulk(flag);
  call.reply.Bulk("redirect");
  call.reply.Integer(RedirectOf(*call.session));
  call.reply.Bulk("prefixes");
  call.reply.Array(tracking == nullptr ? 0 : tracking->prefixes.size());
  if (tracking == nullptr) return;
  for (const std::string& prefix : tracking->prefixes) call.reply.Bulk(prefix);
}

constexpr Flag kFlags = Flag::kLoading | Flag::kStale | Flag::kNoScript;

constexpr CommandSpec kTable[] = {
    {.name = "tracking",
     .parent = "client",
     .summary = "Says whether this connection is told of changes of keys that it may have cached.",
     .since = "6.0.0",
     .group = "connection",
     .complexity = "O(1). Some options may introduce additional complexity.",
     .syntax = "ON|OFF [REDIRECT client-id] [PREFIX prefix [PREFIX prefix ...]] [BCAST] [OPTIN] "
               "[OPTOUT] [NOLOOP]",
     .arity = -3,
     .flags = kFlags,
     .categories = Category::kConnection,
     .handler = Tracking},
    {.name = "caching",
     .parent = "client",
     .summary = "Says whether the keys of the next command are tracked (OPTIN and OPTOUT).",
     .since = "6.0.0",
     .group = "connection",
     .complexity = "O(1)",
     .syntax = "YES|NO",
     .arity = 3,
     .flags = kFlags,
     .categories = Category::kConnection,
     .handler = Caching},
    {.name = "getredir",
     .parent = "client",
     .summary = "Answers which connection gets this one's invalidation messages.",
     .since = "6.0.0",
     .group = "connection",
     .complexity = "O(1)",
     .arity = 2,
     .flags = kFlags,
     .categories = Category::kConnection,
     .handler = GetRedir},
    {.name = "trackinginfo",
     .parent = "client",
     .summary = "Describes how keys are tracked for this connection.",
     .since = "6.2.0",
     .group = "connection",
     .complexity = "O(1)",
     .arity = 2,
     .flags = kFlags,
     .categories = Category::kConnection,
     .handler = TrackingInfo},
};
static_assert(SpecsAreValid(kTable));

}  // namespace

std::span<const CommandSpec> TrackingCommands() { return kTable; }

}  // namespace veddb
