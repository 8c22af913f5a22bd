// SPDX-License-Identifier: BSD-3-Clause
#include "modules/doc/aggregate_write.h"

#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>

#include <algorithm>

#include "command/server_api.h"
#include "command/snapshot.h"
#include "doc/pipeline/set_path.h"
#include "doc/pipeline/stages/writing.h"
#include "doc/value/compare.h"
#include "doc/value/extjson.h"
#include "doc/value/ordered_key.h"
#include "modules/doc/doc_shared.h"
#include "modules/doc/graves.h"
#include "modules/doc/new_document.h"

namespace veddb {
namespace {

using Outcome = std::vector<std::string>;  // BSON

Error Bad(Bytes stage, const std::string& what) {
  return MakeError(ErrorCode::kBadQuery, std::string(stage) + ": " + what);
}

// All that the pipeline gives. MEMORYLIMIT, TOOLARGE.
Result<Outcome> RunPipeline(AggregationRun& run, Bytes stage) {
  Outcome all;
  size_t bytes = 0;
  doc::DocumentBatch batch;
  for (;;) {
    TRY(run.Next(doc::kBatchDocuments, &batch));
    if (batch.empty()) return all;
    TRY(CheckBatch(all.size() + batch.size()));
    for (const doc::DocView doc : batch.documents) {
      bytes += doc.size();
      all.emplace_back(doc.bytes());
    }
    if (bytes > run.memory_bytes_max()) {
      return MakeError(ErrorCode::kMemoryLimit,
                       std::string(stage) + ": what is to be written takes more than " +
                           std::to_string(run.memory_bytes_max()) + " bytes");
    }
  }
}

Result<KeyRef> DocumentAt(const Call& call, std::string& ordered_id, uint32_t collection) {
  KeyRef ref = MakeDocumentRef(ordered_id, collection, call.databases->shard_count());
  TRY(call.databases->Resolve(ref));
  return ref;
}

// --- $out ---

Result<std::vector<NewDocument>> NewDocuments(Outcome outcome) {
  std::vector<NewDocument> documents;
  absl::flat_hash_set<std::string> ids;
  for (std::string& bson : outcome) {
    documents.push_back(TRY(MakeInsert(std::move(bson))));
    if (!ids.insert(documents.back().ordered_id).second) return DuplicateId(documents.back().id());
  }
  return documents;
}

// Stores them as the first of their collection.
Status StoreAll(Call& call, uint32_t collection, std::vector<NewDocument>& documents) {
  std::vector<KeyRef> refs;
  refs.reserve(documents.size());
  for (NewDocument& one : documents) {
    refs.push_back(TRY(DocumentAt(call, one.ordered_id, collection)));
  }
  DocumentWrites writes(call);
  for (size_t i = 0; i < documents.size(); ++i) {
    TRY(writes.Store(refs[i], {}, 1, documents[i].value));
  }
  return writes.Commit();
}

// What is there goes, what is new comes, in one: so that unique indexes are kept, and are right.
Status ExchangeAll(Call& call, const Snapshot& snapshot, const Collection& collection,
                   std::vector<NewDocument>& documents) {
  struct Old {
    std::string ordered_id;
    KeyRef ref;
    bool stays = false;  // under its id, with other fields
  };
  std::vector<Old> old;
  Status counted = Ok();
  TRY(snapshot.Scan(KeyspaceKind::kDocuments, collection.id, {}, {}, [&](Bytes key, Bytes) {
    old.push_back({.ordered_id = std::string(key.substr(kCollectionPrefixBytes)), .ref = {}});
    counted = CheckBatch(old.size());
    return counted.ok();
  }));
  TRY(std::move(counted));
  absl::flat_hash_map<std::string, NewDocument*> by_id;
  for (NewDocument& one : documents) by_id.emplace(one.ordered_id, &one);
  DocumentWrites writes(call);
  for (Old& one : old) {
    one.ref = TRY(DocumentAt(call, one.ordered_id, collection.id));
    const Entry* entry = call.Lookup(one.ref);
    if (entry == nullptr) continue;
    const doc::StoredDocument before = TRY(StoredOf(*entry));
    const auto same = by_id.find(one.ordered_id);
    one.stays = same != by_id.end();
    if (one.stays) {
      TRY(writes.Store(one.ref, before.doc, 1, same->second->value));
      by_id.erase(same);
    } else {
      TRY(writes.Delete(one.ref, before.doc));
    }
  }
  std::vector<KeyRef> refs;
  refs.reserve(documents.size());
  for (NewDocument& one : documents) {
    if (!by_id.contains(one.ordered_id)) continue;
    refs.push_back(TRY(DocumentAt(call, one.ordered_id, collection.id)));
    TRY(writes.Store(refs.back(), {}, 1, one.value));
  }
  TRY(writes.Commit());
  for (Old& one : old) {
    if (one.stays) continue;
    if (Entry* entry = call.Lookup(one.ref); entry != nullptr) one.ref.keyspace->Delete(entry);
  }
  DropGraves(*call.databases, collection);
  return Ok();
}

// A new collection with the old one's schema takes its place.
Status Exchange(Call& call, const std::string& target, std::vector<NewDocument>& documents) {
  const Collection* old = call.databases->FindCollection(call.database, target);
  // No client can name it.
  const std::string hidden = std::string("\0out:", 5) + target;
  const uint32_t made = call.databases->CreateCollection(call.database, hidden).id;
  if (old != nullptr && !old->options.empty()) {
    const std::string options = old->options;
    call.databases->SetCollectionOptions(*call.databases->FindCollection(call.database, hidden),
                                         options);
  }
  const Status stored = StoreAll(call, made, documents);
  if (!stored.ok()) {
    call.databases->DropCollection(*call.databases->FindCollection(call.database, hidden));
    return stored;
  }
  old = call.databases->FindCollection(call.database, target);
  if (old != nullptr) {
    DropGraves(*call.databases, *old);
    call.databases->DropCollection(*call.databases->FindCollection(call.database, target));
  }
  call.databases->RenameCollection(*call.databases->FindCollection(call.database, hidden), target);
  return Ok();
}

Status WriteOut(Call& call, const Snapshot& snapshot, const std::string& target, Outcome outcome) {
  std::vector<NewDocument> documents = TRY(NewDocuments(std::move(outcome)));
  const Collection* old = call.databases->FindCollection(call.database, target);
  if (old != nullptr && !doc::IndexesOf(*old).empty()) {
    return ExchangeAll(call, snapshot, *old, documents);
  }
  return Exchange(call, target, documents);
}

// --- $merge ---

// One document of the target: as it is stored, and as it is to be.
struct Target {
  std::string ordered_id;
  KeyRef ref;
  std::optional<std::string> before;  // BSON; nothing: it is new
  uint64_t version = 0;               // before
  std::string value;                  // room for the version, then BSON
  bool changed = false;

  doc::DocView document() const { return doc::DocView(Bytes(value).substr(doc::kVersionBytes)); }
};

class Merger {
 public:
  Merger(Call& call, const doc::MergeStage& stage, AggregationRun& run, const Snapshot& snapshot)
      : call_(call), stage_(stage), options_(stage.options()), run_(run), snapshot_(snapshot) {}

  Status Merge(Outcome outcome) {
    collection_ = call_.databases->FindCollection(call_.database, options_.target);
    TRY(CheckIndex());
    if (collection_ != nullptr) TRY(NoteCollection(*call_.databases, *collection_, query_));
    for (std::string& bson : outcome) TRY(MergeOne(std::move(bson)));
    return Store();
  }

 private:
  bool by_id() const { return options_.on.size() == 1 && options_.on[0].text() == doc::kIdField; }

  // Two documents of the target can't both be meant.
  Status CheckIndex() const {
    if (by_id()) return Ok();
    if (collection_ != nullptr) {
      for (const auto& index : doc::IndexesOf(*collection_)) {
        if (index->ready() && HasThesePaths(index->spec)) return Ok();
      }
    }
    return Bad("$merge", "there is no unique index of the paths of 'on'");
  }

  bool HasThesePaths(const doc::IndexSpec& spec) const {
    if (!spec.unique || spec.partial != nullptr || spec.fields.size() != options_.on.size()) {
      return false;
    }
    return std::all_of(options_.on.begin(), options_.on.end(), [&spec](const doc::FieldPath& on) {
      return std::any_of(
          spec.fields.begin(), spec.fields.end(),
          [&on](const doc::IndexField& field) { return field.path.text() == on.text(); });
    });
  }

  // The values of `on`, encoded; the filter that asks for them into *filter.
  Result<std::string> KeyOf(doc::DocView incoming, std::string* filter) const {
    std::string key;
    doc::DocBuilder builder(filter);
    for (const doc::FieldPath& path : options_.on) {
      const doc::ValueView value = doc::PlainValueAt(incoming, path);
      if (value.IsNullish() || value.type == doc::BsonType::kArray) {
        return Bad("$merge",
                   "the path '" + path.text() + "' of 'on' is " +
                       std::string(value.missing() ? "missing" : doc::TypeName(value.type)) +
                       " in a document");
      }
      doc::AppendOrderedKey(value, &key);
      doc::DocBuilder equals = builder.Object(path.text());
      equals.Append("$eq", value);
      equals.Finish();
    }
    builder.Finish();
    return key;
  }

  Status MergeOne(std::string bson) {
    // By _id a document without one is a new one.
    if (by_id() && doc::DocView(bson).Find(doc::kIdField).missing()) {
      if (options_.not_matched == doc::WhenNotMatched::kFail) return NoMatch(doc::DocView(bson));
      if (options_.not_matched == doc::WhenNotMatched::kDiscard) return Ok();
      return Insert(std::move(bson), std::nullopt);
    }
    std::string filter;
    const std::string key = TRY(KeyOf(doc::DocView(bson), &filter));
    const auto known = by_key_.find(key);
    size_t place = known == by_key_.end() ? TRY(Find(doc::DocView(bson), filter)) : known->second;
    if (place == kNone) {
      if (options_.not_matched == doc::WhenNotMatched::kFail) return NoMatch(doc::DocView(bson));
      if (options_.not_matched == doc::WhenNotMatched::kDiscard) return Ok();
      return Insert(std::move(bson), key);
    }
    by_key_.emplace(key, place);
    return Change(targets_[place], doc::DocView(bson));
  }

  static Error NoMatch(doc::DocView incoming) {
    return Bad("$merge", "no document matches " + doc::JsonText(incoming));
  }

  static constexpr size_t kNone = SIZE_MAX;

  // The stored document that is meant, as a target; kNone: there is none.
  Result<size_t> Find(doc::DocView incoming, const std::string& filter) {
    if (collection_ == nullptr) return kNone;
    if (by_id()) return AddStored(doc::OrderedKey(incoming.Find(doc::kIdField)));
    const doc::Filter parsed = TRY(doc::Filter::Parse(doc::DocView(filter)));
    const PlanWish wish{.filter = &parsed, .output = doc::PlanOutput::kIds};
    const auto plan = TRY(QueryPlan::Choose(&query_, &snapshot_, wish));
    SnapshotSource source(&snapshot_, &query_);
    doc::PlanRun run = plan->Run(source);
    const doc::FoundDocument* found = TRY(run.Next());
    if (found == nullptr) return kNone;
    return AddStored(std::string(found->ordered_id));
  }

  Result<size_t> AddStored(std::string ordered_id) {
    const auto known = by_id_.find(ordered_id);
    if (known != by_id_.end()) return known->second;
    auto target = std::make_unique<Target>();
    target->ordered_id = std::move(ordered_id);
    target->ref = TRY(DocumentAt(call_, target->ordered_id, collection_->id));
    const Entry* entry = call_.Lookup(target->ref);
    if (entry == nullptr) return kNone;
    const doc::StoredDocument stored = TRY(StoredOf(*entry));
    target->before = std::string(stored.doc.bytes());
    target->version = stored.version;
    target->value = std::string(doc::kVersionBytes, '\0') + *target->before;
    return Add(std::move(target));
  }

  size_t Add(std::unique_ptr<Target> target) {
    by_id_.emplace(target->ordered_id, targets_.size());
    targets_.push_back(std::move(target));
    return targets_.size() - 1;
  }

  Status Insert(std::string bson, std::optional<std::string> key) {
    NewDocument document = TRY(MakeInsert(std::move(bson)));
    if (by_id_.contains(document.ordered_id)) return DuplicateId(document.id());
    auto target = std::make_unique<Target>();
    target->ordered_id = std::move(document.ordered_id);
    target->value = std::move(document.value);
    target->changed = true;
    const size_t place = Add(std::move(target));
    if (key) by_key_.emplace(std::move(*key), place);
    return Ok();
  }

  Status Change(std::unique_ptr<Target>& target, doc::DocView incoming) {
    if (options_.matched == doc::WhenMatched::kKeepExisting) return Ok();
    if (options_.matched == doc::WhenMatched::kFail) {
      return MakeError(ErrorCode::kDuplicateKey,
                       "$merge: there is a document with the values of " + doc::JsonText(incoming));
    }
    std::string bson;
    Status combined = stage_.Combine(target->document(), incoming, run_, &bson);
    if (!combined.ok()) {
      combined.error().message.insert(0, "$merge: ");
      return combined;
    }
    const doc::ValueView id = doc::DocView(bson).Find(doc::kIdField);
    if (!doc::EqualValues(id, target->document().Find(doc::kIdField))) {
      return Bad("$merge", "the _id of a document can't be changed");
    }
    target->value = TRY(MakeInsert(std::move(bson))).value;
    target->changed = true;
    return Ok();
  }

  Status Store() {
    const bool any = std::any_of(targets_.begin(), targets_.end(),
                                 [](const auto& target) { return target->changed; });
    if (!any) return Ok();
    if (collection_ == nullptr) {
      collection_ = &call_.databases->CreateCollection(call_.database, options_.target);
    }
    const std::vector<uint32_t> graves =
        ReadableGraves(*call_.databases, *collection_, call_.now_ms);
    DocumentWrites writes(call_);
    for (const auto& target : targets_) {
      if (!target->changed) continue;
      uint64_t version = target->version + 1;
      if (!target->before) {
        target->ref = TRY(DocumentAt(call_, target->ordered_id, collection_->id));
        if (call_.Lookup(target->ref) != nullptr) {
          return DuplicateId(target->document().Find(doc::kIdField));
        }
        version = TRY(FirstVersion(target->ref, graves));
      } else if (*target->before == target->document().bytes()) {
        continue;
      }
      std::optional<doc::DocView> before;
      if (target->before) before = doc::DocView(*target->before);
      TRY(writes.Store(target->ref, before, version, target->value));
    }
    return writes.Commit();
  }

  Result<uint64_t> FirstVersion(const KeyRef& ref, const std::vector<uint32_t>& graves) const {
    uint64_t last = 0;
    for (const uint32_t generation : graves) {
      KeyRef grave = GraveOf(ref, generation);
      TRY(call_.databases->Resolve(grave));
      last = std::max(last, BuriedVersion(call_, grave));
    }
    return last + 1;
  }

  Call& call_;
  const doc::MergeStage& stage_;
  const doc::MergeStage::Options& options_;
  AggregationRun& run_;
  const Snapshot& snapshot_;
  const Collection* collection_ = nullptr;
  Query query_;
  std::vector<std::unique_ptr<Target>> targets_;  // their addresses and values stay
  absl::flat_hash_map<std::string, size_t> by_id_;
  absl::flat_hash_map<std::string, size_t> by_key_;
};

}  // namespace

Status RunWriting(Call& call, Aggregation& aggregation) {
  TRY(NoteAgain(*call.databases, call.database, call.argv[1], aggregation));
  const std::unique_ptr<Snapshot> snapshot = call.server->NewSnapshot(call.databases);
  const auto run = TRY(AggregationRun::Open(&aggregation, snapshot.get()));
  const doc::WritingStage& last = *aggregation.writing();
  Outcome outcome = TRY(RunPipeline(*run, last.name()));
  const auto* merge = dynamic_cast<const doc::MergeStage*>(&last);
  if (merge != nullptr) return Merger(call, *merge, *run, *snapshot).Merge(std::move(outcome));
  return WriteOut(call, *snapshot, last.target(), std::move(outcome));
}

}  // namespace veddb
