// SPDX-License-Identifier: BSD-3-Clause
#include "modules/doc/query_plan.h"

#include <algorithm>

#include "base/clock.h"
#include "modules/doc/doc_shared.h"
#include "modules/doc/found.h"
#include "modules/doc/index_statistics.h"

namespace veddb {
namespace {

constexpr double kDocumentBytesGuess = 256;
// By the planner's figures, which take documents as read from the store: in memory it is a fifth.
// Other clients wait for as long; the detour through a thread costs tens of microseconds.
constexpr double kLittleMicros = 250;

std::shared_ptr<const doc::IndexStatistics> IdStatistics(uint64_t documents) {
  doc::IndexStatistics statistics;
  statistics.entries = documents;
  statistics.distinct = {static_cast<double>(documents)};
  return std::make_shared<const doc::IndexStatistics>(std::move(statistics));
}

double AverageBytes(const Snapshot& snapshot, const Query& query) {
  const auto bytes =
      static_cast<double>(snapshot.StoredBytes(KeyspaceKind::kDocuments, query.collection));
  if (bytes <= 0 || query.documents == 0) return kDocumentBytesGuess;
  return bytes / static_cast<double>(query.documents);
}

}  // namespace

PlanWish WishOf(const Query& query, doc::PlanOutput output) {
  const DocOptions& options = query.options;
  PlanWish wish{.filter = &query.filter, .sort = &options.sort, .output = output};
  const bool projects = options.projection.mode() != doc::Projection::Mode::kWhole;
  if (output == doc::PlanOutput::kDocuments && projects) wish.projection = &options.projection;
  wish.needs_version = options.with_version;
  const bool counts = output == doc::PlanOutput::kCount;
  wish.skip = counts ? 0 : options.skip;
  wish.limit = counts ? NeedOf(options) : options.limit;
  return wish;
}

Result<std::unique_ptr<QueryPlan>> QueryPlan::Choose(const Query* query, const Snapshot* snapshot,
                                                     const PlanWish& wish) {
  std::unique_ptr<QueryPlan> plan(new QueryPlan(query, snapshot));
  plan->GatherIndexes();
  TRY(plan->FindHint());
  TRY(plan->ChoosePlan(wish));
  return plan;
}

void QueryPlan::GatherIndexes() {
  SnapshotSource source(snapshot_, query_);
  for (const QueryIndex& one : query_->indexes) {
    // Dropped since: the snapshot may not have all of it.
    if (!one.index->ready()) continue;
    indexes_.push_back({.spec = &one.index->spec,
                        .id = one.index->id,
                        .multikey = one.index->multikey.load(),
                        .statistics = StatisticsOf(one, *snapshot_, source)});
  }
  indexes_.push_back(
      {.spec = &IdIndexSpec(), .statistics = IdStatistics(query_->documents), .clustered = true});
}

Status QueryPlan::FindHint() {
  const std::optional<IndexHint>& hint = query_->options.hint;
  if (!hint) return Ok();
  for (const doc::PlanIndex& index : indexes_) {
    if (hint->Names(*index.spec)) request_.hint = &index;
  }
  return request_.hint == nullptr ? Status(NoIndex(hint->text)) : Ok();
}

Status QueryPlan::ChoosePlan(const PlanWish& wish) {
  request_.filter = wish.filter;
  request_.sort = wish.sort;
  request_.projection = wish.projection;
  request_.output = wish.output;
  request_.needs_version = wish.needs_version;
  request_.any_field_order = wish.any_field_order;
  request_.skip = wish.skip;
  request_.limit = wish.limit;
  request_.documents = query_->documents;
  request_.document_bytes = AverageBytes(*snapshot_, *query_);
  if (snapshot_->Parts(KeyspaceKind::kDocuments, query_->collection) > 1) {
    request_.threads = snapshot_->threads();
  }
  request_.sizes = this;
  choice_ = TRY(doc::ChoosePlan(request_, indexes_));
  return Ok();
}

Result<std::unique_ptr<QueryPlan>> ChooseLittle(const Query& query, const Snapshot& snapshot,
                                                doc::PlanOutput output) {
  if (!HaveStatistics(query)) return Err("nothing is known of the indexes yet");
  auto plan = TRY(QueryPlan::Choose(&query, &snapshot, output));
  if (!plan->is_little()) return Err("the read is more than little work");
  return plan;
}

std::optional<double> QueryPlan::Share(const doc::PlanIndex& index, Bytes lower, Bytes upper) {
  const KeyspaceKind kind = index.clustered ? KeyspaceKind::kDocuments : KeyspaceKind::kIndex;
  const uint32_t id = index.clustered ? query_->collection : index.id;
  return snapshot_->ShareOf(kind, id, lower, upper);
}

bool QueryPlan::is_little() const {
  return !scans_collection() && choice_.winner.cost <= kLittleMicros;
}

doc::PlanRun QueryPlan::Run(doc::PlanSource& source) const {
  const auto seed = static_cast<uint64_t>(MonoNanos()) * 0x9E3779B97F4A7C15ULL;
  return doc::PlanRun(request_, choice_.winner, source, seed);
}

}  // namespace veddb
