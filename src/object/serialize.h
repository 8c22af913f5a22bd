// SPDX-License-Identifier: BSD-3-Clause
// How an entry becomes a put or a delete of its family. The same bytes go to the log (sink: a
// RecordBuilder) and to RocksDB (sink: a ChangeBatch).
#pragma once
#include <array>
#include <cstring>
#include <string>

#include "base/hash.h"
#include "base/number.h"
#include "object/entry.h"
#include "object/keyspace.h"
#include "storage/key_codec.h"

namespace veddb {

// A collection's or an index's number.
inline constexpr size_t kDocPrefixBytes = 4;

inline Family FamilyOf(KeyspaceKind kind) {
  if (kind == KeyspaceKind::kKeys) return Family::kKeys;
  return kind == KeyspaceKind::kDocuments ? Family::kDocs : Family::kIndex;
}

inline size_t StorageKeySize(KeyspaceKind kind, Bytes key) {
  return (kind == KeyspaceKind::kKeys ? kKeyPrefixBytes : kDocPrefixBytes) + key.size();
}

// REQUIRES: room for StorageKeySize bytes
inline void StoreStorageKey(KeyspaceKind kind, uint32_t id, Bytes key, char* to) {
  if (kind == KeyspaceKind::kKeys) {
    StoreStorageKey(to, id, KeySlot(key), Hash64(key), key);
  } else {
    StoreBE32(to, id);
    std::memcpy(to + kDocPrefixBytes, key.data(), key.size());
  }
}

inline std::string StorageKey(const Keyspace& keyspace, Bytes key) {
  std::string out(StorageKeySize(keyspace.kind(), key), '\0');
  StoreStorageKey(keyspace.kind(), keyspace.id(), key, out.data());
  return out;
}

// The counter in the meta family that holds how many keys, documents or entries there are.
inline std::string CountName(KeyspaceKind kind, uint32_t id) {
  if (kind == KeyspaceKind::kKeys) return MetaSpaceCount(id);
  return kind == KeyspaceKind::kDocuments ? MetaCollection(id) + "/count" : MetaIndexCount(id);
}

// The whole value, whether or not it lies in chunks on disk.
template <typename Sink>
void WritePutOf(KeyspaceKind kind, uint32_t id, const Entry& entry, Sink& sink) {
  std::array<char, kInt64Chars> digits;
  Bytes payload;
  if (entry.has_bytes()) {
    payload = entry.bytes();
  } else {
    payload = {digits.data(), FormatInt64(entry.value.integer, digits.data())};
  }
  const size_t key_size = StorageKeySize(kind, entry.key());
  if (kind != KeyspaceKind::kKeys) {
    char* to = sink.BeginPut(FamilyOf(kind), key_size, payload.size());
    StoreStorageKey(kind, id, entry.key(), to);
    std::memcpy(to + key_size, payload.data(), payload.size());
    return;
  }
  const KeyHeader header = {static_cast<uint8_t>(entry.type), static_cast<uint8_t>(entry.encoding),
                            entry.expire_at_ms};
  char* to = sink.BeginPut(Family::kKeys, key_size, KeyHeaderSize(header) + payload.size());
  StoreStorageKey(kind, id, entry.key(), to);
  to = StoreKeyHeader(to + key_size, header);
  std::memcpy(to, payload.data(), payload.size());
}

// The row of a string that lies in chunks; they are written apart.
template <typename Sink>
void WriteChunkedRow(const Keyspace& keyspace, const Entry& entry, uint64_t object, Sink& sink) {
  const KeyHeader header = {static_cast<uint8_t>(entry.type), kChunkedEncoding, entry.expire_at_ms};
  const size_t key_size = StorageKeySize(KeyspaceKind::kKeys, entry.key());
  char* to = sink.BeginPut(Family::kKeys, key_size, KeyHeaderSize(header) + kChunkedRowBytes);
  StoreStorageKey(KeyspaceKind::kKeys, keyspace.id(), entry.key(), to);
  StoreChunkedRow(StoreKeyHeader(to + key_size, header),
                  {.object = object, .length = entry.bytes().size(), .chunk_bytes = kChunkBytes});
}

template <typename Sink>
void WritePut(const Keyspace& keyspace, const Entry& entry, Sink& sink) {
  if (const ChunkedString* chunks = keyspace.ChunksOf(entry)) {
    WriteChunkedRow(keyspace, entry, chunks->object, sink);
  } else {
    WritePutOf(keyspace.kind(), keyspace.id(), entry, sink);
  }
}

template <typename Sink>
void WriteDelete(const Keyspace& keyspace, const Entry& entry, Sink& sink) {
  constexpr size_t kInlineKey = 256;
  const size_t size = StorageKeySize(keyspace.kind(), entry.key());
  if (size <= kInlineKey) {
    std::array<char, kInlineKey> key;
    StoreStorageKey(keyspace.kind(), keyspace.id(), entry.key(), key.data());
    sink.Delete(FamilyOf(keyspace.kind()), {key.data(), size});
  } else {
    sink.Delete(FamilyOf(keyspace.kind()), StorageKey(keyspace, entry.key()));
  }
}

}  // namespace veddb
