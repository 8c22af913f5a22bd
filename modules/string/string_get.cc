// SPDX-License-Identifier: BSD-3-Clause
// Commands that answer the value or a part of it: GET, GETEX, GETDEL, GETRANGE, SUBSTR, STRLEN.
#include <array>

#include "modules/string/expiry_choice.h"
#include "modules/string/string_shared.h"

namespace veddb {
namespace {

void Get(Call& call) {
  const Entry* entry = call.LookupRead(call.keys[0]);
  if (call.CheckType(entry, ObjectType::kString)) ReplyString(call.reply, entry);
}

void GetEx(Call& call) {
  ExpiryChoice expiry(ExpiryChoice::Kind::kPersist);
  for (size_t i = 2; i < call.argv.size();) {
    const size_t taken = expiry.Take(call.argv, i);
    if (taken == 0) return call.reply.Error(kSyntaxError);
    i += taken;
  }
  KeyRef& key = call.keys[0];
  Entry* entry = call.LookupRead(key);
  if (entry == nullptr) return call.reply.Null();
  if (!call.CheckType(entry, ObjectType::kString)) return;
  const Result<int64_t> expire_at_ms = expiry.ExpireAtMs(call);
  if (!expire_at_ms.ok()) return call.reply.Error(expire_at_ms.error());
  ReplyString(call.reply, entry);
  if (expiry.kind() == ExpiryChoice::Kind::kNone) return;
  if (expiry.is_absolute() && *expire_at_ms <= call.now_ms) {
    key.keyspace->Delete(entry);
  } else {
    key.keyspace->SetExpiry(entry, *expire_at_ms);
  }
}

void GetDel(Call& call) {
  KeyRef& key = call.keys[0];
  Entry* entry = call.LookupRead(key);
  if (!call.CheckType(entry, ObjectType::kString)) return;
  ReplyString(call.reply, entry);
  if (entry != nullptr) key.keyspace->Delete(entry);
}

void GetRange(Call& call) {
  const std::optional<int64_t> start = ParseInt64(call.argv[2]);
  const std::optional<int64_t> end = ParseInt64(call.argv[3]);
  if (!start || !end) return call.reply.Error(kNotInteger);
  const Entry* entry = call.LookupRead(call.keys[0]);
  if (!call.CheckType(entry, ObjectType::kString)) return;
  call.reply.Bulk(SubString(StringBytes(entry).get(), *start, *end));
}

void StrLen(Call& call) {
  const Entry* entry = call.LookupRead(call.keys[0]);
  if (!call.CheckType(entry, ObjectType::kString)) return;
  call.reply.Integer(entry == nullptr ? 0 : static_cast<int64_t>(StringLength(*entry)));
}

constexpr Bytes kRangeComplexity =
    "O(N) where N is the length of the returned string. The complexity is ultimately determined by "
    "the returned length, but because creating a substring from an existing string is very cheap, "
    "it can be considered O(1) for small strings.";

constexpr std::array kTable = {
    CommandSpec{.name = "get",
                .summary = "Get the value of a key.",
                .since = "1.0.0",
                .group = "string",
                .complexity = "O(1)",
                .syntax = "key",
                .arity = 2,
                .flags = Flag::kReadonly | Flag::kFast,
                .categories = Category::kString,
                .keys = {{1, 1, 1, Access::kRO | Access::kAccess}},
                .route = Route::kKeys,
                .handler = Get},
    CommandSpec{.name = "getex",
                .summary = "Get the value of a key and optionally set its expiration.",
                .since = "6.2.0",
                .group = "string",
                .complexity = "O(1)",
                .syntax = "key [EX seconds|PX milliseconds|EXAT unix-time-seconds|PXAT "
                          "unix-time-milliseconds|PERSIST]",
                .arity = -2,
                .flags = Flag::kWrite | Flag::kFast,
                .categories = Category::kString,
                .keys = {{1, 1, 1, Access::kRW | Access::kAccess | Access::kUpdate}},
                .route = Route::kKeys,
                .handler = GetEx},
    CommandSpec{.name = "getdel",
                .summary = "Get the value of a key and delete the key.",
                .since = "6.2.0",
                .group = "string",
                .complexity = "O(1)",
                .syntax = "key",
                .arity = 2,
                .flags = Flag::kWrite | Flag::kFast,
                .categories = Category::kString,
                .keys = {{1, 1, 1, Access::kRW | Access::kAccess | Access::kDelete}},
                .route = Route::kKeys,
                .handler = GetDel},
    CommandSpec{.name = "getrange",
                .summary = "Get a substring of the string stored at a key.",
                .since = "2.4.0",
                .group = "string",
                .complexity = kRangeComplexity,
                .syntax = "key start end",
                .arity = 4,
                .flags = Flag::kReadonly,
                .categories = Category::kString,
                .keys = {{1, 1, 1, Access::kRO | Access::kAccess}},
                .route = Route::kKeys,
                .handler = GetRange},
    CommandSpec{.name = "substr",
                .summary = "Get a substring of the string stored at a key.",
                .since = "1.0.0",
                .group = "string",
                .complexity = kRangeComplexity,
                .syntax = "key start end",
                .arity = 4,
                .flags = Flag::kReadonly,
                .categories = Category::kString,
                .keys = {{1, 1, 1, Access::kRO | Access::kAccess}},
                .route = Route::kKeys,
                .handler = GetRange,
                .deprecated_since = "2.0.0",
                .replaced_by = "`GETRANGE`"},
    CommandSpec{.name = "strlen",
                .summary = "Get the length of the value stored in a key.",
                .since = "2.2.0",
                .group = "string",
                .complexity = "O(1)",
                .syntax = "key",
                .arity = 2,
                .flags = Flag::kReadonly | Flag::kFast,
                .categories = Category::kString,
                .keys = {{1, 1, 1, Access::kRO}},
                .route = Route::kKeys,
                .handler = StrLen},
};
static_assert(SpecsAreValid(kTable));

}  // namespace

std::span<const CommandSpec> StringGetCommands() { return kTable; }

}  // namespace veddb
