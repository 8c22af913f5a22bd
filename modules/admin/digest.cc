// SPDX-License-Identifier: BSD-3-Clause
#include "modules/admin/digest.h"

#include <functional>
#include <memory>
#include <set>

#include "base/coding.h"
#include "base/hash.h"
#include "object/serialize.h"
#include "storage/key_codec.h"
#include "storage/read_view.h"

namespace veddb {
namespace {

// A sink of WritePutOf that keeps the value alone.
class ValueSink {
 public:
  char* BeginPut(Family /*family*/, size_t key_size, size_t value_size) {
    bytes_.resize(key_size + value_size);
    key_size_ = key_size;
    return bytes_.data();
  }
  Bytes value() const { return Bytes(bytes_).substr(key_size_); }

 private:
  std::string bytes_;
  size_t key_size_ = 0;
};

struct Part {
  KeyspaceKind kind;
  uint32_t id;
  std::string label;  // tells the items of this part from those of others
};

// Type and expiry out of the header, without the encoding, and the payload. Documents have no
// header. nullopt: expired, or not to be read.
std::optional<std::string> ItemOf(KeyspaceKind kind, Bytes value, int64_t now_ms) {
  KeyHeader header;
  if (kind == KeyspaceKind::kDocuments) {
    header.type = static_cast<uint8_t>(ObjectType::kDocument);
  } else if (!GetKeyHeader(&value, &header)) {
    return std::nullopt;
  }
  if (header.expiry_ms != 0 && header.expiry_ms <= now_ms) return std::nullopt;
  std::string item(1, static_cast<char>(header.type));
  PutLE64(item, static_cast<uint64_t>(header.expiry_ms));
  item.append(value);
  return item;
}

// The row of a string that lies in chunks with all its bytes behind the header; nullopt: it does
// not.
Result<std::optional<std::string>> JoinedChunks(const ReadView& view, const Part& part,
                                                Bytes value) {
  KeyHeader header;
  Bytes payload = value;
  const bool chunked = part.kind == KeyspaceKind::kKeys && GetKeyHeader(&payload, &header) &&
                       header.encoding == kChunkedEncoding;
  const std::optional<ChunkedRow> row = chunked ? ParseChunkedRow(payload) : std::nullopt;
  if (!row) return std::optional<std::string>();
  const size_t header_bytes = value.size() - payload.size();
  std::string whole(value.substr(0, header_bytes));
  whole.resize(header_bytes + row->length);
  const std::string begin = ElementKey(part.id, row->object, {});
  const auto it = view.NewIterator(Family::kElements, begin, PrefixEnd(begin));
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    const Bytes chunk = it->key().substr(begin.size());
    if (chunk.size() != sizeof(uint32_t)) continue;
    const uint64_t at = uint64_t{LoadBE32(chunk.data())} * row->chunk_bytes;
    if (at + it->value().size() > row->length) continue;
    it->value().copy(whole.data() + header_bytes + at, it->value().size());
  }
  TRY(it->status());
  return std::optional<std::string>(std::move(whole));
}

// Every key of the part as it is now: what memory has changed since the store's last drain comes
// from memory, all else from the store.
Status ForEachValue(Databases& databases, const ReadView& view, const Part& part, uint32_t database,
                    const std::function<void(Bytes key, Bytes value)>& visit) {
  std::set<std::string, std::less<>> changed;
  ValueSink sink;
  for (size_t shard = 0; shard < databases.shard_count(); ++shard) {
    const Keyspace& keyspace = part.kind == KeyspaceKind::kKeys
                                   ? databases.Keys(shard, database)
                                   : databases.Documents(shard, part.id);
    keyspace.ForPending([&](const Entry& entry) {
      if (!changed.insert(std::string(entry.key())).second || !entry.present()) return;
      WritePutOf(part.kind, part.id, entry, sink);
      visit(entry.key(), sink.value());
    });
  }
  const size_t prefix_bytes = StorageKeySize(part.kind, {});
  const std::string begin = SpaceBegin(part.id);  // a collection's id lies in the same four bytes
  const auto it = view.NewIterator(FamilyOf(part.kind), begin, PrefixEnd(begin));
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    if (it->key().size() < prefix_bytes) continue;
    const Bytes key = it->key().substr(prefix_bytes);
    if (changed.contains(key)) continue;
    const std::optional<std::string> whole = TRY(JoinedChunks(view, part, it->value()));
    visit(key, whole ? Bytes(*whole) : it->value());
  }
  return it->status();
}

Status AddPart(Databases& databases, const ReadView& view, const Part& part, uint32_t database,
               int64_t now_ms, Digest& digest) {
  return ForEachValue(databases, view, part, database, [&](Bytes key, Bytes value) {
    const std::optional<std::string> item = ItemOf(part.kind, value, now_ms);
    if (!item) return;
    std::string whole = part.label;
    PutSized(whole, key);
    digest.Add(whole + *item);
  });
}

std::string Label(uint32_t database, KeyspaceKind kind, Bytes name) {
  std::string label;
  PutLE32(label, database);
  label.push_back(static_cast<char>(kind));
  PutSized(label, name);
  return label;
}

}  // namespace

void Digest::Add(Bytes item) {
  for (size_t i = 0; i < lanes_.size(); ++i) {
    const char lane = static_cast<char>('0' + i);
    lanes_[i] ^= Hash64(Bytes(&lane, 1), item);
  }
}

std::string Digest::Hex() const {
  constexpr size_t kDigits = 40;
  constexpr Bytes kHex = "0123456789abcdef";
  std::string text;
  for (const uint64_t lane : lanes_) {
    for (int shift = 60; shift >= 0 && text.size() < kDigits; shift -= 4) {
      text.push_back(kHex[lane >> shift & 15]);
    }
  }
  return text;
}

std::string DigestItem(const Entry& entry) {
  constexpr KeyspaceKind kKind = KeyspaceKind::kKeys;
  ValueSink sink;
  WritePutOf(kKind, 0, entry, sink);
  return ItemOf(kKind, sink.value(), 0).value_or(std::string());
}

Result<Digest> DigestOfAll(Databases& databases, int64_t now_ms) {
  Digest digest;
  const std::unique_ptr<ReadView> view = databases.NewReadView();
  for (uint32_t database = 0; database < databases.database_count(); ++database) {
    const Part keys = {.kind = KeyspaceKind::kKeys,
                       .id = databases.SpaceOf(database),
                       .label = Label(database, KeyspaceKind::kKeys, {})};
    TRY(AddPart(databases, *view, keys, database, now_ms, digest));
    for (const Collection& collection : databases.Collections(database)) {
      const Part documents = {.kind = KeyspaceKind::kDocuments,
                              .id = collection.id,
                              .label = Label(database, KeyspaceKind::kDocuments, collection.name)};
      TRY(AddPart(databases, *view, documents, database, now_ms, digest));
    }
  }
  return digest;
}

}  // namespace veddb
