// SPDX-License-Identifier: BSD-3-Clause
#include "modules/doc/documents.h"

#include <absl/container/flat_hash_set.h>

#include <algorithm>

#include "base/clock.h"
#include "base/coding.h"
#include "base/log_limiter.h"
#include "base/logging.h"

namespace veddb {
namespace {

// The keyspaces of graves that a command with this use needs; nothing if they must be made first.
std::optional<std::vector<uint32_t>> GravesFor(GraveUse use, const Databases& databases,
                                               const Collection& collection, int64_t now_ms) {
  if (use == GraveUse::kNone) return std::vector<uint32_t>();
  if (use == GraveUse::kRead) return ReadableGraves(databases, collection, now_ms);
  const Collection* graves = FindGraves(databases, collection, now_ms);
  if (graves == nullptr) return std::nullopt;
  return std::vector<uint32_t>{graves->id};
}

Route RouteWithout(GraveUse use) {
  return use == GraveUse::kRead ? Route::kAllShards : Route::kLoop;
}

// Appends the references of one generation and finds what they refer to.
Status AppendGraves(Call& call, uint32_t graves, size_t count, std::vector<KeyRef>& refs) {
  for (size_t i = 0; i < count; ++i) {
    refs.push_back(GraveOf(refs[i], graves));
    TRY(call.databases->Resolve(refs.back()));
  }
  return Ok();
}

// One message a second, however many documents are invalid.
void WarnOfInvalid(Bytes collection, const std::string& what) {
  static LogLimiter limiter;
  const std::optional<uint64_t> left_out = limiter.Admit(MonoMillis());
  if (!left_out) return;
  std::string message = "Collection '" + std::string(collection) + "': " + what;
  if (*left_out > 0) {
    message += "; so have " + std::to_string(*left_out) + " other writes since the last message";
  }
  LogWarning(message);
}

}  // namespace

void PlanDocuments(PrepareCall& prepare, NamedDocuments& named) {
  named.count = named.ids.size();
  const Collection* collection =
      prepare.databases.FindCollection(prepare.database, prepare.argv[1]);
  if (collection == nullptr) {
    prepare.plan.route = RouteWithout(named.graves);
    return;
  }
  const auto graves = GravesFor(named.graves, prepare.databases, *collection, WallMillis());
  if (!graves) {
    prepare.plan.route = Route::kAllShards;
    return;
  }
  const bool writes = named.changes || named.graves != GraveUse::kNone;
  const bool needs_all = writes && doc::HasUniqueIndex(*collection);
  prepare.plan.route = needs_all ? Route::kAllShards : Route::kKeys;
  named.planned = true;
  for (std::string& id : named.ids) prepare.AddDocument(std::move(id), collection->id);
  named.ids.clear();
  for (const uint32_t generation : *graves) {
    for (size_t i = 0; i < named.count; ++i) {
      const KeyRef grave = GraveOf(prepare.plan.keys[i], generation);
      prepare.plan.keys.push_back(grave);
    }
  }
}

uint64_t DocumentSet::FirstVersion(const Call& call, size_t i) {
  uint64_t last = 0;
  for (size_t generation = 0; generation < generations(); ++generation) {
    last = std::max(last, BuriedVersion(call, grave(generation, i)));
  }
  return last + 1;
}

Result<DocumentSet> FindDocuments(Call& call, NamedDocuments& named) {
  if (named.planned) return DocumentSet(call.keys, named.count);
  const Collection* collection = call.databases->FindCollection(call.database, call.argv[1]);
  if (collection == nullptr) return DocumentSet();
  named.refs.clear();
  for (const std::string& id : named.ids) {
    named.refs.push_back(MakeDocumentRef(id, collection->id, call.databases->shard_count()));
    TRY(call.databases->Resolve(named.refs.back()));
  }
  if (named.graves == GraveUse::kRead) {
    for (const uint32_t graves : ReadableGraves(*call.databases, *collection, call.now_ms)) {
      TRY(AppendGraves(call, graves, named.count, named.refs));
    }
  }
  return DocumentSet(named.refs, named.count);
}

Result<size_t> DeleteDocuments(Call& call, NamedDocuments& named, DocumentSet set) {
  std::vector<uint64_t> versions(named.count, 0);
  size_t present = 0;
  for (size_t i = 0; i < named.count; ++i) {
    const Entry* entry = set.Find(call, i);
    if (entry == nullptr) continue;
    versions[i] = TRY(StoredOf(*entry)).version;
    ++present;
  }
  if (present == 0) return size_t{0};
  DocumentWrites writes(call);
  absl::flat_hash_set<const Entry*> named_twice;
  for (size_t i = 0; i < named.count; ++i) {
    const Entry* entry = set.Find(call, i);
    if (entry == nullptr || !named_twice.insert(entry).second) continue;
    const doc::StoredDocument stored = TRY(StoredOf(*entry));
    TRY(writes.Delete(set.document(i), stored.doc));
  }
  if (!named.planned) {
    const Collection& collection = *call.databases->FindCollection(call.database, call.argv[1]);
    const uint32_t graves = MakeGraves(*call.databases, collection, call.now_ms);
    TRY(AppendGraves(call, graves, named.count, named.refs));
    set = DocumentSet(named.refs, named.count);
  }
  TRY(writes.Commit());
  size_t deleted = 0;
  for (size_t i = 0; i < named.count; ++i) {
    // An id that is named twice is gone by the second time.
    Entry* entry = set.Find(call, i);
    if (entry == nullptr) continue;
    Bury(call, set.grave(0, i), versions[i]);
    set.document(i).keyspace->Delete(entry);
    ++deleted;
  }
  return deleted;
}

Status DocumentWrites::Validate(const Keyspace& documents, doc::DocView document) {
  const doc::ShardCollection* collection = doc::ShardCollectionOf(documents);
  if (collection == nullptr || collection->schema == nullptr) return Ok();
  const doc::CollectionSchema& rules = *collection->schema;
  Status valid = rules.schema.Validate(document);
  if (valid.ok() || rules.validation == doc::Validation::kError) return valid;
  if (!warning_) warning_ = std::move(valid.error().message);
  return Ok();
}

Status DocumentWrites::Store(KeyRef& ref, std::optional<doc::DocView> before, uint64_t version,
                             std::string& value) {
  StoreLE64(value.data(), version);
  const doc::DocView document(Bytes(value).substr(doc::kVersionBytes));
  TRY(Validate(*ref.keyspace, document));
  TRY(indexes_.Add(ref, before, document));
  stored_.push_back({&ref, &value});
  return Ok();
}

Status DocumentWrites::Commit() {
  TRY(indexes_.Check());
  indexes_.Apply();
  for (const auto& [ref, value] : stored_) {
    ref->keyspace->SetBytes(call_.LookupOrInsert(*ref, value->size()), ObjectType::kDocument,
                            Encoding::kRaw, *value);
  }
  stored_.clear();
  if (warning_) WarnOfInvalid(call_.argv[1], *warning_);
  warning_.reset();
  return Ok();
}

Result<uint64_t> StoreNew(Call& call, NamedDocuments& named, DocumentSet& set, std::string& value) {
  if (!set.has_collection()) {
    call.databases->CreateCollection(call.database, call.argv[1]);
    set = TRY(FindDocuments(call, named));
  }
  const uint64_t version = set.FirstVersion(call, 0);
  DocumentWrites writes(call);
  TRY(writes.Store(set.document(0), {}, version, value));
  TRY(writes.Commit());
  return version;
}

Error VersionMismatch(uint64_t expected, uint64_t found) {
  return MakeError(ErrorCode::kVersionMismatch, "expected version " + std::to_string(expected) +
                                                    ", the document has version " +
                                                    std::to_string(found));
}

}  // namespace veddb
