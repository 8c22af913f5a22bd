// SPDX-License-Identifier: BSD-3-Clause
// Waiting until data are safe (WAIT, WAITAOF), and bringing all of them into the store's files
// (SAVE, BGSAVE, BGREWRITEAOF, LASTSAVE).
#include <limits>

#include "base/clock.h"
#include "base/glob.h"
#include "base/number.h"
#include "command/call.h"
#include "command/server_api.h"
#include "modules/admin/tables.h"

namespace veddb {
namespace {

// --- waits ---

Result<int64_t> ParseTimeout(Bytes text) {
  const std::optional<int64_t> millis = ParseInt64(text);
  if (!millis) return Err("timeout is not an integer or out of range");
  if (*millis < 0) return Err("timeout is negative");
  if (*millis > std::numeric_limits<int64_t>::max() - MonoMillis()) {
    return Err("timeout is out of range");
  }
  return *millis;
}

void Wait(Call& call) {
  const std::optional<int64_t> replicas = ParseInt64(call.argv[1]);
  if (!replicas) return call.reply.Error(kNotInteger);
  const Result<int64_t> timeout_ms = ParseTimeout(call.argv[2]);
  if (!timeout_ms.ok()) return call.reply.Error(timeout_ms.error());
  SyncWish wish;
  wish.replicas = *replicas;
  wish.timeout_ms = *timeout_ms;
  if (*replicas <= 0 || call.must_not_wait) return ReplySync(call.reply, wish.answer, false);
  call.server->WaitForSync(*call.session, wish);
}

// The log is always on, whatever appendonly says, so that a local sync can always be had.
Result<SyncWish> ParseWaitAof(std::span<const Bytes> argv) {
  const std::optional<int64_t> local = ParseInt64(argv[1]);
  if (!local) return kNotInteger;
  if (*local < 0 || *local > 1) return Err("value is out of range, value must between 0 and 1");
  const std::optional<int64_t> replicas = ParseInt64(argv[2]);
  if (!replicas || *replicas < 0) return Err("value is out of range, must be positive");
  const int64_t timeout_ms = TRY(ParseTimeout(argv[3]));
  return SyncWish{.answer = SyncWish::Answer::kBoth,
                  .local = *local == 1,
                  .replicas = *replicas,
                  .timeout_ms = timeout_ms};
}

void WaitAof(Call& call) {
  const Result<SyncWish> wish = ParseWaitAof(call.argv);
  if (!wish.ok()) return call.reply.Error(wish.error());
  const bool synced = call.server->EverythingSynced();
  const bool reached = wish->replicas == 0 && (!wish->local || synced);
  if (reached || call.must_not_wait) return ReplySync(call.reply, wish->answer, synced);
  call.server->WaitForSync(*call.session, *wish);
}

// --- saves ---

const Error kSaveRuns = Err("Background save already in progress");

void Save(Call& call) {
  if (call.server->SaveRuns(SaveKind::kSave)) return call.reply.Error(kSaveRuns);
  call.server->BeginSave(SaveKind::kSave, call.session);
}

// A save disturbs no other work, so that there is never a reason to schedule it for later.
void BackgroundSave(Call& call) {
  const bool schedule = call.argv.size() == 2 && EqualsIgnoreCase(call.argv[1], "SCHEDULE");
  if (call.argv.size() > 1 && !schedule) return call.reply.Error(kSyntaxError);
  if (call.server->SaveRuns(SaveKind::kSave)) return call.reply.Error(kSaveRuns);
  call.server->BeginSave(SaveKind::kSave, nullptr);
  call.reply.Simple("Background saving started");
}

void BackgroundRewrite(Call& call) {
  if (call.server->SaveRuns(SaveKind::kRewrite)) {
    return call.reply.Error(Err("Background append only file rewriting already in progress"));
  }
  call.server->BeginSave(SaveKind::kRewrite, nullptr);
  call.reply.Simple("Background append only file rewriting started");
}

void LastSave(Call& call) { call.reply.Integer(call.server->LastSaveSeconds()); }

constexpr Flag kSaveFlags = Flag::kAdmin | Flag::kNoScript | Flag::kNoAsyncLoading;

constexpr CommandSpec kTable[] = {
    {.name = "wait",
     .summary = "Waits until so many replicas have the client's writes, or the time is over; "
                "answers how many have them.",
     .since = "3.0.0",
     .group = "generic",
     .complexity = "O(1)",
     .syntax = "numreplicas timeout",
     .arity = 3,
     .flags = Flag::kNoScript,
     .categories = Category::kConnection,
     .handler = Wait,
     .tips = "request_policy:all_shards,response_policy:agg_min"},
    {.name = "waitaof",
     .summary = "Waits until the client's writes are synced to the disk here and on so many "
                "replicas, or the time is over; answers on how many they are.",
     .since = "7.2.0",
     .group = "generic",
     .complexity = "O(1)",
     .syntax = "numlocal numreplicas timeout",
     .arity = 4,
     .flags = Flag::kNoScript,
     .categories = Category::kConnection,
     .handler = WaitAof,
     .tips = "request_policy:all_shards,response_policy:agg_min"},
    {.name = "save",
     .summary = "Brings all changes into the store's files and waits for that.",
     .since = "1.0.0",
     .group = "server",
     .complexity = "O(N) where N is the number of changes that are not in the files yet",
     .arity = 1,
     .flags = kSaveFlags | Flag::kNoMulti,
     .handler = Save},
    {.name = "bgsave",
     .summary = "Brings all changes into the store's files in the background.",
     .since = "1.0.0",
     .group = "server",
     .complexity = "O(1)",
     .syntax = "[SCHEDULE]",
     .arity = -1,
     .flags = kSaveFlags,
     .handler = BackgroundSave},
    {.name = "bgrewriteaof",
     .summary = "The same as BGSAVE: afterwards the log before it is not needed and is removed.",
     .since = "1.0.0",
     .group = "server",
     .complexity = "O(1)",
     .arity = 1,
     .flags = kSaveFlags,
     .handler = BackgroundRewrite},
    {.name = "lastsave",
     .summary = "Answers when the last save ended, as a Unix time; at first, the start.",
     .since = "1.0.0",
     .group = "server",
     .complexity = "O(1)",
     .arity = 1,
     .flags = Flag::kLoading | Flag::kStale | Flag::kFast,
     .categories = Category::kAdmin | Category::kDangerous,
     .handler = LastSave,
     .tips = "nondeterministic_output"},
};
static_assert(SpecsAreValid(kTable));

}  // namespace

std::span<const CommandSpec> DurabilityCommands() { return kTable; }

}  // namespace veddb
