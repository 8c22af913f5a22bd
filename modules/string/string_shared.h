// SPDX-License-Identifier: BSD-3-Clause
// What the files of this module share: their tables, the limit on lengths, and how a value is
// answered and stored.
#pragma once
#include <cstdint>
#include <span>

#include "command/call.h"
#include "command/spec.h"
#include "types/string.h"

namespace veddb {

std::span<const CommandSpec> StringSetCommands();
std::span<const CommandSpec> StringGetCommands();
std::span<const CommandSpec> StringEditCommands();
std::span<const CommandSpec> StringCounterCommands();
std::span<const CommandSpec> StringMultiCommands();
std::span<const CommandSpec> StringLcsCommands();

// What SetStringModuleBytesMax said.
int64_t StringModuleBytesMax();

// REQUIRES, as below: the entry is nullptr or a string.
inline void ReplyString(Reply& reply, const Entry* entry) {
  if (entry == nullptr) {
    reply.Null();
  } else {
    reply.Bulk(StringBytes(entry).get());
  }
}

// The key gets this value whatever it held, and this expiry (0: none).
inline void StoreValue(const Call& call, KeyRef& key, Bytes value, int64_t expire_at_ms) {
  Entry* entry = call.LookupOrInsert(key, value.size());
  SetString(*key.keyspace, entry, value);
  key.keyspace->SetExpiry(entry, expire_at_ms);
}

}  // namespace veddb
