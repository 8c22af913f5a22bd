// SPDX-License-Identifier: BSD-3-Clause
#include "command/call.h"

#include "object/access.h"

namespace veddb {

const Error kSyntaxError = Err("syntax error");
const Error kNotInteger = Err("value is not an integer or out of range");
const Error kNotFloat = Err("value is not a valid float");
const Error kWrongTypeError =
    MakeError(ErrorCode::kWrongType, "Operation against a key holding the wrong kind of value");
const Error kNoSuchKey = Err("no such key");
const Error kIndexOutOfRange = Err("index out of range");
const Error kOutOfRange = Err("value is out of range");

Entry* Call::Lookup(KeyRef& key) const {
  Entry* entry = key.Find();
  if (entry == nullptr || !entry->present()) return nullptr;
  if (entry->ExpiredAt(now_ms)) {
    if (key.keyspace->context().frozen.load(std::memory_order_relaxed)) return nullptr;
    key.keyspace->Expire(entry);
    return nullptr;
  }
  NoteAccess(*entry, key.keyspace->context());
  return entry;
}

Entry* Call::LookupRead(KeyRef& key) const {
  ObjectContext& context = key.keyspace->context();
  Entry* entry = key.Find();
  const bool held = context.hold_expiries.load(std::memory_order_relaxed) && entry != nullptr &&
                    entry->present() && entry->ExpiredAt(now_ms);
  entry = held ? nullptr : Lookup(key);
  (entry != nullptr ? context.keyspace_hits : context.keyspace_misses).Add(1);
  return entry;
}

Entry* Call::LookupOrInsert(KeyRef& key, size_t value_bytes) const {
  Entry* entry = Lookup(key);
  return entry != nullptr ? entry : key.FindOrInsert(value_bytes);
}

bool Call::CheckType(const Entry* entry, ObjectType type) const {
  if (entry == nullptr || entry->type == type) return true;
  reply.Error(kWrongTypeError);
  return false;
}

}  // namespace veddb
