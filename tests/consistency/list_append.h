// SPDX-License-Identifier: BSD-3-Clause
// Transactions that append to lists and read them, and the search for what no serial order that is
// true to their times explains.
//
// Every appended element is unique, so a list tells its own history: the longest read of a key is
// the order of its versions. Between transactions that gives edges (ww: wrote the version before;
// wr: read what the other wrote; rw: read the version before the other's; real time: ended before
// the other began), and every cycle is an anomaly.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "tests/consistency/operation.h"

namespace veddb::consistency {

struct ListStep {
  enum class Kind : uint8_t { kAppend, kRead };
  Kind kind = Kind::kRead;
  std::string key;
  int64_t element = 0;        // appended
  std::vector<int64_t> seen;  // read
};

struct ListTransaction {
  enum class Outcome : uint8_t { kCommitted, kAborted, kInDoubt };
  int client = 0;
  Nanos begin = 0;
  Nanos end = kNever;
  Outcome outcome = Outcome::kCommitted;
  std::vector<ListStep> steps;  // reads of a transaction in doubt are unknown: none are there
};

// What is wrong, a line each, beginning with its name:
//   duplicate, unknown element, fork      reads that no history of appends gives
//   internal                              a transaction that does not see its own appends, or does
//                                         not see the same list twice
//   G1a, G1b                              aborted, intermediate appends that others read
//   lost append                           committed, and absent from a read that began later
//   G0, G1c, G-single, G2                 cycles of ww; ww and wr; one rw; more of them
//   …-realtime                            the same, and the times are needed to see it
std::vector<std::string> CheckListAppend(const std::vector<ListTransaction>& transactions);

}  // namespace veddb::consistency
