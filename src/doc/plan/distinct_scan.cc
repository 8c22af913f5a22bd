// SPDX-License-Identifier: BSD-3-Clause
#include "doc/plan/distinct_scan.h"

#include <algorithm>

#include "doc/plan/bounds.h"

namespace veddb::doc {
namespace {

constexpr double kLeap = 3.5;

std::optional<size_t> FieldOf(const IndexSpec& spec, const FieldPath& path) {
  for (size_t i = 0; i < spec.fields.size(); ++i) {
    if (spec.fields[i].path.text() == path.text()) return i;
  }
  return std::nullopt;
}

// Does every key of a value tell that there is a document with it that matches?
bool Tells(const IndexBounds& bounds, size_t field) {
  for (size_t i = 0; i < bounds.fields.size(); ++i) {
    if (i < field && !bounds.fields[i].IsPoint()) return false;
    if (i > field && !bounds.fields[i].IsAll()) return false;
  }
  return std::all_of(bounds.proved.begin(), bounds.proved.end(),
                     [](bool proved) { return proved; });
}

}  // namespace

std::optional<DistinctScan> FindDistinctScan(const PlanRequest& request,
                                             const std::vector<PlanIndex>& indexes,
                                             const FieldPath& path) {
  std::optional<DistinctScan> best;
  if (HasPlaces(path)) return best;
  std::vector<Condition> conditions;
  for (const MatchNode* node : Conjuncts(*request.filter)) conditions.push_back(NormalForm(*node));
  for (const PlanIndex& index : indexes) {
    if (index.clustered || (request.hint != nullptr && request.hint != &index)) continue;
    const std::optional<size_t> field = FieldOf(*index.spec, path);
    if (!field || (index.is_multikey(*field) && !conditions.empty())) continue;
    for (const IndexBounds& bounds : BoundsOf(conditions, index)) {
      if (bounds.is_empty() || !Tells(bounds, *field)) continue;
      if (!HoldsAll(conditions, index, bounds)) continue;
      const ScanEstimate estimate = EstimateScan(*index.spec, *index.statistics, bounds.fields);
      const std::vector<double>& distinct = index.statistics->distinct;
      const double share = index.statistics->entries == 0
                               ? 0
                               : estimate.keys / static_cast<double>(index.statistics->entries);
      const double values = std::min(estimate.keys, std::max(1.0, distinct[*field] * share));
      const double cost = kLeap * (values + 1);
      if (best && best->cost <= cost) continue;
      best = {.scan = {.index = &index, .bounds = bounds.fields},
              .field = *field,
              .values = values,
              .cost = cost};
    }
  }
  return best;
}

}  // namespace veddb::doc
