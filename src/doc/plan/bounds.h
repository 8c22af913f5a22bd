// SPDX-License-Identifier: BSD-3-Clause
// From a filter's conditions to the bounds of an index. Pure.
#pragma once
#include <vector>

#include "doc/plan/condition.h"
#include "doc/plan/plan.h"

namespace veddb::doc {

struct IndexBounds {
  FieldBounds fields;
  // Of every condition: the bounds prove it.
  std::vector<bool> proved;

  bool bounded() const;   // any field
  bool is_empty() const;  // some field has no value
};

// All sound ways to use the conditions (all of which must hold): several where a field may be an
// array, at most kBoundsMax.
inline constexpr size_t kBoundsMax = 16;
std::vector<IndexBounds> BoundsOf(const std::vector<Condition>& conditions, const PlanIndex& index);

// Does the index hold every document that can match?
bool HoldsAll(const std::vector<Condition>& conditions, const PlanIndex& index,
              const IndexBounds& bounds);

// Does whatever meets all `conditions` meet `wanted`? False: it can't be told.
bool Implies(const std::vector<Condition>& conditions, const Condition& wanted);

}  // namespace veddb::doc
