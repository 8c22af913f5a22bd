// SPDX-License-Identifier: BSD-3-Clause
// Strings as numbers: INCR, DECR, INCRBY, DECRBY, INCRBYFLOAT. An absent key counts as 0.
#include <array>
#include <cmath>
#include <limits>

#include "modules/string/string_shared.h"

namespace veddb {
namespace {

const Error kWouldOverflow = Err("increment or decrement would overflow");
const Error kDecrementWouldOverflow = Err("decrement would overflow");
const Error kWouldBeNoNumber = Err("increment would produce NaN or Infinity");

void IncrementBy(Call& call, int64_t by) {
  KeyRef& key = call.keys[0];
  const Entry* entry = call.Lookup(key);
  if (!call.CheckType(entry, ObjectType::kString)) return;
  const std::optional<int64_t> before = entry == nullptr ? 0 : StringInteger(*entry);
  if (!before) return call.reply.Error(kNotInteger);
  int64_t after = 0;
  if (__builtin_add_overflow(*before, by, &after)) return call.reply.Error(kWouldOverflow);
  key.keyspace->SetInteger(call.LookupOrInsert(key, 0), after);
  call.reply.Integer(after);
}

void Incr(Call& call) { IncrementBy(call, 1); }
void Decr(Call& call) { IncrementBy(call, -1); }

void IncrBy(Call& call) {
  const std::optional<int64_t> by = ParseInt64(call.argv[2]);
  if (!by) return call.reply.Error(kNotInteger);
  IncrementBy(call, *by);
}

void DecrBy(Call& call) {
  const std::optional<int64_t> by = ParseInt64(call.argv[2]);
  if (!by) return call.reply.Error(kNotInteger);
  if (*by == std::numeric_limits<int64_t>::min()) return call.reply.Error(kDecrementWouldOverflow);
  IncrementBy(call, -*by);
}

void IncrByFloat(Call& call) {
  KeyRef& key = call.keys[0];
  const Entry* entry = call.Lookup(key);
  if (!call.CheckType(entry, ObjectType::kString)) return;
  const std::optional<long double> before = entry == nullptr ? 0.0L : StringLongDouble(*entry);
  const std::optional<long double> by = ParseLongDouble(call.argv[2]);
  if (!before || !by) return call.reply.Error(kNotFloat);
  const long double after = *before + *by;
  if (!std::isfinite(after)) return call.reply.Error(kWouldBeNoNumber);
  const std::string text = FormatLongDouble(after);
  SetText(*key.keyspace, call.LookupOrInsert(key, text.size()), text);
  call.reply.Bulk(text);
}

constexpr CommandSpec Counter(Bytes name, Bytes summary, Bytes since, Bytes syntax, int16_t arity,
                              void (*handler)(Call&)) {
  return {.name = name,
          .summary = summary,
          .since = since,
          .group = "string",
          .complexity = "O(1)",
          .syntax = syntax,
          .arity = arity,
          .flags = Flag::kWrite | Flag::kDenyOom | Flag::kFast,
          .categories = Category::kString,
          .keys = {{1, 1, 1, Access::kRW | Access::kAccess | Access::kUpdate}},
          .route = Route::kKeys,
          .handler = handler};
}

constexpr std::array kTable = {
    Counter("incr", "Increment the integer value of a key by one.", "1.0.0", "key", 2, Incr),
    Counter("decr", "Decrement the integer value of a key by one.", "1.0.0", "key", 2, Decr),
    Counter("incrby", "Increment the integer value of a key by the given amount.", "1.0.0",
            "key increment", 3, IncrBy),
    Counter("decrby", "Decrement the integer value of a key by the given number.", "1.0.0",
            "key decrement", 3, DecrBy),
    Counter("incrbyfloat", "Increment the float value of a key by the given amount.", "2.6.0",
            "key increment", 3, IncrByFloat),
};
static_assert(SpecsAreValid(kTable));

}  // namespace

std::span<const CommandSpec> StringCounterCommands() { return kTable; }

}  // namespace veddb
