// SPDX-License-Identifier: BSD-3-Clause
#include "modules/transactions/transactions_module.h"

#include <algorithm>

#include "command/call.h"
#include "command/server_api.h"

namespace veddb {
namespace {

// What a watched key costs besides its name, which the session and the key's shard both keep.
constexpr size_t kWatchBytes = 2 * sizeof(WatchedKey) + 64;

void Multi(Call& call) {
  if (call.session->in_multi) return call.reply.Error(Err("MULTI calls can not be nested"));
  call.session->in_multi = true;
  call.reply.Ok();
}

// The dispatcher runs a transaction itself and comes here only when there is none.
void Exec(Call& call) { call.reply.Error(Err("EXEC without MULTI")); }

void Discard(Call& call) {
  if (!call.session->in_multi) return call.reply.Error(Err("DISCARD without MULTI"));
  call.server->DiscardTransaction(*call.session);
  call.reply.Ok();
}

bool IsWatched(const Session& session, const KeyRef& key) {
  return std::any_of(session.watched.begin(), session.watched.end(), [&](const WatchedKey& one) {
    return one.database == key.space && one.key == key.name;
  });
}

// Runs on the loop while the shards of its keys are held.
void Watch(Call& call) {
  Session& session = *call.session;
  if (session.in_multi) return call.reply.Error(Err("WATCH inside MULTI is not allowed"));
  if (session.watch == nullptr) session.watch = std::make_shared<WatchState>();
  for (KeyRef& key : call.keys) {
    if (IsWatched(session, key)) continue;
    // An expired key is deleted before it is watched: that it goes is then no change.
    call.Lookup(key);
    key.keyspace->Watch(key.name, session.watch);
    session.watched.push_back({.database = key.space, .key = std::string(key.name)});
    session.watched_bytes += kWatchBytes + 2 * key.name.size();
  }
  call.reply.Ok();
}

void Unwatch(Call& call) {
  call.server->Unwatch(*call.session);
  call.reply.Ok();
}

constexpr Flag kFlags = Flag::kNoScript | Flag::kLoading | Flag::kStale;
constexpr Flag kQuickFlags = kFlags | Flag::kFast | Flag::kAllowBusy;

constexpr CommandSpec kTable[] = {
    {.name = "multi",
     .summary = "Begins a transaction: what follows is queued until EXEC.",
     .since = "1.2.0",
     .group = "transactions",
     .complexity = "O(1)",
     .arity = 1,
     .flags = kQuickFlags | Flag::kTransaction,
     .categories = Category::kTransaction,
     .handler = Multi},
    {.name = "exec",
     .summary = "Runs all queued commands as one, unless a watched key has changed.",
     .since = "1.2.0",
     .group = "transactions",
     .complexity = "Depends on commands in the transaction",
     .arity = 1,
     .flags = kFlags | Flag::kSkipSlowlog | Flag::kTransaction,
     .categories = Category::kTransaction,
     .handler = Exec},
    {.name = "discard",
     .summary = "Drops the queued commands and the watches.",
     .since = "2.0.0",
     .group = "transactions",
     .complexity = "O(N), when N is the number of queued commands",
     .arity = 1,
     .flags = kQuickFlags | Flag::kTransaction,
     .categories = Category::kTransaction,
     .handler = Discard},
    {.name = "watch",
     .summary = "Makes the next transaction depend on these keys staying as they are.",
     .since = "2.2.0",
     .group = "transactions",
     .complexity = "O(1) for every key.",
     .syntax = "key [key ...]",
     .arity = -2,
     .flags = kQuickFlags | Flag::kTransaction,
     .categories = Category::kTransaction,
     .keys = {{.first = 1, .last = -1, .access = Access::kRO}},
     .route = Route::kKeys,
     .handler = Watch},
    {.name = "unwatch",
     .summary = "Forgets all watched keys.",
     .since = "2.2.0",
     .group = "transactions",
     .complexity = "O(1)",
     .arity = 1,
     .flags = kQuickFlags,
     .categories = Category::kTransaction,
     .handler = Unwatch},
};
static_assert(SpecsAreValid(kTable));

}  // namespace

std::span<const CommandSpec> TransactionsCommands() { return kTable; }

}  // namespace veddb
