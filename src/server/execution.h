// SPDX-License-Identifier: BSD-3-Clause
// Execution: one command that is ready to run: what it is, what it was sent, what prepare() made of
// it, and its outcome. It runs wherever its data is; its figures are booked on the loop afterwards.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "command/call.h"
#include "command/registry.h"

namespace veddb {

// Arguments that outlive the buffer they came in.
class OwnedArguments {
 public:
  explicit OwnedArguments(std::span<const Bytes> argv);
  explicit OwnedArguments(const std::vector<std::string>& argv);
  // A move would carry short bytes along and leave the views behind.
  OwnedArguments(const OwnedArguments&) = delete;
  OwnedArguments& operator=(const OwnedArguments&) = delete;
  std::span<const Bytes> views() const { return views_; }

 private:
  std::string bytes_;
  std::vector<Bytes> views_;
};

struct Outcome {
  int64_t nanos = 0;       // from its preparation to its end, without waits for shards and drains
  int64_t load_nanos = 0;  // of these, bringing its keys into memory
  bool failed = false;
  std::string error;  // the first error replied, "WORD message"
};

// Finds the keys of a command: by its prepare(), else by its key specs.
Status MakePlan(const CommandSpec& spec, std::span<const Bytes> argv, uint32_t database,
                const Databases& databases, CallPlan& plan);
// The same for a plan whose keys point into other copies of the arguments.
void AddSpecKeys(const CommandSpec& spec, std::span<const Bytes> argv, PrepareCall& prepare);

// Whether documents are among its keys: those lie where their collection is at the time.
bool NamesDocuments(const CallPlan& plan);

// Runs the handler and notes how it went. `begun`: the Ticks() from which its time counts.
Outcome RunHandler(Call& call, uint64_t begun);

}  // namespace veddb
