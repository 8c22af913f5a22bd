// SPDX-License-Identifier: BSD-3-Clause
// How long a key will stay: TTL, PTTL, EXPIRETIME, PEXPIRETIME, and PERSIST, which lets it stay.
#include <array>

#include "modules/keys/keys_shared.h"

namespace veddb {
namespace {

constexpr int64_t kNoKey = -2;
constexpr int64_t kNoExpiry = -1;
constexpr int64_t kMillisPerSecond = 1000;

// When the key expires in ms, kNoExpiry or kNoKey.
int64_t ExpiryOf(Call& call) {
  const Entry* entry = PeekRead(call, call.keys[0]);
  if (entry == nullptr) return kNoKey;
  return entry->expire_at_ms == 0 ? kNoExpiry : entry->expire_at_ms;
}

int64_t RoundToSeconds(int64_t ms) {
  return ms / kMillisPerSecond + (ms % kMillisPerSecond >= kMillisPerSecond / 2 ? 1 : 0);
}

void Ttl(Call& call) {
  const int64_t at_ms = ExpiryOf(call);
  call.reply.Integer(at_ms < 0 ? at_ms : RoundToSeconds(at_ms - call.now_ms));
}

void PTtl(Call& call) {
  const int64_t at_ms = ExpiryOf(call);
  call.reply.Integer(at_ms < 0 ? at_ms : at_ms - call.now_ms);
}

void ExpireTime(Call& call) {
  const int64_t at_ms = ExpiryOf(call);
  call.reply.Integer(at_ms < 0 ? at_ms : RoundToSeconds(at_ms));
}

void PExpireTime(Call& call) { call.reply.Integer(ExpiryOf(call)); }

void Persist(Call& call) {
  KeyRef& key = call.keys[0];
  Entry* entry = call.Lookup(key);
  const bool expires = entry != nullptr && entry->expire_at_ms != 0;
  if (expires) key.keyspace->SetExpiry(entry, 0);
  call.reply.Integer(expires ? 1 : 0);
}

constexpr CommandSpec Getter(Bytes name, Bytes summary, Bytes since, void (*handler)(Call&),
                             Bytes tips) {
  return {.name = name,
          .summary = summary,
          .since = since,
          .group = "generic",
          .complexity = "O(1)",
          .syntax = "key",
          .arity = 2,
          .flags = Flag::kReadonly | Flag::kFast,
          .categories = Category::kKeyspace,
          .keys = {{1, 1, 1, Access::kRO | Access::kAccess}},
          .route = Route::kKeys,
          .handler = handler,
          .tips = tips};
}

constexpr std::array kTable = {
    Getter("ttl", "Get the time to live for a key in seconds.", "1.0.0", Ttl,
           "nondeterministic_output"),
    Getter("pttl", "Get the time to live for a key in milliseconds.", "2.6.0", PTtl,
           "nondeterministic_output"),
    Getter("expiretime", "Get the expiration Unix timestamp for a key.", "7.0.0", ExpireTime, {}),
    Getter("pexpiretime", "Get the expiration Unix timestamp for a key in milliseconds.", "7.0.0",
           PExpireTime, {}),
    CommandSpec{.name = "persist",
                .summary = "Remove the expiration from a key.",
                .since = "2.2.0",
                .group = "generic",
                .complexity = "O(1)",
                .syntax = "key",
                .arity = 2,
                .flags = Flag::kWrite | Flag::kFast,
                .categories = Category::kKeyspace,
                .keys = {{1, 1, 1, Access::kRW | Access::kUpdate}},
                .route = Route::kKeys,
                .handler = Persist},
};
static_assert(SpecsAreValid(kTable));

}  // namespace

std::span<const CommandSpec> KeysTtlCommands() { return kTable; }

}  // namespace veddb
