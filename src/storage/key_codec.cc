// SPDX-License-Identifier: BSD-3-Clause
#include "storage/key_codec.h"

namespace veddb {

std::optional<StorageKeyView> ParseStorageKey(Bytes bytes) {
  if (bytes.size() < kKeyPrefixBytes) return std::nullopt;
  const char* at = bytes.data();
  return StorageKeyView{.space = LoadBE32(at),
                        .slot = LoadBE16(at + 4),
                        .hash = uint64_t{LoadBE16(at + 6)} << 48 | uint64_t{LoadBE32(at + 8)} << 16,
                        .key = bytes.substr(kKeyPrefixBytes)};
}

std::string SpaceBegin(uint32_t space) {
  std::string out;
  PutBE32(out, space);
  return out;
}

std::string SlotBegin(uint32_t space, uint32_t slot) {
  std::string out = SpaceBegin(space);
  PutBE16(out, static_cast<uint16_t>(slot));
  return out;
}

std::optional<ChunkedRow> ParseChunkedRow(Bytes payload) {
  if (payload.size() != kChunkedRowBytes) return std::nullopt;
  const char* at = payload.data();
  return ChunkedRow{
      .object = LoadLE64(at), .length = LoadLE64(at + 8), .chunk_bytes = LoadLE32(at + 16)};
}

std::string ElementKey(uint32_t space, uint64_t object, Bytes sub_key) {
  std::string out(kElementPrefixBytes, '\0');
  StoreElementPrefix(out.data(), space, object);
  out.append(sub_key);
  return out;
}

std::optional<ElementKeyView> ParseElementKey(Bytes bytes) {
  if (bytes.size() < kElementPrefixBytes) return std::nullopt;
  return ElementKeyView{.space = LoadBE32(bytes.data()),
                        .object = LoadBE64(bytes.data() + 4),
                        .sub_key = bytes.substr(kElementPrefixBytes)};
}

std::string ExpiryKey(int64_t time_ms, ExpiryKind kind, Bytes target) {
  std::string out(kExpiryPrefixBytes, '\0');
  StoreExpiryPrefix(out.data(), time_ms, kind);
  out.append(target);
  return out;
}

std::optional<ExpiryKeyView> ParseExpiryKey(Bytes bytes) {
  uint64_t time_ms = 0;
  if (!GetBE64(&bytes, &time_ms) || bytes.empty()) return std::nullopt;
  const auto kind = static_cast<uint8_t>(bytes.front());
  if (kind > static_cast<uint8_t>(ExpiryKind::kToken)) return std::nullopt;
  return ExpiryKeyView{.time_ms = static_cast<int64_t>(time_ms),
                       .kind = static_cast<ExpiryKind>(kind),
                       .target = bytes.substr(1)};
}

std::string DocKey(uint32_t collection_id, Bytes ordered_id) {
  std::string out;
  out.reserve(4 + ordered_id.size());
  PutBE32(out, collection_id);
  out.append(ordered_id);
  return out;
}

std::optional<DocKeyView> ParseDocKey(Bytes bytes) {
  DocKeyView view;
  if (!GetBE32(&bytes, &view.collection_id)) return std::nullopt;
  view.ordered_id = bytes;
  return view;
}

std::optional<DocValueView> ParseDocValue(Bytes bytes) {
  DocValueView view;
  if (!GetLE64(&bytes, &view.version)) return std::nullopt;
  view.bson = bytes;
  return view;
}

std::optional<IndexKeyView> ParseIndexKey(Bytes bytes) {
  IndexKeyView view;
  if (!GetBE32(&bytes, &view.index_id)) return std::nullopt;
  view.entry = bytes;
  return view;
}

std::string MetaDatabase(uint32_t number) {
  return std::string(kMetaDatabasePrefix) + std::to_string(number);
}
std::string MetaSpaceCount(uint32_t space) { return "space/" + std::to_string(space) + "/count"; }
std::string MetaDropSpace(uint32_t space) { return "drop/space/" + std::to_string(space); }
std::string MetaObjectNext(uint16_t shard) { return "object/" + std::to_string(shard) + "/next"; }
std::string MetaDropCollection(uint32_t id) { return "drop/collection/" + std::to_string(id); }
std::string MetaCollection(uint32_t id) {
  return std::string(kMetaCollectionPrefix) + std::to_string(id);
}

std::string MetaIndex(uint32_t id) { return std::string(kMetaIndexPrefix) + std::to_string(id); }
std::string MetaIndexBuilt(uint32_t id) { return MetaIndex(id) + "/built"; }
std::string MetaIndexCount(uint32_t id) { return MetaIndex(id) + "/count"; }
std::string MetaDropIndex(uint32_t id) { return "drop/index/" + std::to_string(id); }

std::string PrefixEnd(Bytes prefix) {
  std::string out(prefix);
  while (!out.empty() && static_cast<uint8_t>(out.back()) == 0xff) out.pop_back();
  if (!out.empty()) out.back() = static_cast<char>(out.back() + 1);
  return out;
}

}  // namespace veddb
