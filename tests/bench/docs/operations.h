// SPDX-License-Identifier: BSD-3-Clause
// The operations by name, with arguments drawn at random, and runs of many of them at once.
#pragma once
#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "tests/bench/docs/session.h"

namespace veddb::bench {

using Random = std::mt19937_64;

struct Operation {
  const char* name;
  // Draws arguments and runs it once. `turn`: how many were run before, by all threads together.
  uint64_t (*run)(Session& session, const OrderSet& orders, Random& random, uint64_t turn);
};
std::span<const Operation> Operations();

struct RunOptions {
  const Operation* operation = nullptr;
  Target target;
  OrderSet orders{0};
  int threads = 1;     // a connection each
  double seconds = 0;  // 0: until `turns` are run, or until standard input ends
  uint64_t first = 0;  // the first turn's number
  uint64_t turns = 0;  // 0: no limit
  uint64_t seed = 1;
};

struct RunResult {
  uint64_t turns = 0;
  uint64_t answers = 0;  // the sum of what the operations returned
  double seconds = 0;
  double p50_ms = 0;
  double p99_ms = 0;
  double max_ms = 0;
};
RunResult Run(const RunOptions& options);

}  // namespace veddb::bench
