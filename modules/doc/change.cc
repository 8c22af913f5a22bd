// SPDX-License-Identifier: BSD-3-Clause
#include "modules/doc/change.h"

#include "base/clock.h"
#include "base/mutation.h"
#include "doc/value/builder.h"
#include "doc/value/compare.h"
#include "modules/doc/doc_shared.h"

namespace veddb {
namespace {

doc::ModifyContext ContextOf(const Call& call, doc::DocView document, bool inserts) {
  return {.document = document,
          .now_ms = call.now_ms,
          .inserts = inserts,
          .random = static_cast<uint64_t>(MonoNanos())};
}

Error ChangesId(doc::ValueView from, doc::ValueView to) {
  return MakeError(ErrorCode::kBadQuery, "the replacement's _id " + doc::JsonText(to) +
                                             " differs from the document's, " +
                                             doc::JsonText(from));
}

// The replacement under the id, which stays as it is.
Status AppendReplacement(doc::DocView replacement, doc::ValueView id, std::string* out) {
  const doc::ValueView own = replacement.Find(doc::kIdField);
  if (!own.missing() && !id.missing() && !doc::EqualValues(own, id)) return ChangesId(id, own);
  doc::DocBuilder builder(out);
  const doc::ValueView kept = id.missing() ? own : id;
  if (!kept.missing()) builder.Append(doc::kIdField, kept);
  for (const doc::Element& element : replacement) {
    if (element.name != doc::kIdField) builder.Append(element.name, element.value);
  }
  builder.Finish();
  return Ok();
}

// What the document becomes, with room for its version in front.
Result<std::string> NewValue(const Call& call, const ChangeQuery& query, doc::DocView before,
                             uint32_t array_index) {
  std::string value(doc::kVersionBytes, '\0');
  if (query.update) {
    TRY(query.update->Apply(ContextOf(call, before, false), array_index, DocumentParseLimits(),
                            &value));
  } else {
    TRY(AppendReplacement(doc::DocView(query.replacement), before.Find(doc::kIdField), &value));
  }
  return value;
}

doc::DocView DocumentOf(const std::string& value) {
  return doc::DocView(Bytes(value).substr(doc::kVersionBytes));
}

// A document that changes: as it was (where it lies now), and as it will be.
struct NewVersion {
  size_t target;
  doc::StoredDocument before;
  uint64_t version;
  std::string value;
};

Result<Changed> ChangeTargets(Call& call, const ChangeQuery& query, Targets& targets,
                              const ChangeObserver& observer) {
  std::vector<NewVersion> changes;
  Changed changed;
  for (size_t i = 0; i < targets.size(); ++i) {
    const Entry* entry = targets.set.Find(call, i);
    if (entry == nullptr) continue;
    const doc::StoredDocument before = TRY(StoredOf(*entry));
    const uint32_t array_index = targets.array_indexes[i];
    std::string value = TRY(NewValue(call, query, before.doc, array_index));
    const bool same = before.doc.bytes() == DocumentOf(value).bytes();
    const uint64_t version = before.version + (same || Mutated("version-not-bumped") ? 0 : 1);
    ++changed.matched;
    if (observer) {
      const ChangedDocument after{{version, DocumentOf(value)}, array_index};
      TRY(observer(ChangedDocument{before, array_index}, after));
    }
    if (!same) changes.push_back({i, before, version, std::move(value)});
  }
  DocumentWrites writes(call);
  for (NewVersion& one : changes) {
    TRY(writes.Store(targets.set.document(one.target), one.before.doc, one.version, one.value));
  }
  TRY(writes.Commit());
  changed.modified = changes.size();
  return changed;
}

// The document that an upsert inserts.
Result<NewDocument> MakeUpsert(const Call& call, const ChangeQuery& query) {
  const std::string base = TRY(doc::DocumentOfFilter(query.filter));
  std::string bson;
  if (query.update) {
    TRY(query.update->Apply(ContextOf(call, doc::DocView(base), true), doc::kNoArrayIndex,
                            DocumentParseLimits(), &bson));
  } else {
    const doc::ValueView id = doc::DocView(base).Find(doc::kIdField);
    TRY(AppendReplacement(doc::DocView(query.replacement), id, &bson));
  }
  return MakeInsert(std::move(bson));
}

Result<Changed> Upsert(Call& call, ChangeQuery& query, DocumentSet set,
                       const ChangeObserver& observer) {
  if (query.options.if_version.value_or(0) != 0) {
    return VersionMismatch(*query.options.if_version, 0);
  }
  NewDocument document = TRY(MakeUpsert(call, query));
  NamedDocuments named;
  named.graves = GraveUse::kRead;
  if (!query.planned) {
    named.ids.push_back(document.ordered_id);
    named.count = 1;
    set = TRY(FindDocuments(call, named));
  }
  if (set.Find(call, 0) != nullptr) return DuplicateId(document.id());
  const uint64_t version = set.has_collection() ? set.FirstVersion(call, 0) : 1;
  if (observer) TRY(observer(std::nullopt, {{version, document.document()}}));
  TRY(StoreNew(call, named, set, document.value));
  return Changed{.upserted = doc::JsonText(document.id())};
}

}  // namespace

Status ParseReplacement(Bytes json, ChangeQuery& query) {
  query.replacement = TRY(doc::ParseDocument(json, DocumentParseLimits()));
  return doc::ValidateDocument(doc::DocView(query.replacement), doc::DocumentUse::kReplacement);
}

Result<Changed> RunChange(Call& call, ChangeQuery& query, const ChangeObserver& observer) {
  Targets targets = TRY(FindTargets(call, query));
  if (targets.size() > 0) return ChangeTargets(call, query, targets, observer);
  if (query.may_insert) return Upsert(call, query, targets.set, observer);
  return Changed();
}

}  // namespace veddb
