// SPDX-License-Identifier: BSD-3-Clause
#include "modules/doc/query.h"

#include <algorithm>

#include "base/clock.h"
#include "doc/value/id.h"
#include "doc/value/ordered_key.h"
#include "modules/doc/doc_shared.h"

namespace veddb {
namespace {

constexpr int64_t kNanosPerMilli = 1'000'000;

// Beyond this a timeout is none: the sum must not overflow.
constexpr int64_t kTimeoutMsMax = INT64_MAX / kNanosPerMilli / 2;

}  // namespace

int64_t DeadlineOf(const DocOptions& options) {
  if (options.timeout_ms == 0 || options.timeout_ms > kTimeoutMsMax) return 0;
  return MonoNanos() + options.timeout_ms * kNanosPerMilli;
}

Error TookTooLong(const DocOptions& options) {
  return MakeError(ErrorCode::kTimeout, "the command took longer than its TIMEOUT of " +
                                            std::to_string(options.timeout_ms) + " ms");
}

Status Query::MayGoOn() const {
  const int64_t gone_at =
      client_gone_at == nullptr ? 0 : client_gone_at->load(std::memory_order_relaxed);
  if (deadline_ns == 0 && gone_at == 0) return Ok();
  const int64_t now = MonoNanos();
  if (gone_at != 0 && now >= gone_at) return Err("the client has gone");
  return deadline_ns == 0 || now < deadline_ns ? Ok() : Status(TookTooLong(options));
}

Status ParseQuery(PrepareCall& prepare, Bytes filter, std::span<const Bytes> options,
                  DocOption allowed, Query& query) {
  TRY(CheckCollectionName(prepare.argv[1]));
  query.options = TRY(ParseDocOptions(options, allowed));
  const doc::expression::Scope scope = ScopeOf(query.options);
  query.filter = TRY(doc::Filter::ParseJson(filter, &scope));
  query.deadline_ns = DeadlineOf(query.options);
  const Collection* collection =
      prepare.databases.FindCollection(prepare.database, prepare.argv[1]);
  query.has_collection = collection != nullptr;
  if (collection == nullptr) return Ok();
  return NoteCollection(prepare.databases, *collection, query);
}

const doc::IndexSpec& IdIndexSpec() {
  static const doc::IndexSpec spec = [] {
    doc::IndexSpec out;
    out.name = std::string(doc::kIdIndexName);
    out.fields.push_back({doc::FieldPath(doc::kIdField)});
    out.unique = true;
    return out;
  }();
  return spec;
}

Status NoteCollection(const Databases& databases, const Collection& collection, Query& query) {
  query.collection = collection.id;
  query.documents =
      static_cast<uint64_t>(std::max<int64_t>(databases.DocumentCount(collection.id), 0));
  query.indexes.clear();
  const std::optional<IndexHint>& hint = query.options.hint;
  bool hint_is_known = !hint || hint->Names(IdIndexSpec());
  for (const auto& index : doc::IndexesOf(collection)) {
    if (!index->ready()) continue;
    const int64_t entries = std::max<int64_t>(databases.IndexEntryCount(index->id), 0);
    query.indexes.push_back({index, static_cast<uint64_t>(entries)});
    hint_is_known = hint_is_known || hint->Names(index->spec);
  }
  return hint_is_known ? Ok() : Status(NoIndex(hint->text));
}

void PlanRead(PrepareCall& prepare, Query& query) {
  const std::optional<doc::ValueView> id = doc::IdEquality(query.filter);
  if (id) {
    query.ids.push_back(doc::OrderedKey(*id));
    PlanDocuments(prepare, query);
  } else {
    prepare.plan.route = query.has_collection ? Route::kSnapshot : Route::kLoop;
    prepare.plan.may_be_little = !query.indexes.empty() && query.options.batch == 0;
  }
}

Result<std::optional<Match>> MatchNamed(Call& call, Query& query, DocumentSet& set) {
  const Entry* entry = set.Find(call, 0);
  if (entry == nullptr) return std::optional<Match>();
  const doc::StoredDocument stored = TRY(StoredOf(*entry));
  doc::Matcher matcher(&query.filter, static_cast<uint64_t>(MonoNanos()));
  const bool matches = matcher.Matches(stored.doc);
  if (matcher.error()) return *matcher.error();
  if (!matches) return std::optional<Match>();
  return std::optional<Match>({entry->key(), stored, matcher.array_index()});
}

}  // namespace veddb
