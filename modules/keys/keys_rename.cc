// SPDX-License-Identifier: BSD-3-Clause
// A value under another name or in another database: RENAME, RENAMENX, MOVE, COPY.
#include <array>

#include "base/check.h"
#include "base/glob.h"
#include "modules/keys/keys_shared.h"
#include "types/string.h"

namespace veddb {
namespace {

const Error kSameObject = Err("source and destination objects are the same");

enum class Over : bool { kAnything, kNothing };

void RenameKey(Call& call, Over over) {
  KeyRef& from = call.keys[0];
  KeyRef& to = call.keys[1];
  Entry* entry = call.Lookup(from);
  if (entry == nullptr) return call.reply.Error(kNoSuchKey);
  const bool nx = over == Over::kNothing;
  const bool same = from.name == to.name;
  const bool renames = !same && !(nx && call.Lookup(to) != nullptr);
  if (renames)
    from.keyspace->MoveValue(entry, *to.keyspace, call.LookupOrInsert(to, entry->in_place_bytes()));
  if (nx) {
    call.reply.Integer(renames ? 1 : 0);
  } else {
    call.reply.Ok();
  }
}

void Rename(Call& call) { RenameKey(call, Over::kAnything); }
void RenameNx(Call& call) { RenameKey(call, Over::kNothing); }

Status PrepareMove(PrepareCall& call) {
  const uint32_t target = TRY(ParseDatabase(call.argv[2], call.databases));
  if (target == call.database) return kSameObject;
  call.AddKey(call.argv[1]);
  call.AddKey(call.argv[1], target);
  return Ok();
}

void Move(Call& call) {
  KeyRef& from = call.keys[0];
  KeyRef& to = call.keys[1];
  Entry* entry = call.Lookup(from);
  const bool moves = entry != nullptr && call.Lookup(to) == nullptr;
  if (moves)
    from.keyspace->MoveValue(entry, *to.keyspace, call.LookupOrInsert(to, entry->in_place_bytes()));
  call.reply.Integer(moves ? 1 : 0);
}

struct CopyOptions final : Prepared {
  bool replace = false;
};

Status PrepareCopy(PrepareCall& call) {
  auto options = std::make_unique<CopyOptions>();
  uint32_t target = call.database;
  for (size_t i = 3; i < call.argv.size(); ++i) {
    if (EqualsIgnoreCase(call.argv[i], "REPLACE")) {
      options->replace = true;
    } else if (EqualsIgnoreCase(call.argv[i], "DB") && i + 1 < call.argv.size()) {
      target = TRY(ParseDatabase(call.argv[++i], call.databases));
    } else {
      return kSyntaxError;
    }
  }
  if (target == call.database && call.argv[1] == call.argv[2]) return kSameObject;
  call.AddKey(call.argv[1]);
  call.AddKey(call.argv[2], target);
  call.plan.prepared = std::move(options);
  return Ok();
}

// REQUIRES: from.type is one that keys may have.
void CopyValue(const Entry& from, Keyspace& keyspace, Entry* to) {
  DCHECK(from.type == ObjectType::kString);
  CopyString(from, keyspace, to);
}

void Copy(Call& call) {
  KeyRef& to = call.keys[1];
  const Entry* from = call.LookupRead(call.keys[0]);
  if (from == nullptr) return call.reply.Integer(0);
  if (call.Lookup(to) != nullptr && !call.prepared_as<CopyOptions>().replace) {
    return call.reply.Integer(0);
  }
  Entry* entry = call.LookupOrInsert(to, from->in_place_bytes());
  CopyValue(*from, *to.keyspace, entry);
  to.keyspace->SetExpiry(entry, from->expire_at_ms);
  call.reply.Integer(1);
}

constexpr std::array kTable = {
    CommandSpec{.name = "rename",
                .summary = "Rename a key.",
                .since = "1.0.0",
                .group = "generic",
                .complexity = "O(1)",
                .syntax = "key newkey",
                .arity = 3,
                .flags = Flag::kWrite,
                .categories = Category::kKeyspace,
                .keys = {{1, 1, 1, Access::kRW | Access::kAccess | Access::kDelete},
                         {2, 2, 1, Access::kOW | Access::kUpdate}},
                .route = Route::kKeys,
                .handler = Rename},
    CommandSpec{.name = "renamenx",
                .summary = "Rename a key, only if the new key does not exist.",
                .since = "1.0.0",
                .group = "generic",
                .complexity = "O(1)",
                .syntax = "key newkey",
                .arity = 3,
                .flags = Flag::kWrite | Flag::kFast,
                .categories = Category::kKeyspace,
                .keys = {{1, 1, 1, Access::kRW | Access::kAccess | Access::kDelete},
                         {2, 2, 1, Access::kOW | Access::kInsert}},
                .route = Route::kKeys,
                .handler = RenameNx},
    CommandSpec{.name = "move",
                .summary = "Move a key to another database.",
                .since = "1.0.0",
                .group = "generic",
                .complexity = "O(1)",
                .syntax = "key db",
                .arity = 3,
                .flags = Flag::kWrite | Flag::kFast,
                .categories = Category::kKeyspace,
                .keys = {{1, 1, 1, Access::kRW | Access::kAccess | Access::kUpdate}},
                .route = Route::kKeys,
                .handler = Move,
                .prepare = PrepareMove},
    CommandSpec{.name = "copy",
                .summary = "Copy a key.",
                .since = "6.2.0",
                .group = "generic",
                .complexity = "O(N) worst case for collections, where N is the number of nested "
                              "items. O(1) for string values.",
                .syntax = "source destination [DB destination-db] [REPLACE]",
                .arity = -3,
                .flags = Flag::kWrite | Flag::kDenyOom,
                .categories = Category::kKeyspace,
                .keys = {{1, 1, 1, Access::kRO | Access::kAccess},
                         {2, 2, 1, Access::kOW | Access::kUpdate}},
                .route = Route::kKeys,
                .handler = Copy,
                .prepare = PrepareCopy},
};
static_assert(SpecsAreValid(kTable));

}  // namespace

std::span<const CommandSpec> KeysRenameCommands() { return kTable; }

}  // namespace veddb
