// SPDX-License-Identifier: BSD-3-Clause
// The candidates, in order: the whole collection, every index with every sound set of bounds,
// unions of indexes for $or; the cheapest wins.
#include <algorithm>

#include "doc/plan/bounds.h"
#include "doc/plan/cost.h"
#include "doc/plan/covering.h"
#include "doc/plan/sort_order.h"

namespace veddb::doc {
namespace {

struct Query {
  const PlanRequest& request;
  std::vector<const MatchNode*> nodes;  // the conjuncts
  std::vector<Condition> conditions;    // theirs
};

bool SortsAtAll(const PlanRequest& request) {
  return request.sort != nullptr && !request.sort->empty() && request.output != PlanOutput::kCount;
}

// A document has one key within the bounds if every field that may be an array has one value there.
bool MayRepeat(const PlanIndex& index, const FieldBounds& bounds) {
  for (size_t i = 0; i < bounds.size(); ++i) {
    if (index.is_multikey(i) && !bounds[i].IsPoint()) return true;
  }
  return false;
}

std::vector<const MatchNode*> Unproved(const Query& query, const IndexBounds& bounds) {
  std::vector<const MatchNode*> rest;
  for (size_t i = 0; i < query.nodes.size(); ++i) {
    if (!bounds.proved[i]) rest.push_back(query.nodes[i]);
  }
  return rest;
}

// How many leading fields have points only, and how many scans their combinations are.
size_t MergeableFields(const FieldBounds& bounds) {
  size_t scans = 1;
  size_t fields = 0;
  for (; fields < bounds.size() && bounds[fields].IsPoints(); ++fields) {
    if (bounds[fields].intervals().size() > kMergedScansMax / scans) break;
    scans *= bounds[fields].intervals().size();
  }
  return scans > 1 ? fields : 0;
}

class Candidates {
 public:
  explicit Candidates(const Query& query) : query_(query), request_(query.request) {}

  std::vector<Plan> Take() { return std::move(plans_); }
  bool full() const { return plans_.size() >= kPlansMax; }

  void AddCollectionScan() {
    Plan plan;
    plan.residual = query_.nodes;
    if (SortsAtAll(request_) && NeedsWork(request_.sort)) plan.sort = SortWork::kAll;
    Add(std::move(plan));
  }

  // `forced`: also where it looks useless.
  void AddIndex(const PlanIndex& index, bool forced) {
    for (const IndexBounds& bounds : BoundsOf(query_.conditions, index)) {
      if (!HoldsAll(query_.conditions, index, bounds)) continue;
      lacks_documents_ = false;
      AddScan(index, bounds, 0, forced);
      const size_t merged = SortsAtAll(request_) ? MergeableFields(bounds.fields) : 0;
      if (merged > 0) AddScan(index, bounds, merged, false);
    }
  }

  // For every $or that has an index for each of its branches.
  void AddUnions(const std::vector<PlanIndex>& indexes) {
    for (size_t i = 0; i < query_.conditions.size(); ++i) {
      if (query_.conditions[i].kind == Condition::Kind::kOr) AddUnion(i, indexes);
    }
  }

  bool lacks_documents() const { return lacks_documents_; }

 private:
  void AddScan(const PlanIndex& index, const IndexBounds& bounds, size_t merged, bool forced) {
    Plan plan;
    plan.residual = Unproved(query_, bounds);
    plan.is_empty = bounds.is_empty();
    IndexScan scan{.index = &index, .bounds = bounds.fields, .merged_fields = merged};
    scan.may_repeat = MayRepeat(index, bounds.fields);
    if (SortsAtAll(request_)) {
      const SortOrder order = OrderOf(*request_.sort, index, bounds.fields, merged);
      if (merged > 0 && order.work == SortWork::kAll) return;
      plan.sort = order.work;
      plan.group_end = order.group_end;
      scan.backward = order.backward;
    }
    const bool needs_document = request_.output == PlanOutput::kDocuments ||
                                !plan.residual.empty() || plan.sort != SortWork::kNone;
    plan.covered = needs_document && !plan.is_empty && IsCovered(request_, index, plan);
    plan.fetches = needs_document && !plan.covered;
    const bool useful = bounds.bounded() || plan.covered || (!plan.fetches && !index.clustered) ||
                        (SortsAtAll(request_) && plan.sort != SortWork::kAll);
    if (!useful && !forced) return;
    plan.scans.push_back(std::move(scan));
    Add(std::move(plan));
  }

  // The best scan for one branch, with all that must hold beside it.
  std::optional<IndexScan> BestScan(const std::vector<Condition>& conditions,
                                    const std::vector<PlanIndex>& indexes, double* best_cost) {
    std::optional<IndexScan> best;
    for (const PlanIndex& index : indexes) {
      for (const IndexBounds& bounds : BoundsOf(conditions, index)) {
        if (!bounds.bounded() || !HoldsAll(conditions, index, bounds)) continue;
        Plan plan;
        IndexScan scan{.index = &index, .bounds = bounds.fields};
        plan.is_empty = bounds.is_empty();
        scan.may_repeat = MayRepeat(index, scan.bounds);
        plan.scans.push_back(scan);
        PlanRequest request;
        request.documents = request_.documents;
        request.sizes = request_.sizes;
        EstimateCost(request, &plan);
        if (best && plan.cost >= *best_cost) continue;
        best = std::move(scan);
        *best_cost = plan.cost;
      }
    }
    return best;
  }

  void AddUnion(size_t which, const std::vector<PlanIndex>& indexes) {
    Plan plan;
    plan.residual = query_.nodes;
    if (SortsAtAll(request_)) plan.sort = SortWork::kAll;
    for (const Condition& branch : query_.conditions[which].children) {
      std::vector<Condition> conditions{branch};
      for (size_t i = 0; i < query_.conditions.size(); ++i) {
        if (i != which) conditions.push_back(query_.conditions[i]);
      }
      double cost = 0;
      std::optional<IndexScan> scan = BestScan(conditions, indexes, &cost);
      if (!scan) return;
      const auto& sets = scan->bounds;
      const bool empty =
          std::any_of(sets.begin(), sets.end(), [](const IntervalSet& set) { return set.empty(); });
      if (!empty) plan.scans.push_back(std::move(*scan));
    }
    plan.is_empty = plan.scans.empty();
    if (plan.scans.size() > kPlansMax) return;
    Add(std::move(plan));
  }

  void Add(Plan plan) {
    if (full()) return;
    EstimateCost(request_, &plan);
    plans_.push_back(std::move(plan));
  }

  const Query& query_;
  const PlanRequest& request_;
  std::vector<Plan> plans_;
  bool lacks_documents_ = true;
};

Error HintLacksDocuments(const PlanIndex& index) {
  return MakeError(ErrorCode::kBadQuery,
                   "HINT: the index '" + index.spec->name +
                       "' does not have all documents that the filter may match");
}

PlanChoice Settle(std::vector<Plan> plans) {
  std::stable_sort(plans.begin(), plans.end(),
                   [](const Plan& a, const Plan& b) { return a.cost < b.cost; });
  PlanChoice choice;
  choice.winner = std::move(plans.front());
  choice.rejected.assign(std::make_move_iterator(plans.begin() + 1),
                         std::make_move_iterator(plans.end()));
  return choice;
}

}  // namespace

Result<PlanChoice> ChoosePlan(const PlanRequest& request, const std::vector<PlanIndex>& indexes) {
  Query query{.request = request, .nodes = Conjuncts(*request.filter)};
  for (const MatchNode* node : query.nodes) query.conditions.push_back(NormalForm(*node));
  Candidates candidates(query);
  if (request.hint != nullptr) {
    candidates.AddIndex(*request.hint, true);
    if (candidates.lacks_documents()) return HintLacksDocuments(*request.hint);
    return Settle(candidates.Take());
  }
  candidates.AddCollectionScan();
  for (const PlanIndex& index : indexes) {
    // The documents in order of `_id` are no better than the scan of the collection.
    candidates.AddIndex(index, false);
  }
  candidates.AddUnions(indexes);
  return Settle(candidates.Take());
}

}  // namespace veddb::doc
