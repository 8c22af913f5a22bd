// SPDX-License-Identifier: BSD-3-Clause
// What the clients of one history saw.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "tests/consistency/list_append.h"
#include "tests/consistency/operation.h"

namespace veddb::consistency {

// Monotonic.
Nanos Now();

// Owned by: one client, then whoever checks.
struct Records {
  // By key or document; the first letter of the name tells what it is.
  std::map<std::string, std::vector<Operation>> operations;
  std::vector<ListTransaction> transactions;
  std::vector<std::string> problems;  // replies that no state explains
  int64_t count = 0;

  void Add(const std::string& key, const Operation& operation) {
    operations[key].push_back(operation);
    ++count;
  }
  void Add(ListTransaction transaction) {
    transactions.push_back(std::move(transaction));
    ++count;
  }
  void Append(Records&& other);
};

// Everything that is wrong with the history, a line each.
std::vector<std::string> Check(const Records& records);

}  // namespace veddb::consistency
