// SPDX-License-Identifier: BSD-3-Clause
// What of a sort the order of an index's keys gives for nothing. Pure.
#pragma once
#include "doc/plan/plan.h"

namespace veddb::doc {

struct SortOrder {
  SortWork work = SortWork::kAll;
  bool backward = false;
  size_t group_end = 0;  // see Plan
};

// Of a scan within `bounds`, the points of whose first `merged_fields` fields are scanned one by
// one. Ties of the sort are broken by `_id`, so an index is in order only if its keys are that far.
SortOrder OrderOf(const SortSpec& sort, const PlanIndex& index, const FieldBounds& bounds,
                  size_t merged_fields);

// What is to be done about a sort when nothing is known of the order: nothing, if `_id` decides.
bool NeedsWork(const SortSpec* sort);

}  // namespace veddb::doc
