// SPDX-License-Identifier: BSD-3-Clause
// SCAN's promise, beside writers who make, change, expire and delete keys: a key that is there from
// the begin of an iteration to its end is told at least once, also when the server is killed and
// started again in between and the iteration goes on with its old cursor.
#pragma once
#include <cstdint>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "tests/consistency/gate.h"

namespace veddb::consistency {

inline constexpr int kStayingKeys = 300;
std::string StayingKey(int i);

// Writes the keys that stay.
bool MakeStayingKeys(testing::RespClient& client);

// Owned by: its thread while it runs.
class Scanner {
 public:
  explicit Scanner(uint64_t seed) : random_(seed) {}
  void Run(Gate& gate);
  int64_t iterations() const { return iterations_; }
  const std::vector<std::string>& problems() const { return problems_; }

 private:
  // One whole iteration; false if the gate was finished before its end.
  bool Iterate(Gate& gate, testing::RespClient& client);
  void CheckSeen(const std::set<std::string>& seen);

  std::mt19937_64 random_;
  int64_t iterations_ = 0;
  std::vector<std::string> problems_;
};

// Keeps memory short and drains busy: large values, keys that vanish at once, rewritten staying
// keys. Owned by: its thread while it runs.
class Filler {
 public:
  explicit Filler(uint64_t seed) : random_(seed) {}
  void Run(Gate& gate);

 private:
  testing::Words NextWords();
  std::mt19937_64 random_;
};

}  // namespace veddb::consistency
