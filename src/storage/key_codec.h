// SPDX-License-Identifier: BSD-3-Clause
// The bytes of storage keys and of the fixed part of their values, family by family; drawn in
// FORMAT.md. Numbers in keys are big endian (they are compared as bytes), in values little endian.
// Everything that parses is safe on any bytes.
#pragma once
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/coding.h"
#include "base/hash.h"

namespace veddb {

// --- keys: space:4 · slot:2 · hash:6 · key ---

inline constexpr size_t kKeyPrefixBytes = 12;

inline size_t StorageKeySize(Bytes key) { return kKeyPrefixBytes + key.size(); }
// Writes StorageKeySize(key) bytes. slot = KeySlot(key), hash = Hash64(key), where known already.
inline char* StoreStorageKey(char* to, uint32_t space, uint16_t slot, uint64_t hash, Bytes key) {
  StoreBE32(to, space);
  StoreBE16(to + 4, slot);
  StoreBE16(to + 6, static_cast<uint16_t>(hash >> 48));
  StoreBE32(to + 8, static_cast<uint32_t>(hash >> 16));
  if (!key.empty()) std::memcpy(to + kKeyPrefixBytes, key.data(), key.size());
  return to + kKeyPrefixBytes + key.size();
}
inline std::string StorageKey(uint32_t space, Bytes key) {
  std::string out(StorageKeySize(key), '\0');
  StoreStorageKey(out.data(), space, KeySlot(key), Hash64(key), key);
  return out;
}

struct StorageKeyView {
  uint32_t space = 0;
  uint16_t slot = 0;
  uint64_t hash = 0;  // the top 48 bits; the low 16 are zero
  Bytes key;
};
std::optional<StorageKeyView> ParseStorageKey(Bytes bytes);

// Begin of a space (its end is SpaceBegin(space + 1)), and of a slot in it.
std::string SpaceBegin(uint32_t space);
std::string SlotBegin(uint32_t space, uint32_t slot);

// --- value of keys: header:1 · [expiry ms:8 LE] · payload ---
// header: bits 0-3 type, bits 4-6 encoding (the type's own), bit 7 = an expiry follows.

struct KeyHeader {
  uint8_t type = 0;       // < 16
  uint8_t encoding = 0;   // < 8
  int64_t expiry_ms = 0;  // 0 = never
};
inline constexpr uint8_t kKeyHasExpiry = 0x80;
inline constexpr size_t kKeyHeaderBytesMax = 9;

inline size_t KeyHeaderSize(const KeyHeader& header) { return header.expiry_ms != 0 ? 9 : 1; }
inline char* StoreKeyHeader(char* to, const KeyHeader& header) {
  const bool expires = header.expiry_ms != 0;
  *to++ = static_cast<char>(header.type | (header.encoding << 4) | (expires ? kKeyHasExpiry : 0));
  if (!expires) return to;
  StoreLE64(to, static_cast<uint64_t>(header.expiry_ms));
  return to + 8;
}
// Takes the header off the front of *value, leaving the payload; false if it is cut short.
inline bool GetKeyHeader(Bytes* value, KeyHeader* header) {
  if (value->empty()) return false;
  const auto bits = static_cast<uint8_t>(value->front());
  const size_t size = (bits & kKeyHasExpiry) != 0 ? 9 : 1;
  if (value->size() < size) return false;
  header->type = bits & 0x0f;
  header->encoding = (bits >> 4) & 0x07;
  header->expiry_ms = size == 9 ? static_cast<int64_t>(LoadLE64(value->data() + 1)) : 0;
  value->remove_prefix(size);
  return true;
}

// --- a string that lies in chunks: its payload in keys ---
// object:8 · length:8 · chunk bytes:4, all LE. The encoding in the header says that it is one.

inline constexpr uint8_t kChunkedEncoding = 3;
inline constexpr size_t kChunkedRowBytes = 20;
struct ChunkedRow {
  uint64_t object = 0;
  uint64_t length = 0;  // of the string
  uint32_t chunk_bytes = 0;
};
inline char* StoreChunkedRow(char* to, const ChunkedRow& row) {
  StoreLE64(to, row.object);
  StoreLE64(to + 8, row.length);
  StoreLE32(to + 16, row.chunk_bytes);
  return to + kChunkedRowBytes;
}
std::optional<ChunkedRow> ParseChunkedRow(Bytes payload);

// --- elements: space:4 BE · object:8 BE · sub-key ---

inline constexpr size_t kElementPrefixBytes = 12;
inline char* StoreElementPrefix(char* to, uint32_t space, uint64_t object) {
  StoreBE32(to, space);
  StoreBE64(to + 4, object);
  return to + kElementPrefixBytes;
}
std::string ElementKey(uint32_t space, uint64_t object, Bytes sub_key);
struct ElementKeyView {
  uint32_t space = 0;
  uint64_t object = 0;
  Bytes sub_key;
};
std::optional<ElementKeyView> ParseElementKey(Bytes bytes);

// A chunk's sub-key is its number, 4 BE. Its value is its bytes without the zeros at their end.
inline constexpr size_t kChunkKeyBytes = kElementPrefixBytes + 4;
inline void StoreChunkKey(char* to, uint32_t space, uint64_t object, uint32_t chunk) {
  StoreBE32(StoreElementPrefix(to, space, object), chunk);
}

// --- expiry: time ms:8 BE · kind:1 · storage key of the target; value empty ---

enum class ExpiryKind : uint8_t { kKey = 0, kDocument = 1, kToken = 2 };
inline constexpr size_t kExpiryPrefixBytes = 9;
inline char* StoreExpiryPrefix(char* to, int64_t time_ms, ExpiryKind kind) {
  StoreBE64(to, static_cast<uint64_t>(time_ms));
  to[8] = static_cast<char>(kind);
  return to + kExpiryPrefixBytes;
}
std::string ExpiryKey(int64_t time_ms, ExpiryKind kind, Bytes target);
struct ExpiryKeyView {
  int64_t time_ms = 0;
  ExpiryKind kind = ExpiryKind::kKey;
  Bytes target;
};
std::optional<ExpiryKeyView> ParseExpiryKey(Bytes bytes);

// --- docs: collection id:4 BE · ordered _id; value version:8 LE · BSON ---

std::string DocKey(uint32_t collection_id, Bytes ordered_id);
struct DocKeyView {
  uint32_t collection_id = 0;
  Bytes ordered_id;
};
std::optional<DocKeyView> ParseDocKey(Bytes bytes);
inline constexpr size_t kDocVersionBytes = 8;
struct DocValueView {
  uint64_t version = 0;
  Bytes bson;
};
std::optional<DocValueView> ParseDocValue(Bytes bytes);

// --- index: index id:4 BE · entry (doc/FORMAT.md) ---

struct IndexKeyView {
  uint32_t index_id = 0;
  Bytes entry;
};
std::optional<IndexKeyView> ParseIndexKey(Bytes bytes);

// --- meta: names ---

inline constexpr uint32_t kStoreFormat = 3;
inline constexpr Bytes kMetaFormat = "format";                   // u32 LE
inline constexpr Bytes kMetaLogPosition = "log/position";        // u64 LE
inline constexpr Bytes kMetaSpaceNext = "space/next";            // u32 LE: the next unused space
inline constexpr Bytes kMetaCollectionNext = "collection/next";  // u32 LE
inline constexpr Bytes kMetaDatabasePrefix = "db/";
inline constexpr Bytes kMetaDropPrefix = "drop/";
inline constexpr Bytes kMetaCollectionPrefix = "collection/";
inline constexpr Bytes kMetaIndexPrefix = "index/";
std::string MetaDatabase(uint32_t number);    // db/<n> -> space, u32 LE
std::string MetaSpaceCount(uint32_t space);   // space/<id>/count -> keys, u64 LE
std::string MetaDropSpace(uint32_t space);    // drop/space/<id>
std::string MetaObjectNext(uint16_t shard);   // object/<shard>/next -> u64 LE
std::string MetaDropCollection(uint32_t id);  // drop/collection/<id>
std::string MetaCollection(uint32_t id);      // collection/<id>
std::string MetaIndex(uint32_t id);           // index/<id>
std::string MetaIndexBuilt(uint32_t id);      // index/<id>/built
std::string MetaIndexCount(uint32_t id);      // index/<id>/count -> entries, u64 LE
std::string MetaDropIndex(uint32_t id);       // drop/index/<id>

// The first key behind all keys that begin with the prefix; empty = there is none (all 0xff).
std::string PrefixEnd(Bytes prefix);

}  // namespace veddb
