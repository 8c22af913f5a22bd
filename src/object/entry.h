// SPDX-License-Identifier: BSD-3-Clause
// Entry: one key (or one document) in memory, with what the machine must know of it.
//
// Owned by: the Keyspace of one shard; touched only by whoever holds that shard. The address of an
// entry never changes while it lives, so lists of entries are lists of pointers.
//
// An entry of type kNone is a tombstone: the key is known to be absent, whatever the disk says.
// It stays until a drain has told the disk (or, never having been on disk, until the next drain).
#pragma once
#include <cstdint>
#include <cstdlib>

#include "base/bytes.h"

namespace veddb {

// Values reach the disk (storage/FORMAT.md): never renumber.
enum class ObjectType : uint8_t {
  kNone = 0,
  kString = 1,
  kList = 2,
  kSet = 3,
  kZset = 4,
  kHash = 5,
  kStream = 6,
  kDocument = 15,  // lives in a collection's keyspace only
};

// How a string is kept; also what OBJECT ENCODING answers. Reaches the disk.
enum class Encoding : uint8_t { kRaw = 0, kInt = 1, kEmbedded = 2 };

// A heap block of bytes: what kRaw and kEmbedded strings and documents point to that do not stand
// in their entry.
struct Blob {
  uint32_t size;
  uint32_t capacity;
  char data[];
};

struct Entry {
  static constexpr uint8_t kOnDisk = 1;   // some drain, finished or in flight, put it on disk
  static constexpr uint8_t kInTurn = 2;   // listed in the turn that is under way
  static constexpr uint8_t kPending = 4;  // listed as dirty or draining; `pending_index` is valid
  static constexpr uint8_t kIndexedExpiry = 8;  // the disk's expiry family has a hint for it
  static constexpr uint8_t kSized = 16;  // the present epoch's pending bytes have its value's size
  static constexpr uint8_t kInPlace = 32;  // the value's bytes stand in the entry, behind the key
  static constexpr uint8_t kChunked = 64;  // lies on disk in chunks; the keyspace knows which

  Entry* next;  // in its bucket
  union {
    int64_t integer;
    Blob* blob;
    void* object;
    struct {
      uint32_t size;
      uint32_t capacity;  // all room behind the key
    } in_place;
  } value;
  int64_t expire_at_ms;  // 0: never
  uint32_t key_size;
  uint32_t dirty_epoch;    // the drain epoch of its last change
  uint32_t pending_index;  // place in the keyspace's dirty or draining list
  ObjectType type;
  Encoding encoding;
  uint8_t flags;
  uint8_t frequency;    // logarithmic access counter (LFU policies)
  uint32_t accessed_s;  // coarse clock of the last access (LRU), seconds
  char key_bytes[];     // and behind them room for a small value, often

  Bytes key() const { return {key_bytes, key_size}; }
  // Room for a value in place.
  char* place() { return key_bytes + key_size; }
  size_t place_capacity() const;
  bool present() const { return type != ObjectType::kNone; }
  // The value is a string of bytes.
  bool has_bytes() const {
    return type == ObjectType::kDocument ||
           (type == ObjectType::kString && encoding != Encoding::kInt);
  }
  bool in_place() const { return (flags & kInPlace) != 0; }
  // What a copy of the entry must have room for behind the key.
  size_t in_place_bytes() const { return in_place() ? value.in_place.size : 0; }
  // REQUIRES: has_bytes()
  Bytes bytes() const {
    if (in_place()) return {key_bytes + key_size, value.in_place.size};
    return {value.blob->data, value.blob->size};
  }
  // Whether it is due at this time.
  bool ExpiredAt(int64_t now_ms) const { return expire_at_ms != 0 && expire_at_ms <= now_ms; }
};

// A value of up to so many bytes may be stored in its entry: one block and one cache miss less. The
// room stays the entry's when the value outgrows it, so this is also the most that can be wasted.
inline constexpr size_t kInPlaceBytesMax = 256;

// Bytes that the allocator really uses for a block of this size.
size_t AllocatedBytes(size_t size);

// A tombstone with room for so many bytes of value behind the key, if they are no more than
// kInPlaceBytesMax. Freed by std::free.
Entry* NewEntry(Bytes key, size_t value_bytes);
// What its block really uses.
size_t EntryBytes(const Entry& entry);

}  // namespace veddb
