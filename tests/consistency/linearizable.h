// SPDX-License-Identifier: BSD-3-Clause
// Is there one order of a key's operations, true to their times, in which each has the result that
// it had? Wing and Gong's search with Lowe's memory of the configurations that were tried.
//
// Operations in doubt need not take effect, and may at any time after they began: there is no end
// that would bound them. Cost: exponential at worst; linear in practice, times the operations that
// overlap. Pure.
#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "tests/consistency/operation.h"

namespace veddb::consistency {

// Configurations tried before the search gives up: it ends within a second or two.
inline constexpr size_t kConfigurationsMax = 3'000'000;

struct Verdict {
  bool linearizable = false;
  bool undecided = false;  // given up
  // Where no order goes on: what was under way then, a line each.
  std::string evidence;
};

Verdict CheckLinearizable(const std::vector<Operation>& operations,
                          size_t configurations_max = kConfigurationsMax);

}  // namespace veddb::consistency
