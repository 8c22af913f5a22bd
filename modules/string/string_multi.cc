// SPDX-License-Identifier: BSD-3-Clause
// Several keys at once: MGET, MSET, MSETNX.
#include <algorithm>
#include <array>
#include <string>

#include "modules/string/string_shared.h"

namespace veddb {
namespace {

void MGet(Call& call) {
  call.reply.Array(call.keys.size());
  for (KeyRef& key : call.keys) {
    const Entry* entry = call.LookupRead(key);
    const bool is_string = entry != nullptr && entry->type == ObjectType::kString;
    ReplyString(call.reply, is_string ? entry : nullptr);
  }
}

// False: a key has no value, and the error was replied.
bool CheckPairs(Call& call) {
  if (call.argv.size() % 2 == 1) return true;
  call.reply.Error(
      Err("wrong number of arguments for '" + std::string(call.spec.name) + "' command"));
  return false;
}

void SetAll(Call& call) {
  for (size_t i = 0; i < call.keys.size(); ++i) {
    StoreValue(call, call.keys[i], call.argv[2 * i + 2], 0);
  }
}

void MSet(Call& call) {
  if (!CheckPairs(call)) return;
  SetAll(call);
  call.reply.Ok();
}

void MSetNx(Call& call) {
  if (!CheckPairs(call)) return;
  const bool none = std::none_of(call.keys.begin(), call.keys.end(),
                                 [&call](KeyRef& key) { return call.Lookup(key) != nullptr; });
  if (none) SetAll(call);
  call.reply.Integer(none ? 1 : 0);
}

constexpr std::array kTable = {
    CommandSpec{.name = "mget",
                .summary = "Get the values of all the given keys.",
                .since = "1.0.0",
                .group = "string",
                .complexity = "O(N) where N is the number of keys to retrieve.",
                .syntax = "key [key ...]",
                .arity = -2,
                .flags = Flag::kReadonly | Flag::kFast,
                .categories = Category::kString,
                .keys = {{1, -1, 1, Access::kRO | Access::kAccess}},
                .route = Route::kKeys,
                .handler = MGet,
                .tips = "request_policy:multi_shard"},
    CommandSpec{.name = "mset",
                .summary = "Set multiple keys to multiple values.",
                .since = "1.0.1",
                .group = "string",
                .complexity = "O(N) where N is the number of keys to set.",
                .syntax = "key value [key value ...]",
                .arity = -3,
                .flags = Flag::kWrite | Flag::kDenyOom,
                .categories = Category::kString,
                .keys = {{1, -1, 2, Access::kOW | Access::kUpdate}},
                .route = Route::kKeys,
                .handler = MSet,
                .tips = "request_policy:multi_shard,response_policy:all_succeeded"},
    CommandSpec{.name = "msetnx",
                .summary = "Set multiple keys to multiple values, only if none of the keys exist.",
                .since = "1.0.1",
                .group = "string",
                .complexity = "O(N) where N is the number of keys to set.",
                .syntax = "key value [key value ...]",
                .arity = -3,
                .flags = Flag::kWrite | Flag::kDenyOom,
                .categories = Category::kString,
                .keys = {{1, -1, 2, Access::kOW | Access::kInsert}},
                .route = Route::kKeys,
                .handler = MSetNx,
                .tips = "request_policy:multi_shard,response_policy:agg_min"},
};
static_assert(SpecsAreValid(kTable));

}  // namespace

std::span<const CommandSpec> StringMultiCommands() { return kTable; }

}  // namespace veddb
