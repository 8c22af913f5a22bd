// SPDX-License-Identifier: BSD-3-Clause
// What DEBUG tells of keys and databases, and POPULATE.
#include <array>
#include <cstdio>
#include <string>

#include "base/number.h"
#include "command/server_api.h"
#include "modules/admin/debug_handlers.h"
#include "modules/admin/digest.h"
#include "modules/admin/doc_check.h"
#include "modules/admin/peek.h"
#include "storage/key_codec.h"
#include "types/string.h"

namespace veddb {
namespace {

// All that one DEBUG POPULATE writes goes into one record of the log, which ends at 2 GiB.
constexpr int64_t kPopulateBytesMax = int64_t{1} << 30;
// About what a key costs in the record besides its name and value.
constexpr int64_t kKeyOverheadBytes = 32;

// The size of a value as it would be written to the store in one piece.
size_t StoredBytes(const Entry& entry) {
  const KeyHeader header = {.expiry_ms = entry.expire_at_ms};
  return KeyHeaderSize(header) + StringLength(entry);
}

std::string Address(const void* pointer) {
  std::array<char, 32> text;
  const int size = std::snprintf(text.data(), text.size(), "%p", pointer);
  return {text.data(), static_cast<size_t>(size)};
}

struct Population {
  int64_t count = 0;
  std::string prefix = "key";
  std::optional<int64_t> size;  // of each value; else as long as its text
};

Result<Population> ParsePopulation(std::span<const Bytes> words) {
  const Error not_positive = Err("value is out of range, must be positive");
  Population population;
  const std::optional<int64_t> count = ParseInt64(words[0]);
  if (!count || *count < 0) return not_positive;
  population.count = *count;
  if (words.size() > 1) population.prefix = std::string(words[1]);
  if (words.size() > 2) {
    population.size = ParseInt64(words[2]);
    if (!population.size || *population.size < 0) return not_positive;
  }
  const int64_t each = static_cast<int64_t>(population.prefix.size()) + kKeyOverheadBytes;
  const int64_t value = population.size.value_or(kKeyOverheadBytes);
  if (value > kPopulateBytesMax || population.count > kPopulateBytesMax / (each + value)) {
    return Err("DEBUG POPULATE writes " + FormatInt64(kPopulateBytesMax) + " bytes at most");
  }
  return population;
}

Status AddKey(Call& call, const std::string& name, Bytes value) {
  KeyRef key = MakeKeyRef(name, call.database, call.databases->shard_count());
  TRY(call.databases->Resolve(key));
  if (call.Lookup(key) != nullptr) return Ok();
  SetString(*key.keyspace, key.FindOrInsert(value.size()), value);
  return Ok();
}

void AppendHashStats(std::string& text, size_t shard, const Keyspace& keyspace) {
  const size_t buckets = keyspace.bucket_bytes() / sizeof(Entry*);
  text += "Hash table 0 stats (shard " + FormatInt64(static_cast<int64_t>(shard)) + "):\n";
  text += " table size: " + FormatInt64(static_cast<int64_t>(buckets)) + "\n";
  text += " number of elements: " + FormatInt64(static_cast<int64_t>(keyspace.entries())) + "\n";
}

}  // namespace

void DebugObject(Call& call) {
  KeyRef& key = call.keys[0];
  const Entry* entry = Peek(call, key);
  if (entry == nullptr) return call.reply.Error(kNoSuchKey);
  const int64_t idle_s = int64_t{key.keyspace->context().now_s} - entry->accessed_s;
  const auto stored = static_cast<int64_t>(StoredBytes(*entry));
  call.reply.Simple("Value at:" + Address(entry) +
                    " refcount:1 encoding:" + std::string(EncodingName(entry->encoding)) +
                    " serializedlength:" + FormatInt64(stored) +
                    " lru:" + FormatInt64(int64_t{entry->accessed_s}) +
                    " lru_seconds_idle:" + FormatInt64(std::max<int64_t>(0, idle_s)));
}

void DebugDigestValue(Call& call) {
  call.reply.Array(call.keys.size());
  for (KeyRef& key : call.keys) {
    Digest digest;
    if (const Entry* entry = Peek(call, key); entry != nullptr) digest.Add(DigestItem(*entry));
    call.reply.Simple(digest.Hex());
  }
}

void DebugHashStatsKey(Call& call) {
  if (Peek(call, call.keys[0]) == nullptr) return call.reply.Error(kNoSuchKey);
  call.reply.Error(
      Err("The value stored at the specified key is not represented using an hash table"));
}

void DebugDigest(Call& call) {
  const Result<Digest> digest = DigestOfAll(*call.databases, call.now_ms);
  if (!digest.ok()) return call.reply.Error(digest.error());
  call.reply.Simple(digest->Hex());
}

void DebugDocCheck(Call& call) {
  const Collection* collection = call.databases->FindCollection(call.database, call.argv[2]);
  if (collection == nullptr) {
    return call.reply.Error(MakeError(ErrorCode::kNoCollection, "no such collection"));
  }
  const std::unique_ptr<Snapshot> snapshot = call.server->NewSnapshot(call.databases);
  const Result<DocCheckFigures> found = CheckDocuments(*call.databases, *snapshot, *collection);
  if (!found.ok()) return call.reply.Error(found.error());
  call.reply.Bulk("documents:" + std::to_string(found->documents) + " indexes:" +
                  std::to_string(found->indexes) + " entries:" + std::to_string(found->entries));
}

void DebugPopulate(Call& call) {
  const Result<Population> population = ParsePopulation(call.argv.subspan(2));
  if (!population.ok()) return call.reply.Error(population.error());
  for (int64_t i = 0; i < population->count; ++i) {
    const std::string number = FormatInt64(i);
    std::string value = "value:" + number;
    if (population->size) value.resize(static_cast<size_t>(*population->size), '\0');
    const Status status = AddKey(call, population->prefix + ":" + number, value);
    if (!status.ok()) return call.reply.Error(status.error());
  }
  call.reply.Ok();
}

void DebugHashStats(Call& call) {
  const std::optional<int64_t> database = ParseInt64(call.argv[2]);
  if (!database) return call.reply.Error(kNotInteger);
  if (*database < 0 || *database >= int64_t{call.databases->database_count()}) {
    return call.reply.Error(Err("Out of range database"));
  }
  std::string text = "[Dictionary HT]\n";
  for (size_t shard = 0; shard < call.databases->shard_count(); ++shard) {
    AppendHashStats(text, shard, call.databases->Keys(shard, static_cast<uint32_t>(*database)));
  }
  call.reply.Verbatim("txt", text);
}

}  // namespace veddb
