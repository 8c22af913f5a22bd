// SPDX-License-Identifier: BSD-3-Clause
#include "modules/doc/graves.h"

#include "base/number.h"
#include "doc/value/stored.h"

namespace veddb {
namespace {

// NUL "graves/" <collection id> "/" <days since 1970>
constexpr Bytes kPrefix("\0graves/", 8);

int64_t DayOf(int64_t now_ms) { return now_ms / kGraveDayMs; }

std::string NameFor(uint32_t collection, int64_t day) {
  return std::string(kPrefix) + std::to_string(collection) + "/" + std::to_string(day);
}

struct GraveName {
  uint64_t collection = 0;
  int64_t day = 0;
};
std::optional<GraveName> ParseName(Bytes name) {
  if (!name.starts_with(kPrefix)) return std::nullopt;
  name.remove_prefix(kPrefix.size());
  const size_t slash = name.find('/');
  if (slash == Bytes::npos) return std::nullopt;
  const std::optional<uint64_t> collection = ParseUint64(name.substr(0, slash));
  const std::optional<int64_t> day = ParseInt64(name.substr(slash + 1));
  if (!collection || !day) return std::nullopt;
  return GraveName{*collection, *day};
}

}  // namespace

const Collection* FindGraves(const Databases& databases, const Collection& collection,
                             int64_t now_ms) {
  return databases.FindCollection(collection.database, NameFor(collection.id, DayOf(now_ms)));
}

std::vector<uint32_t> ReadableGraves(const Databases& databases, const Collection& collection,
                                     int64_t now_ms) {
  std::vector<uint32_t> out;
  // Tomorrow's, where the clock was set back.
  for (const int64_t at_ms : {now_ms, now_ms - kGraveDayMs, now_ms + kGraveDayMs}) {
    const Collection* graves = FindGraves(databases, collection, at_ms);
    if (graves != nullptr) out.push_back(graves->id);
  }
  return out;
}

uint32_t MakeGraves(Databases& databases, const Collection& collection, int64_t now_ms) {
  if (const Collection* found = FindGraves(databases, collection, now_ms)) return found->id;
  const int64_t day = DayOf(now_ms);
  for (const Collection& one : databases.Collections(collection.database)) {
    const std::optional<GraveName> name = ParseName(one.name);
    if (name && name->day < day - 1) databases.DropCollection(one);
  }
  return databases.CreateCollection(collection.database, NameFor(collection.id, day)).id;
}

void DropGraves(Databases& databases, const Collection& collection) {
  const uint32_t id = collection.id;
  for (const Collection& one : databases.Collections(collection.database)) {
    const std::optional<GraveName> name = ParseName(one.name);
    if (name && name->collection == id) databases.DropCollection(one);
  }
}

uint64_t BuriedVersion(const Call& call, KeyRef& grave) {
  const Entry* entry = call.Lookup(grave);
  if (entry == nullptr) return 0;
  const Result<doc::StoredDocument> stored = doc::DecodeStored(entry->bytes());
  return stored.ok() ? stored->version : 0;
}

void Bury(const Call& call, KeyRef& grave, uint64_t version) {
  const std::string value = doc::EncodeStored(version, doc::DocView());
  grave.keyspace->SetBytes(call.LookupOrInsert(grave, value.size()), ObjectType::kDocument,
                           Encoding::kRaw, value);
}

}  // namespace veddb
