// SPDX-License-Identifier: BSD-3-Clause
// The different values of a path from an index's keys alone: from each value one goes to the next
// without looking at the keys between. Pure.
#pragma once
#include <optional>
#include <vector>

#include "doc/plan/plan.h"

namespace veddb::doc {

struct DistinctScan {
  IndexScan scan;
  size_t field = 0;   // of the index: the path
  double values = 0;  // estimated
  double cost = 0;
};

// The cheapest, if any index does: the filter must be proved by bounds in front of the path and on
// it, and the path be no array (but where all documents are asked).
std::optional<DistinctScan> FindDistinctScan(const PlanRequest& request,
                                             const std::vector<PlanIndex>& indexes,
                                             const FieldPath& path);

}  // namespace veddb::doc
