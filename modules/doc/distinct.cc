// SPDX-License-Identifier: BSD-3-Clause
// DOC.DISTINCT: the different values that a path has in the documents that a filter matches.
#include "modules/doc/distinct.h"

#include <array>
#include <deque>

#include "doc/exec/scan_cursor.h"
#include "doc/index/index_keys.h"
#include "doc/value/id.h"
#include "doc/value/ordered_key.h"
#include "modules/doc/doc_shared.h"
#include "modules/doc/filter_scan.h"
#include "modules/doc/option_sets.h"

namespace veddb {
namespace {

void Add(doc::ValueView value, DistinctValues* values) {
  std::string key = doc::OrderedKey(value);
  if (!values->contains(key)) values->emplace(std::move(key), doc::Tagged(value));
}

// The elements of an array stand for it.
void AddValuesOf(doc::DocView document, const doc::FieldPath& path, DistinctValues* values) {
  doc::VisitPath(document, path, doc::LeafArrays::kClosed, [&](doc::ValueView value, uint32_t) {
    if (value.type == doc::BsonType::kArray) {
      for (const doc::Element& element : value.Document()) Add(element.value, values);
    } else if (!value.missing()) {
      Add(value, values);
    }
    return false;
  });
}

// The projection lets an index answer that has the path; it is not applied. A path that no
// projection can name needs the documents.
void ShowPathOnly(DistinctQuery& query) {
  std::string json = "{";
  doc::AppendJsonString(query.path, &json);
  json += query.path == doc::kIdField ? ":1}" : ":1,\"_id\":0}";
  Result<doc::Projection> projection = doc::Projection::ParseJson(json);
  if (projection.ok()) query.options.projection = projection.TakeValue();
}

Status PrepareDistinct(PrepareCall& prepare) {
  auto query = std::make_unique<DistinctQuery>();
  TRY(ParseDistinct(prepare, *query));
  prepare.plan.route = query->has_collection ? Route::kSnapshot : Route::kLoop;
  prepare.plan.prepared = std::move(query);
  return Ok();
}

// In parallel, as every scan of the whole collection.
Status ScanCollection(const DistinctQuery& query, const Snapshot& snapshot,
                      DistinctValues* values) {
  const doc::FieldPath path(query.path);
  FilterScan scan(snapshot, query, 0);
  std::deque<DistinctValues> parts(scan.parts());
  TRY(scan.Run([&](size_t part, const Match& match) {
    AddValuesOf(match.stored.doc, path, &parts[part]);
    return Ok();
  }));
  for (DistinctValues& part : parts) values->merge(part);
  return Ok();
}

Status RunPlan(const DistinctQuery& query, const QueryPlan& plan, doc::PlanSource& source,
               DistinctValues* values) {
  const doc::FieldPath path(query.path);
  doc::PlanRun run = plan.Run(source);
  for (;;) {
    const doc::FoundDocument* found = TRY(run.Next());
    if (found == nullptr) return Ok();
    AddValuesOf(found->stored.doc, path, values);
  }
}

Result<DistinctValues> FindValues(const Call& call, const DistinctQuery& query) {
  DistinctValues values;
  if (call.snapshot == nullptr) return values;
  const DistinctPlan plan = TRY(PlanDistinct(query, *call.snapshot));
  SnapshotSource source(call.snapshot, &query);
  if (plan.leaps) {
    doc::ScanCounts counts;
    TRY(LeapThrough(query, *plan.leaps, source, &values, &counts));
  } else if (plan.documents->scans_collection()) {
    TRY(ScanCollection(query, *call.snapshot, &values));
  } else {
    TRY(RunPlan(query, *plan.documents, source, &values));
  }
  return values;
}

void Distinct(Call& call) {
  const auto& query = call.prepared_as<DistinctQuery>();
  const Result<DistinctValues> values = FindValues(call, query);
  if (!values.ok()) return call.reply.Error(values.error());
  call.reply.Array(values->size());
  std::string json;
  for (const auto& [key, tagged] : *values) {
    json.clear();
    doc::WriteJsonValue(doc::TaggedView(tagged), query.options.json, &json);
    call.reply.Bulk(json);
  }
}

constexpr std::array kTable = {
    CommandSpec{.name = "doc.distinct",
                .summary = "Return the different values of a path among documents.",
                .since = kDocSince,
                .group = kDocGroup,
                .complexity = "O(N) where N is the number of different values if an index has "
                              "them, else of documents that the filter needs looked at.",
                .syntax = "collection path [filter] [HINT index] [LET variables] [TIMEOUT "
                          "milliseconds] [EJSON CANONICAL|RELAXED]",
                .arity = -3,
                .flags = Flag::kReadonly | Flag::kSnapshot,
                .categories = Category::kDoc,
                .keys = {{1, 1, 1, Access::kRO | Access::kAccess, true}},
                .route = Route::kSnapshot,
                .handler = Distinct,
                .prepare = PrepareDistinct},
};
static_assert(SpecsAreValid(kTable));

}  // namespace

Status ParseDistinct(PrepareCall& prepare, DistinctQuery& query) {
  // Every option has a value.
  const bool has_filter = prepare.argv.size() % 2 == 0;
  query.path = std::string(prepare.argv[2]);
  TRY(doc::CheckQueryPath(doc::FieldPath(query.path), "path"));
  TRY(ParseQuery(prepare, has_filter ? prepare.argv[3] : Bytes("{}"),
                 prepare.argv.subspan(has_filter ? 4 : 3), kDistinctOptions, query));
  ShowPathOnly(query);
  return Ok();
}

Result<DistinctPlan> PlanDistinct(const DistinctQuery& query, const Snapshot& snapshot) {
  DistinctPlan plan;
  plan.documents = TRY(QueryPlan::Choose(&query, &snapshot, doc::PlanOutput::kDocuments));
  const QueryPlan& documents = *plan.documents;
  plan.leaps =
      doc::FindDistinctScan(documents.request(), documents.indexes(), doc::FieldPath(query.path));
  const bool hinted = documents.request().hint != nullptr;
  if (plan.leaps && !hinted && plan.leaps->cost > documents.choice().winner.cost) {
    plan.leaps.reset();
  }
  return plan;
}

Status LeapThrough(const DistinctQuery& query, const doc::DistinctScan& leaps,
                   doc::PlanSource& source, DistinctValues* values, doc::ScanCounts* counts) {
  const doc::PlanIndex& index = *leaps.scan.index;
  const doc::FieldPath path(query.path);
  doc::ScanCursor cursor(source, index, leaps.scan.bounds, false);
  std::vector<Bytes> fields;
  std::string tagged;
  std::string room;
  Bytes stored;
  std::string key;  // the value's encoding
  bool more = TRY(cursor.Next());
  while (more) {
    const doc::IndexEntryView entry =
        TRY(doc::ParseIndexEntry(*index.spec, cursor.key(), cursor.value()));
    if (!doc::SplitKey(*index.spec, entry.fields, &fields)) {
      return MakeError(ErrorCode::kIoErr, "an index entry is not valid");
    }
    const Bytes field = fields[leaps.field];
    const bool descending = index.spec->fields[leaps.field].descending;
    key.assign(field);
    if (descending) doc::InvertKey(&key, 0);
    std::optional<uint8_t> code;
    if (!entry.types.empty()) code = static_cast<uint8_t>(entry.types[leaps.field]);
    if (doc::DecodeIndexValue(field, descending, code, &tagged)) {
      if (!doc::TaggedView(tagged).missing()) Add(doc::TaggedView(tagged), values);
    } else if (TRY(source.Get(entry.ordered_id, &room, &stored))) {
      AddValuesOf(TRY(doc::DecodeStored(stored)).doc, path, values);
    }
    // A key of nothing (a missing field, an empty array) says nothing of those beside it.
    const auto end = static_cast<size_t>(field.data() + field.size() - cursor.key().data());
    more = TRY(values->contains(key) ? cursor.NextBehindPrefix(end) : cursor.Next());
  }
  *counts = cursor.counts();
  return Ok();
}

std::span<const CommandSpec> DocDistinctCommands() { return kTable; }

}  // namespace veddb
