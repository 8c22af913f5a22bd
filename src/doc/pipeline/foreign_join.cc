// SPDX-License-Identifier: BSD-3-Clause
#include "doc/pipeline/foreign_join.h"

#include <algorithm>
#include <iterator>

#include "doc/match/filter.h"
#include "doc/value/id.h"
#include "doc/value/ordered_key.h"

namespace veddb::doc {
namespace {

// What a hash map takes for an entry, about.
constexpr size_t kEntryBytes = 64;

// `{$or: [{path: {$in: […]}}, {path: {$eq: regex}}, …]}`: inside of $in a regular expression would
// be one that is run.
std::string FilterFor(const FieldPath& path, const std::vector<const JoinKey*>& keys) {
  std::string bson;
  DocBuilder filter(&bson);
  ArrayBuilder either = filter.Array("$or");
  DocBuilder branch = either.Object();
  DocBuilder condition = branch.Object(path.text());
  ArrayBuilder in = condition.Array("$in");
  for (const JoinKey* key : keys) {
    const ValueView value = TaggedView(key->tagged);
    if (value.type != BsonType::kRegex) in.Append(value);
  }
  in.Finish();
  condition.Finish();
  branch.Finish();
  for (const JoinKey* key : keys) {
    const ValueView value = TaggedView(key->tagged);
    if (value.type != BsonType::kRegex) continue;
    DocBuilder other = either.Object();
    DocBuilder equals = other.Object(path.text());
    equals.Append("$eq", value);
    equals.Finish();
    other.Finish();
  }
  either.Finish();
  filter.Finish();
  return bson;
}

}  // namespace

JoinKey MakeJoinKey(ValueView value) {
  const ValueView used = value.IsNullish() ? expression::Evaluation::Null() : value;
  return {OrderedKey(used), Tagged(used)};
}

void AppendJoinKeys(DocView doc, const FieldPath& path, std::vector<JoinKey>* keys) {
  std::vector<JoinKey> found;
  VisitPath(doc, path, LeafArrays::kClosed, [&found](ValueView value, uint32_t) {
    if (value.type == BsonType::kArray) {
      for (const Element& element : value.Document()) found.push_back(MakeJoinKey(element.value));
    } else if (!value.missing()) {
      found.push_back(MakeJoinKey(value));
    }
    return false;
  });
  if (found.empty()) found.push_back(MakeJoinKey({}));
  const auto less = [](const JoinKey& a, const JoinKey& b) { return a.encoded < b.encoded; };
  const auto same = [](const JoinKey& a, const JoinKey& b) { return a.encoded == b.encoded; };
  std::sort(found.begin(), found.end(), less);
  found.erase(std::unique(found.begin(), found.end(), same), found.end());
  std::move(found.begin(), found.end(), std::back_inserter(*keys));
}

ForeignJoin::ForeignJoin(PipelineContext& context, Bytes collection, const FieldPath& path,
                         size_t memory_bytes_max)
    : context_(context),
      collection_(collection),
      path_(path),
      memory_bytes_max_(memory_bytes_max) {}

void ForeignJoin::Forget() {
  documents_.clear();
  by_key_.clear();
  bytes_ = 0;
}

Result<bool> ForeignJoin::Fetch(const std::vector<JoinKey>& keys) {
  if (has_all_) return true;
  if (!tried_all_ && !context_.HasIndex(collection_, path_.text())) {
    tried_all_ = true;
    has_all_ = TRY(Read(nullptr, true));
    if (has_all_) return true;
  }
  if (bytes_ > memory_bytes_max_ / 2) Forget();
  std::vector<const JoinKey*> wanted;
  for (const JoinKey& key : keys) {
    if (by_key_.try_emplace(key.encoded).second) {
      wanted.push_back(&key);
      bytes_ += key.encoded.size() + kEntryBytes;
    }
  }
  if (wanted.empty()) return true;
  const std::string bson = FilterFor(path_, wanted);
  const Filter filter = TRY(Filter::Parse(DocView(bson)));
  return Read(&filter, false);
}

// Keeps the documents under those of their values that are asked for, or under all. False: they are
// too many, and all is forgotten.
Result<bool> ForeignJoin::Read(const Filter* filter, bool all_keys) {
  const StageRunPtr run =
      TRY(context_.OpenCollection({.collection = collection_, .filter = filter, .variables = {}}));
  DocumentBatch batch;
  std::string key;
  for (;;) {
    batch.clear();
    TRY(run->Next(kBatchDocuments, &batch));
    if (batch.empty()) return true;
    for (const DocView doc : batch.documents) {
      const auto place = static_cast<uint32_t>(documents_.size());
      documents_.push_back({OrderedKey(doc.Find(kIdField)), std::string(doc.bytes())});
      bytes_ += sizeof(Document) + documents_.back().ordered_id.size() + doc.size();
      VisitPath(doc, path_, LeafArrays::kOpen, [&](ValueView value, uint32_t) {
        key.clear();
        AppendOrderedKey(value.IsNullish() ? expression::Evaluation::Null() : value, &key);
        auto entry = by_key_.find(key);
        if (entry == by_key_.end()) {
          if (!all_keys) return false;
          entry = by_key_.try_emplace(key).first;
          bytes_ += key.size() + kEntryBytes;
        }
        std::vector<uint32_t>& places = entry->second;
        if (places.empty() || places.back() != place) places.push_back(place);
        bytes_ += sizeof place;
        return false;
      });
    }
    if (bytes_ > memory_bytes_max_) {
      Forget();
      return false;
    }
  }
}

std::vector<DocView> ForeignJoin::Find(const std::vector<JoinKey>& keys) const {
  std::vector<const Document*> found;
  for (const JoinKey& key : keys) {
    const auto entry = by_key_.find(key.encoded);
    DCHECK(has_all_ || entry != by_key_.end());
    if (entry == by_key_.end()) continue;
    for (const uint32_t place : entry->second) found.push_back(&documents_[place]);
  }
  std::sort(found.begin(), found.end(),
            [](const Document* a, const Document* b) { return a->ordered_id < b->ordered_id; });
  std::vector<DocView> documents;
  const Document* last = nullptr;
  for (const Document* one : found) {
    if (last == nullptr || one->ordered_id != last->ordered_id) {
      documents.emplace_back(one->bson);
    }
    last = one;
  }
  return documents;
}

}  // namespace veddb::doc
