// SPDX-License-Identifier: BSD-3-Clause
// Whether a query can be answered from an index's keys alone. Pure.
#pragma once
#include "doc/plan/plan.h"

namespace veddb::doc {

// What is asked of the document beside the bounds is among the index's fields, none of which is an
// array anywhere. A key may still not tell (a type that can't be read back): then the document is
// asked.
//
// As fields are shown in the order of the document, which keys do not know, at most one field
// beside `_id` (which always comes first) can be shown.
bool IsCovered(const PlanRequest& request, const PlanIndex& index, const Plan& plan);

}  // namespace veddb::doc
