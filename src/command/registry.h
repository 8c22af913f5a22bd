// SPDX-License-Identifier: BSD-3-Clause
// CommandRegistry: all commands of all modules, found by name. Built before the server serves and
// constant afterwards, but for the statistics. Owned by: the loop.
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "command/spec.h"
#include "metrics/latency_histogram.h"

namespace veddb {

// Of one command, since the start or CONFIG RESETSTAT.
struct CommandStats {
  uint64_t calls = 0;
  uint64_t nanos = 0;     // spent on its execution
  uint64_t rejected = 0;  // by a gate
  uint64_t failed = 0;    // an error from the handler
  // Made by the first call that latency-tracking wants recorded.
  std::unique_ptr<LatencyHistogram> latency;
};

struct Command {
  const CommandSpec* spec = nullptr;
  std::string full_name;  // "config|get"; what errors, INFO and COMMAND show
  uint32_t id = 0;
  Category categories = Category::kNone;
  CommandStats stats;
  std::vector<Command*> subcommands;  // of a container, in the order of the table
};

class CommandRegistry {
 public:
  // An error names the row that doubles a name or whose container is missing.
  Status Add(std::span<const CommandSpec> specs);
  // rename-command: an empty new name takes the command away.
  Status Rename(Bytes from, Bytes to);

  // By argv[0], and argv[1] for containers; any case. nullptr: unknown (for a container without a
  // known subcommand: the container itself). O(1).
  Command* Find(std::span<const Bytes> argv) const;
  // By full name ("config|get").
  Command* FindByFullName(Bytes name) const;
  // Top-level commands in order of name.
  std::vector<Command*> All() const;
  void ResetStats();
  size_t size() const { return commands_.size(); }

 private:
  struct Slot {
    std::string name;
    Command* command = nullptr;
  };
  Command* FindTop(Bytes name) const;
  void Insert(std::string name, Command* command);
  void Grow();

  std::vector<std::unique_ptr<Command>> commands_;
  std::vector<Slot> slots_;  // open addressing; a power of two
  size_t used_ = 0;
};

// "wrong number of arguments for 'x' command" when argv does not fit.
bool ArityFits(const CommandSpec& spec, size_t arguments);

}  // namespace veddb
