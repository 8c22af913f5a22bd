// SPDX-License-Identifier: BSD-3-Clause
#include "tests/consistency/recorder.h"

#include <chrono>
#include <iterator>
#include <utility>

#include "tests/consistency/linearizable.h"

namespace veddb::consistency {

Nanos Now() {
  const auto time = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(time).count();
}

void Records::Append(Records&& other) {
  for (auto& [key, list] : other.operations) {
    auto& mine = operations[key];
    mine.insert(mine.end(), list.begin(), list.end());
  }
  std::move(other.transactions.begin(), other.transactions.end(), std::back_inserter(transactions));
  std::move(other.problems.begin(), other.problems.end(), std::back_inserter(problems));
  count += other.count;
}

std::vector<std::string> Check(const Records& records) {
  std::vector<std::string> problems = records.problems;
  for (const auto& [key, operations] : records.operations) {
    const Verdict verdict = CheckLinearizable(operations);
    if (verdict.undecided) problems.push_back(key + ": the search for an order gave up");
    if (!verdict.evidence.empty()) problems.push_back(key + ": " + verdict.evidence);
  }
  for (std::string& problem : CheckListAppend(records.transactions)) {
    problems.push_back(std::move(problem));
  }
  return problems;
}

}  // namespace veddb::consistency
