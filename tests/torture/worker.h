// SPDX-License-Identifier: BSD-3-Clause
// Worker: one client of the torture with its part of the oracle. It writes until the connection
// breaks, remembers what was acknowledged and what was under way, and after the restart compares
// the server with both.
//
// Owned by: its thread while it runs, else the main thread.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/resp_client.h"
#include "tests/torture/workload.h"

namespace veddb::torture {

class Worker {
 public:
  explicit Worker(const WorkloadSettings& settings) : workload_(settings) {}

  void Seed(uint64_t seed) { workload_.Seed(seed); }
  void FavourDatabases(bool favour) { workload_.FavourDatabases(favour); }
  // Writes until the connection breaks.
  void Run(testing::RespClient client);
  // Compares every item; what was under way is settled by what is found.
  void Check(testing::RespClient client);

  const std::vector<Item>& items() const { return workload_.items(); }
  // Writes acknowledged since the last Check, and in all.
  int64_t acknowledged() const { return acknowledged_; }
  int64_t refused() const { return refused_; }
  // What was wrong, a line each; empties the list.
  std::vector<std::string> TakeProblems();

 private:
  // Returns whether the connection held.
  bool RunBatch(testing::RespClient& client, std::vector<Op> batch);
  void Settle(const Op& op, const testing::RespReply& reply);
  std::vector<State*> StatesOf(const Op& op, size_t group, std::vector<State>& states) const;
  void CheckGroup(size_t group, size_t end, const std::vector<State>& shown);
  bool Fits(size_t group, size_t end, const std::vector<State>& states,
            const std::vector<State>& shown) const;
  bool ReadAll(testing::RespClient& client, std::vector<State>& shown);
  void Report(std::string problem);

  Workload workload_;
  std::vector<Op> in_flight_;
  std::vector<std::string> problems_;
  int64_t acknowledged_ = 0;
  int64_t refused_ = 0;
};

}  // namespace veddb::torture
