// SPDX-License-Identifier: BSD-3-Clause
// QueryPlan: the one place where commands choose how to get at the documents of a query.
//
//   auto plan = TRY(QueryPlan::Choose(&query, &snapshot, doc::PlanOutput::kDocuments));
//   SnapshotSource source(&snapshot, &query);
//   doc::PlanRun run = plan->Run(source);
//
// Owned by: one thread.
#pragma once
#include <deque>
#include <memory>
#include <vector>

#include "doc/exec/plan_run.h"
#include "modules/doc/plan_source.h"

namespace veddb {

// What is to be found, and how. What it points to outlives the plan.
struct PlanWish {
  const doc::Filter* filter = nullptr;
  const doc::SortSpec* sort = nullptr;          // null: in any order
  const doc::Projection* projection = nullptr;  // null: whole documents
  doc::PlanOutput output = doc::PlanOutput::kDocuments;
  bool needs_version = false;
  bool any_field_order = false;  // as in PlanRequest
  uint64_t skip = 0;
  uint64_t limit = 0;  // 0: none
};
// What the query itself says.
PlanWish WishOf(const Query& query, doc::PlanOutput output);

class QueryPlan final : public doc::RangeSizes {
 public:
  // After the snapshot was taken. NOINDEX, BADQUERY: the hint can't be followed.
  // REQUIRES: both outlive the plan and its runs.
  static Result<std::unique_ptr<QueryPlan>> Choose(const Query* query, const Snapshot* snapshot,
                                                   doc::PlanOutput output) {
    return Choose(query, snapshot, WishOf(*query, output));
  }
  // The same with another filter, order … than the query's own: of the query are the collection,
  // its indexes, the hint and the deadline.
  static Result<std::unique_ptr<QueryPlan>> Choose(const Query* query, const Snapshot* snapshot,
                                                   const PlanWish& wish);

  const doc::PlanRequest& request() const { return request_; }
  const doc::PlanChoice& choice() const { return choice_; }
  const std::vector<doc::PlanIndex>& indexes() const { return indexes_; }
  // So little that the loop may do it between other commands, as far as can be foreseen.
  bool is_little() const;
  bool scans_collection() const { return choice_.winner.is_collection_scan(); }
  // Rows come as they are read: nothing has to be sorted as a whole.
  bool streams() const { return choice_.winner.sort != doc::SortWork::kAll; }
  doc::PlanRun Run(doc::PlanSource& source) const;

  std::optional<double> Share(const doc::PlanIndex& index, Bytes lower, Bytes upper) override;

 private:
  QueryPlan(const Query* query, const Snapshot* snapshot) : query_(query), snapshot_(snapshot) {}
  void GatherIndexes();
  Status FindHint();
  Status ChoosePlan(const PlanWish& wish);

  const Query* const query_;
  const Snapshot* const snapshot_;
  std::vector<doc::PlanIndex> indexes_;
  doc::PlanRequest request_;
  doc::PlanChoice choice_;
};

// A plan that is little work. An error: there is none, or too little is known.
Result<std::unique_ptr<QueryPlan>> ChooseLittle(const Query& query, const Snapshot& snapshot,
                                                doc::PlanOutput output);

}  // namespace veddb
