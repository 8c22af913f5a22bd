// SPDX-License-Identifier: BSD-3-Clause
// KeyRef: a key (or a document) that a command names, with where it lives. Made on the loop before
// dispatch; the machine resolves keyspace and entry once the shard is held, so that a handler finds
// every key of its command in memory.
#pragma once
#include <cstdint>

#include "base/bytes.h"
#include "base/hash.h"
#include "object/keyspace.h"

namespace veddb {

struct KeyRef {
  Bytes name;  // key, or the ordered encoding of _id
  uint64_t hash = 0;
  uint32_t space = 0;  // database number, or collection id, or index id
  KeyspaceKind kind = KeyspaceKind::kKeys;
  uint16_t shard = 0;
  // While the shard is held:
  Keyspace* keyspace = nullptr;
  Entry* entry = nullptr;  // nullptr: not in memory; once resolved by the machine that is: absent

  // The entry, looked up again where it was not found before (an earlier part of the same command
  // may have made it).
  Entry* Find() {
    if (entry == nullptr) entry = keyspace->Find(name, hash);
    return entry;
  }
  // A new entry gets room for a value of so many bytes, if that is little.
  Entry* FindOrInsert(size_t value_bytes) {
    if (Find() == nullptr) entry = keyspace->Insert(name, hash, value_bytes);
    return entry;
  }
};

inline KeyRef MakeKeyRef(Bytes key, uint32_t database, size_t shards) {
  KeyRef ref;
  ref.name = key;
  ref.hash = Hash64(key);
  ref.space = database;
  ref.shard = static_cast<uint16_t>(KeySlot(key) % shards);
  return ref;
}

inline KeyRef MakeDocumentRef(Bytes encoded_id, uint32_t collection, size_t shards) {
  KeyRef ref;
  ref.name = encoded_id;
  ref.hash = Hash64(encoded_id);
  ref.space = collection;
  ref.kind = KeyspaceKind::kDocuments;
  // The bits below those that choose the bucket, and mixed with the collection.
  ref.shard = static_cast<uint16_t>(((ref.hash >> 32) + collection * 0x9E3779B1ULL) % shards);
  return ref;
}

// An entry of an index that lies with the shard of its document, or (`unique`) of its key.
inline KeyRef MakeIndexRef(Bytes entry, uint32_t index, uint16_t shard) {
  KeyRef ref;
  ref.name = entry;
  ref.hash = Hash64(entry);
  ref.space = index;
  ref.kind = KeyspaceKind::kIndex;
  ref.shard = shard;
  return ref;
}
inline uint16_t UniqueEntryShard(uint64_t hash, size_t shards) {
  return static_cast<uint16_t>((hash >> 32) % shards);
}

}  // namespace veddb
