// SPDX-License-Identifier: BSD-3-Clause
// Delta debugging: the fewest steps that still make the servers differ.
#pragma once
#include <functional>
#include <vector>

#include "tests/differential/arena.h"

namespace veddb::differential {

// REQUIRES: differs(steps). It is asked O(n log n) times for n needed steps, as a rule.
std::vector<Step> Minimise(std::vector<Step> steps,
                           const std::function<bool(const std::vector<Step>&)>& differs);

}  // namespace veddb::differential
