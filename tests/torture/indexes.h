// SPDX-License-Identifier: BSD-3-Clause
// IndexWorker: a client that makes and drops indexes on the collection that all others write to,
// and fills a small collection of its own under a unique index and schemas that change, with the
// oracle for both.
//
// Owned by: its thread while it runs, else the main thread.
#pragma once
#include <cstdint>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "tests/support/resp_client.h"

namespace veddb::torture {

class IndexWorker {
 public:
  void Seed(uint64_t seed) { random_.seed(seed); }
  // Works until the connection breaks.
  void Run(testing::RespClient client);
  // What is not as it was acknowledged, nor as the request under way would have made it; and where
  // an index and its documents disagree, while it is being built and after.
  std::vector<std::string> Check(testing::RespClient client);
  int64_t acknowledged() const { return acknowledged_; }

 private:
  // What the server holds of this client's doing.
  struct Picture {
    std::set<std::string> indexes;         // of the common collection, without _id_
    std::map<int64_t, int64_t> documents;  // of the own one: _id and the unique k
    std::string schema;                    // of the own one, as DOC.STATS shows it
    bool operator==(const Picture&) const = default;
  };
  // A request, what it makes of the picture, and the beginning of the reply that is due.
  struct Step {
    testing::Words request;
    Picture after;
    std::string due;
  };

  Step IndexStep();
  Step SchemaStep();
  Step DocumentStep();
  Step InsertStep(int64_t id, int64_t k);
  Step SetStep(int64_t id, int64_t k);
  Step ShiftStep();
  bool Do(testing::RespClient& client, Step step);
  bool IsTaken(int64_t k) const;
  void CheckPicture(testing::RespClient& client);

  std::mt19937_64 random_;
  Picture now_;
  Picture under_way_;  // as the request that was not answered would leave it
  int64_t acknowledged_ = 0;
  std::vector<std::string> problems_;
};

}  // namespace veddb::torture
