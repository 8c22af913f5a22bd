// SPDX-License-Identifier: BSD-3-Clause
// Commands that edit a value in place: APPEND and SETRANGE.
#include <algorithm>
#include <array>

#include "modules/string/string_shared.h"

namespace veddb {
namespace {

const Error kOffsetOutOfRange = Err("offset is out of range");
const Error kTooLong = Err("string exceeds maximum allowed size (proto-max-bulk-len)");

// Whether `more` bytes behind the first `size` make a string that may be; else replies the error.
bool CheckLength(Call& call, int64_t size, size_t more) {
  int64_t total = 0;
  const bool overflow = __builtin_add_overflow(size, static_cast<int64_t>(more), &total);
  if (!overflow && total <= std::min(StringModuleBytesMax(), kStringBytesMax)) return true;
  call.reply.Error(kTooLong);
  return false;
}

void Append(Call& call) {
  KeyRef& key = call.keys[0];
  Entry* entry = call.Lookup(key);
  if (!call.CheckType(entry, ObjectType::kString)) return;
  const Bytes tail = call.argv[2];
  if (entry == nullptr) {
    StoreValue(call, key, tail, 0);
    return call.reply.Integer(static_cast<int64_t>(tail.size()));
  }
  if (!CheckLength(call, static_cast<int64_t>(StringLength(*entry)), tail.size())) return;
  call.reply.Integer(static_cast<int64_t>(AppendString(*key.keyspace, entry, tail)));
}

void SetRange(Call& call) {
  const std::optional<int64_t> offset = ParseInt64(call.argv[2]);
  if (!offset) return call.reply.Error(kNotInteger);
  if (*offset < 0) return call.reply.Error(kOffsetOutOfRange);
  KeyRef& key = call.keys[0];
  const Entry* entry = call.Lookup(key);
  if (!call.CheckType(entry, ObjectType::kString)) return;
  const Bytes part = call.argv[3];
  if (part.empty()) {
    return call.reply.Integer(entry == nullptr ? 0 : static_cast<int64_t>(StringLength(*entry)));
  }
  if (!CheckLength(call, *offset, part.size())) return;
  const auto at = static_cast<size_t>(*offset);
  const size_t length =
      OverwriteString(*key.keyspace, call.LookupOrInsert(key, at + part.size()), at, part);
  call.reply.Integer(static_cast<int64_t>(length));
}

constexpr std::array kTable = {
    CommandSpec{.name = "append",
                .summary = "Append a value to a key.",
                .since = "2.0.0",
                .group = "string",
                .complexity =
                    "O(1). The amortized time complexity is O(1) assuming the appended value is "
                    "small and the already present value is of any size, since the free space "
                    "behind it is doubled on every reallocation.",
                .syntax = "key value",
                .arity = 3,
                .flags = Flag::kWrite | Flag::kDenyOom | Flag::kFast,
                .categories = Category::kString,
                .keys = {{1, 1, 1, Access::kRW | Access::kInsert}},
                .route = Route::kKeys,
                .handler = Append},
    CommandSpec{.name = "setrange",
                .summary = "Overwrite part of a string at key starting at the specified offset.",
                .since = "2.2.0",
                .group = "string",
                .complexity =
                    "O(1), not counting the time taken to copy the new string in place. Usually, "
                    "this string is very small so the amortized complexity is O(1). Otherwise, "
                    "complexity is O(M) with M being the length of the value argument.",
                .syntax = "key offset value",
                .arity = 4,
                .flags = Flag::kWrite | Flag::kDenyOom,
                .categories = Category::kString,
                .keys = {{1, 1, 1, Access::kRW | Access::kUpdate}},
                .route = Route::kKeys,
                .handler = SetRange},
};
static_assert(SpecsAreValid(kTable));

}  // namespace

std::span<const CommandSpec> StringEditCommands() { return kTable; }

}  // namespace veddb
