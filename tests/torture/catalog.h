// SPDX-License-Identifier: BSD-3-Clause
// CatalogWorker: a client that makes, fills, renames and drops collections and has the server
// rewrite its configuration file, with the oracle for both.
//
// Owned by: its thread while it runs, else the main thread.
#pragma once
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "tests/support/resp_client.h"

namespace veddb::torture {

class CatalogWorker {
 public:
  void Seed(uint64_t seed) { random_.seed(seed); }
  // Works until the connection breaks.
  void Run(testing::RespClient client);
  // What is not as it was acknowledged, nor as the request under way would have made it.
  std::vector<std::string> Check(testing::RespClient client);
  int64_t acknowledged() const { return acknowledged_; }

 private:
  // Collections and how many documents each has.
  using Catalog = std::map<std::string, int64_t>;

  bool Step(testing::RespClient& client);
  bool StepConfig(testing::RespClient& client);

  std::mt19937_64 random_;
  int64_t next_name_ = 0;
  Catalog now_;
  Catalog under_way_;  // as the request that was not answered would leave it
  std::string option_;
  std::string option_under_way_;
  int64_t acknowledged_ = 0;
  std::vector<std::string> problems_;
};

}  // namespace veddb::torture
