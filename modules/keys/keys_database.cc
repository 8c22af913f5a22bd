// SPDX-License-Identifier: BSD-3-Clause
// Databases as wholes: DBSIZE, FLUSHDB, FLUSHALL, SWAPDB. Emptying takes no time by itself. Disk is
// given back behind it; so is memory, unless it is little and SYNC (or no word, where
// lazyfree-lazy-user-flush is off) asks for it at once.
#include <array>
#include <limits>
#include <optional>

#include "base/glob.h"
#include "base/number.h"
#include "command/server_api.h"
#include "modules/keys/keys_shared.h"

namespace veddb {
namespace {

void DbSize(Call& call) { call.reply.Integer(call.databases->KeyCount(call.database)); }

// Replies the error unless there is nothing, ASYNC or SYNC behind the name.
std::optional<Freeing> ParseFreeing(Call& call) {
  if (call.argv.size() == 1) {
    const bool lazy = call.server->config().config().lazyfree_lazy_user_flush;
    return lazy ? Freeing::kLater : Freeing::kNow;
  }
  if (call.argv.size() == 2 && EqualsIgnoreCase(call.argv[1], "ASYNC")) return Freeing::kLater;
  if (call.argv.size() == 2 && EqualsIgnoreCase(call.argv[1], "SYNC")) return Freeing::kNow;
  call.reply.Error(kSyntaxError);
  return std::nullopt;
}

void FlushDb(Call& call) {
  const std::optional<Freeing> freeing = ParseFreeing(call);
  if (!freeing) return;
  call.databases->FlushDatabase(call.database, *freeing);
  call.reply.Ok();
}

void FlushAll(Call& call) {
  const std::optional<Freeing> freeing = ParseFreeing(call);
  if (!freeing) return;
  for (uint32_t database = 0; database < call.databases->database_count(); ++database) {
    call.databases->FlushDatabase(database, *freeing);
  }
  call.server->SaveSoon();
  call.reply.Ok();
}

std::optional<int32_t> ParseIndex(Bytes text) {
  const std::optional<int64_t> number = ParseInt64(text);
  if (!number || *number < std::numeric_limits<int32_t>::min() ||
      *number > std::numeric_limits<int32_t>::max()) {
    return std::nullopt;
  }
  return static_cast<int32_t>(*number);
}

void SwapDb(Call& call) {
  const std::optional<int32_t> first = ParseIndex(call.argv[1]);
  if (!first) return call.reply.Error(Err("invalid first DB index"));
  const std::optional<int32_t> second = ParseIndex(call.argv[2]);
  if (!second) return call.reply.Error(Err("invalid second DB index"));
  const int64_t count = call.databases->database_count();
  if (*first < 0 || *first >= count || *second < 0 || *second >= count) {
    return call.reply.Error(Err("DB index is out of range"));
  }
  call.databases->SwapDatabases(static_cast<uint32_t>(*first), static_cast<uint32_t>(*second));
  call.reply.Ok();
}

constexpr std::array kTable = {
    CommandSpec{.name = "dbsize",
                .summary = "Return the number of keys in the selected database.",
                .since = "1.0.0",
                .group = "server",
                .complexity = "O(1)",
                .arity = 1,
                .flags = Flag::kReadonly | Flag::kFast,
                .categories = Category::kKeyspace,
                .route = Route::kLoop,
                .handler = DbSize,
                .tips = "request_policy:all_shards,response_policy:agg_sum"},
    CommandSpec{.name = "flushdb",
                .summary = "Remove all keys from the current database.",
                .since = "1.0.0",
                .group = "server",
                .complexity = "O(N) where N is the number of keys in the selected database",
                .syntax = "[ASYNC|SYNC]",
                .arity = -1,
                .flags = Flag::kWrite,
                .categories = Category::kKeyspace | Category::kDangerous,
                .route = Route::kAllShards,
                .handler = FlushDb,
                .tips = "request_policy:all_shards,response_policy:all_succeeded"},
    CommandSpec{.name = "flushall",
                .summary = "Remove all keys from all databases.",
                .since = "1.0.0",
                .group = "server",
                .complexity = "O(N) where N is the total number of keys in all databases",
                .syntax = "[ASYNC|SYNC]",
                .arity = -1,
                .flags = Flag::kWrite,
                .categories = Category::kKeyspace | Category::kDangerous,
                .route = Route::kAllShards,
                .handler = FlushAll,
                .tips = "request_policy:all_shards,response_policy:all_succeeded"},
    CommandSpec{.name = "swapdb",
                .summary = "Swaps two databases.",
                .since = "4.0.0",
                .group = "server",
                .complexity = "O(N) where N is the count of clients watching or blocking on keys "
                              "from both databases.",
                .syntax = "index1 index2",
                .arity = 3,
                .flags = Flag::kWrite | Flag::kFast,
                .categories = Category::kKeyspace | Category::kDangerous,
                .route = Route::kAllShards,
                .handler = SwapDb},
};
static_assert(SpecsAreValid(kTable));

}  // namespace

std::span<const CommandSpec> KeysDatabaseCommands() { return kTable; }

}  // namespace veddb
