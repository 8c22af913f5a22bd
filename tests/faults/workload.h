// SPDX-License-Identifier: BSD-3-Clause
// Workload: an endless sequence of operations that is a function of its seed, and the exact state
// after each of them. Two clients with streams of their own share no database and no collection, so
// that each stream's effects are a prefix of it whatever the other does.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "tests/support/resp_client.h"

namespace veddb::testing {

// Requests that are one operation: one command, or MULTI … EXEC.
using Operation = std::vector<Words>;

// What the server should hold of one stream.
class WorkloadState {
 public:
  struct Value {
    std::string text;
    int64_t expires_ms = 0;
    bool operator==(const Value&) const = default;
  };
  std::map<std::string, Value> keys[2];     // of the stream's two databases
  std::map<std::string, std::string> docs;  // id and document
  std::set<std::string> indexes;            // of the collection, ready or being built
  bool operator==(const WorkloadState&) const = default;

  // In one line, for messages.
  std::string Summary() const;
};

class Workload {
 public:
  Workload(uint64_t seed, int stream)
      : random_(seed * 2 + static_cast<uint64_t>(stream) + 1), stream_(stream) {}

  // The next operation; state() is then what it leaves behind.
  Operation Next();
  const WorkloadState& state() const { return state_; }
  // Reads everything of the stream from the server, twice over: by the keys that may exist and by
  // scans and counters. Nothing: the two do not agree, or an error; `why` says what.
  static std::optional<WorkloadState> Read(RespClient& client, int stream, std::string& why);

 private:
  Words Simple();
  Words Many();
  Words Document();
  Words Index();
  void DropCollection();
  Words Flush();
  void Swap(Operation& out);
  std::string Key() { return "k" + std::to_string(random_() % 40); }
  std::string Text();

  std::mt19937_64 random_;
  const int stream_;
  int selected_ = 0;  // which of the two databases
  WorkloadState state_;
};

}  // namespace veddb::testing
