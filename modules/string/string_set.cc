// SPDX-License-Identifier: BSD-3-Clause
// Commands that set a whole value: SET, SETNX, SETEX, PSETEX, GETSET.
#include <algorithm>
#include <array>

#include "base/glob.h"
#include "modules/string/expiry_choice.h"
#include "modules/string/string_shared.h"

namespace veddb {
namespace {

enum class SetWhen : uint8_t { kAlways, kAbsent, kPresent };

struct SetOptions {
  SetWhen when = SetWhen::kAlways;
  bool get = false;
  ExpiryChoice expiry{ExpiryChoice::Kind::kKeep};
};

Result<SetOptions> ParseSetOptions(std::span<const Bytes> argv) {
  SetOptions options;
  for (size_t i = 3; i < argv.size();) {
    if (EqualsIgnoreCase(argv[i], "NX") && options.when != SetWhen::kPresent) {
      options.when = SetWhen::kAbsent;
      ++i;
    } else if (EqualsIgnoreCase(argv[i], "XX") && options.when != SetWhen::kAbsent) {
      options.when = SetWhen::kPresent;
      ++i;
    } else if (EqualsIgnoreCase(argv[i], "GET")) {
      options.get = true;
      ++i;
    } else if (const size_t taken = options.expiry.Take(argv, i); taken != 0) {
      i += taken;
    } else {
      return kSyntaxError;
    }
  }
  return options;
}

// Replies with the value for GET; false: it is no string, and the error was replied.
bool ReplyOldValue(Call& call) {
  const Entry* entry = call.LookupRead(call.keys[0]);
  if (!call.CheckType(entry, ObjectType::kString)) return false;
  ReplyString(call.reply, entry);
  return true;
}

bool MaySet(const Call& call, SetWhen when) {
  if (when == SetWhen::kAlways) return true;
  return (call.Lookup(call.keys[0]) != nullptr) == (when == SetWhen::kPresent);
}

void Set(Call& call) {
  const Result<SetOptions> options = ParseSetOptions(call.argv);
  if (!options.ok()) return call.reply.Error(options.error());
  Result<int64_t> expire_at_ms = options->expiry.ExpireAtMs(call);
  if (!expire_at_ms.ok()) return call.reply.Error(expire_at_ms.error());
  if (options->get && !ReplyOldValue(call)) return;
  if (!MaySet(call, options->when)) {
    if (!options->get) call.reply.Null();
    return;
  }
  KeyRef& key = call.keys[0];
  if (options->expiry.kind() == ExpiryChoice::Kind::kKeep) {
    SetString(*key.keyspace, call.LookupOrInsert(key, call.argv[2].size()), call.argv[2]);
  } else {
    StoreValue(call, key, call.argv[2], *expire_at_ms);
  }
  if (!options->get) call.reply.Ok();
}

void SetNx(Call& call) {
  const bool may = MaySet(call, SetWhen::kAbsent);
  if (may) StoreValue(call, call.keys[0], call.argv[2], 0);
  call.reply.Integer(may ? 1 : 0);
}

void SetWithTime(Call& call, ExpiryChoice::Kind unit) {
  const Result<int64_t> expire_at_ms = ParseExpireAtMs(call, unit, call.argv[2]);
  if (!expire_at_ms.ok()) return call.reply.Error(expire_at_ms.error());
  StoreValue(call, call.keys[0], call.argv[3], *expire_at_ms);
  call.reply.Ok();
}

void SetEx(Call& call) { SetWithTime(call, ExpiryChoice::Kind::kSeconds); }
void PSetEx(Call& call) { SetWithTime(call, ExpiryChoice::Kind::kMillis); }

void GetSet(Call& call) {
  if (ReplyOldValue(call)) StoreValue(call, call.keys[0], call.argv[2], 0);
}

// Of SET: with GET it reads, too.
Access SetAccess(std::span<const Bytes> argv) {
  const bool gets = std::any_of(argv.begin() + 3, argv.end(),
                                [](Bytes word) { return EqualsIgnoreCase(word, "GET"); });
  return gets ? Access::kRW | Access::kAccess | Access::kUpdate : Access::kOW | Access::kUpdate;
}

constexpr std::array kTable = {
    CommandSpec{
        .name = "set",
        .summary = "Set the string value of a key.",
        .since = "1.0.0",
        .group = "string",
        .complexity = "O(1)",
        .syntax = "key value [NX|XX] [GET] [EX seconds|PX milliseconds|EXAT "
                  "unix-time-seconds|PXAT unix-time-milliseconds|KEEPTTL]",
        .arity = -3,
        .flags = Flag::kWrite | Flag::kDenyOom,
        .categories = Category::kString,
        .keys = {{1, 1, 1,
                  Access::kRW | Access::kAccess | Access::kUpdate | Access::kVariableFlags}},
        .route = Route::kKeys,
        .handler = Set,
        .access_of = SetAccess},
    CommandSpec{.name = "setnx",
                .summary = "Set the value of a key, only if the key does not exist.",
                .since = "1.0.0",
                .group = "string",
                .complexity = "O(1)",
                .syntax = "key value",
                .arity = 3,
                .flags = Flag::kWrite | Flag::kDenyOom | Flag::kFast,
                .categories = Category::kString,
                .keys = {{1, 1, 1, Access::kOW | Access::kInsert}},
                .route = Route::kKeys,
                .handler = SetNx},
    CommandSpec{.name = "setex",
                .summary = "Set the value and expiration of a key.",
                .since = "2.0.0",
                .group = "string",
                .complexity = "O(1)",
                .syntax = "key seconds value",
                .arity = 4,
                .flags = Flag::kWrite | Flag::kDenyOom,
                .categories = Category::kString,
                .keys = {{1, 1, 1, Access::kOW | Access::kUpdate}},
                .route = Route::kKeys,
                .handler = SetEx},
    CommandSpec{.name = "psetex",
                .summary = "Set the value and expiration in milliseconds of a key.",
                .since = "2.6.0",
                .group = "string",
                .complexity = "O(1)",
                .syntax = "key milliseconds value",
                .arity = 4,
                .flags = Flag::kWrite | Flag::kDenyOom,
                .categories = Category::kString,
                .keys = {{1, 1, 1, Access::kOW | Access::kUpdate}},
                .route = Route::kKeys,
                .handler = PSetEx},
    CommandSpec{.name = "getset",
                .summary = "Set the string value of a key and return its old value.",
                .since = "1.0.0",
                .group = "string",
                .complexity = "O(1)",
                .syntax = "key value",
                .arity = 3,
                .flags = Flag::kWrite | Flag::kDenyOom | Flag::kFast,
                .categories = Category::kString,
                .keys = {{1, 1, 1, Access::kRW | Access::kAccess | Access::kUpdate}},
                .route = Route::kKeys,
                .handler = GetSet,
                .deprecated_since = "6.2.0",
                .replaced_by = "`SET` with the `!GET` argument"},
};
static_assert(SpecsAreValid(kTable));

}  // namespace

std::span<const CommandSpec> StringSetCommands() { return kTable; }

}  // namespace veddb
