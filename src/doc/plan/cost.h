// SPDX-License-Identifier: BSD-3-Clause
// What a plan is expected to take: microseconds of one core, roughly, as measured on documents of
// some hundred bytes. Only their proportions matter. Pure.
#pragma once
#include "doc/plan/plan.h"

namespace veddb::doc {

// The share of documents that a condition is met by, where nothing but its operator is known.
double GuessShare(const MatchNode& node);

// Sets rows, keys and cost of a plan that is complete but for them. `proved_share`: of the
// documents within the bounds are so many expected to meet the residual filter.
void EstimateCost(const PlanRequest& request, Plan* plan);

}  // namespace veddb::doc
