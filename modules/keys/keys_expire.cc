// SPDX-License-Identifier: BSD-3-Clause
// When a key ends: EXPIRE, PEXPIRE, EXPIREAT, PEXPIREAT. A time that has passed deletes the key.
#include <array>
#include <optional>
#include <string>

#include "base/glob.h"
#include "base/number.h"
#include "command/docs.h"
#include "modules/keys/keys_shared.h"

namespace veddb {
namespace {

constexpr int64_t kMillisPerSecond = 1000;

enum class Unit : bool { kSeconds, kMillis };
enum class Base : bool { kNow, kEpoch };

struct ExpireConditions {
  bool nx = false;
  bool xx = false;
  bool gt = false;
  bool lt = false;
};

Result<ExpireConditions> ParseConditions(std::span<const Bytes> argv) {
  ExpireConditions conditions;
  for (size_t i = 3; i < argv.size(); ++i) {
    if (EqualsIgnoreCase(argv[i], "NX")) {
      conditions.nx = true;
    } else if (EqualsIgnoreCase(argv[i], "XX")) {
      conditions.xx = true;
    } else if (EqualsIgnoreCase(argv[i], "GT")) {
      conditions.gt = true;
    } else if (EqualsIgnoreCase(argv[i], "LT")) {
      conditions.lt = true;
    } else {
      return Err("Unsupported option " + std::string(ShownArgument(argv[i], Bytes::npos)));
    }
  }
  if (conditions.nx && (conditions.xx || conditions.gt || conditions.lt)) {
    return Err("NX and XX, GT or LT options at the same time are not compatible");
  }
  if (conditions.gt && conditions.lt) {
    return Err("GT and LT options at the same time are not compatible");
  }
  return conditions;
}

// `present_ms`, 0 where there is none, counts as later than any other time.
bool Allow(const ExpireConditions& conditions, int64_t present_ms, int64_t wanted_ms) {
  const bool has = present_ms != 0;
  if (conditions.nx && has) return false;
  if (conditions.xx && !has) return false;
  if (conditions.gt && (!has || wanted_ms <= present_ms)) return false;
  return !(conditions.lt && has && wanted_ms >= present_ms);
}

Result<int64_t> ParseTime(const Call& call, Unit unit, Base base) {
  const std::optional<int64_t> number = ParseInt64(call.argv[2]);
  if (!number) return kNotInteger;
  const int64_t factor = unit == Unit::kSeconds ? kMillisPerSecond : 1;
  const int64_t base_ms = base == Base::kNow ? call.now_ms : 0;
  int64_t at_ms = 0;
  if (__builtin_mul_overflow(*number, factor, &at_ms) ||
      __builtin_add_overflow(at_ms, base_ms, &at_ms)) {
    return Err("invalid expire time in '" + std::string(call.spec.name) + "' command");
  }
  return at_ms;
}

void SetExpiry(Call& call, Unit unit, Base base) {
  const Result<ExpireConditions> conditions = ParseConditions(call.argv);
  if (!conditions.ok()) return call.reply.Error(conditions.error());
  const Result<int64_t> at_ms = ParseTime(call, unit, base);
  if (!at_ms.ok()) return call.reply.Error(at_ms.error());
  KeyRef& key = call.keys[0];
  Entry* entry = call.Lookup(key);
  if (entry == nullptr || !Allow(*conditions, entry->expire_at_ms, *at_ms)) {
    return call.reply.Integer(0);
  }
  if (*at_ms <= call.now_ms) {
    key.keyspace->Delete(entry);
  } else {
    key.keyspace->SetExpiry(entry, *at_ms);
  }
  call.reply.Integer(1);
}

void Expire(Call& call) { SetExpiry(call, Unit::kSeconds, Base::kNow); }
void PExpire(Call& call) { SetExpiry(call, Unit::kMillis, Base::kNow); }
void ExpireAt(Call& call) { SetExpiry(call, Unit::kSeconds, Base::kEpoch); }
void PExpireAt(Call& call) { SetExpiry(call, Unit::kMillis, Base::kEpoch); }

constexpr CommandSpec Setter(Bytes name, Bytes summary, Bytes since, Bytes syntax,
                             void (*handler)(Call&)) {
  return {.name = name,
          .summary = summary,
          .since = since,
          .group = "generic",
          .complexity = "O(1)",
          .syntax = syntax,
          .arity = -3,
          .flags = Flag::kWrite | Flag::kFast,
          .categories = Category::kKeyspace,
          .keys = {{1, 1, 1, Access::kRW | Access::kUpdate}},
          .route = Route::kKeys,
          .handler = handler};
}

constexpr std::array kTable = {
    Setter("expire", "Set a key's time to live in seconds.", "1.0.0", "key seconds [NX|XX|GT|LT]",
           Expire),
    Setter("pexpire", "Set a key's time to live in milliseconds.", "2.6.0",
           "key milliseconds [NX|XX|GT|LT]", PExpire),
    Setter("expireat", "Set the expiration for a key as a UNIX timestamp.", "1.2.0",
           "key unix-time-seconds [NX|XX|GT|LT]", ExpireAt),
    Setter("pexpireat",
           "Set the expiration for a key as a UNIX timestamp specified in milliseconds.", "2.6.0",
           "key unix-time-milliseconds [NX|XX|GT|LT]", PExpireAt),
};
static_assert(SpecsAreValid(kTable));

}  // namespace

std::span<const CommandSpec> KeysExpireCommands() { return kTable; }

}  // namespace veddb
