// SPDX-License-Identifier: BSD-3-Clause
// Whether keys are there, and their end: DEL, UNLINK, EXISTS, TYPE, TOUCH.
#include <array>

#include "modules/keys/keys_shared.h"

namespace veddb {
namespace {

void Delete(Call& call, FreeCause cause) {
  int64_t deleted = 0;
  for (KeyRef& key : call.keys) {
    Entry* entry = call.Lookup(key);
    if (entry == nullptr) continue;
    key.keyspace->Delete(entry, cause);
    ++deleted;
  }
  call.reply.Integer(deleted);
}

void Del(Call& call) { Delete(call, FreeCause::kUserDelete); }
void Unlink(Call& call) { Delete(call, FreeCause::kUnlink); }

void Exists(Call& call) {
  int64_t found = 0;
  for (KeyRef& key : call.keys) found += PeekRead(call, key) != nullptr ? 1 : 0;
  call.reply.Integer(found);
}

void Touch(Call& call) {
  int64_t found = 0;
  for (KeyRef& key : call.keys) found += call.LookupRead(key) != nullptr ? 1 : 0;
  call.reply.Integer(found);
}

void Type(Call& call) {
  const Entry* entry = PeekRead(call, call.keys[0]);
  call.reply.Simple(TypeName(entry == nullptr ? ObjectType::kNone : entry->type));
}

constexpr Bytes kSumOfShards = "request_policy:multi_shard,response_policy:agg_sum";

constexpr std::array kTable = {
    CommandSpec{.name = "del",
                .summary = "Delete a key.",
                .since = "1.0.0",
                .group = "generic",
                .complexity =
                    "O(N) where N is the number of keys that will be removed. When a key to remove "
                    "holds a value other than a string, the individual complexity for this key is "
                    "O(M) where M is the number of elements in the list, set, sorted set or hash. "
                    "Removing a single key that holds a string value is O(1).",
                .syntax = "key [key ...]",
                .arity = -2,
                .flags = Flag::kWrite,
                .categories = Category::kKeyspace,
                .keys = {{1, -1, 1, Access::kRM | Access::kDelete}},
                .route = Route::kKeys,
                .handler = Del,
                .tips = kSumOfShards},
    CommandSpec{.name = "unlink",
                .summary = "Delete a key asynchronously in another thread. Otherwise it is just as "
                           "DEL, but non blocking.",
                .since = "4.0.0",
                .group = "generic",
                .complexity =
                    "O(1) for each key removed regardless of its size. Then the command does O(N) "
                    "work in a different thread in order to reclaim memory, where N is the number "
                    "of allocations the deleted objects where composed of.",
                .syntax = "key [key ...]",
                .arity = -2,
                .flags = Flag::kWrite | Flag::kFast,
                .categories = Category::kKeyspace,
                .keys = {{1, -1, 1, Access::kRM | Access::kDelete}},
                .route = Route::kKeys,
                .handler = Unlink,
                .tips = kSumOfShards},
    CommandSpec{.name = "exists",
                .summary = "Determine if a key exists.",
                .since = "1.0.0",
                .group = "generic",
                .complexity = "O(N) where N is the number of keys to check.",
                .syntax = "key [key ...]",
                .arity = -2,
                .flags = Flag::kReadonly | Flag::kFast,
                .categories = Category::kKeyspace,
                .keys = {{1, -1, 1, Access::kRO}},
                .route = Route::kKeys,
                .handler = Exists,
                .tips = kSumOfShards},
    CommandSpec{.name = "touch",
                .summary = "Alters the last access time of a key(s). Returns the number of "
                           "existing keys specified.",
                .since = "3.2.1",
                .group = "generic",
                .complexity = "O(N) where N is the number of keys that will be touched.",
                .syntax = "key [key ...]",
                .arity = -2,
                .flags = Flag::kReadonly | Flag::kFast,
                .categories = Category::kKeyspace,
                .keys = {{1, -1, 1, Access::kRO}},
                .route = Route::kKeys,
                .handler = Touch,
                .tips = kSumOfShards},
    CommandSpec{.name = "type",
                .summary = "Determine the type stored at key.",
                .since = "1.0.0",
                .group = "generic",
                .complexity = "O(1)",
                .syntax = "key",
                .arity = 2,
                .flags = Flag::kReadonly | Flag::kFast,
                .categories = Category::kKeyspace,
                .keys = {{1, 1, 1, Access::kRO}},
                .route = Route::kKeys,
                .handler = Type},
};
static_assert(SpecsAreValid(kTable));

}  // namespace

std::span<const CommandSpec> KeysBasicCommands() { return kTable; }

}  // namespace veddb
