// SPDX-License-Identifier: BSD-3-Clause
// Arena: the two servers side by side. It gives both the same commands over the same connections,
// pipelined, and compares every reply and, at intervals, all that they hold.
//
// Owned by: one thread.
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tests/differential/deviations.h"
#include "tests/differential/grammar.h"
#include "tests/differential/link.h"

namespace veddb::differential {

// The last of them speak RESP3.
inline constexpr size_t kConnections = 5;
inline constexpr size_t kFirstResp3 = 3;
inline constexpr int kComparedDatabases = 3;

struct Step {
  size_t connection = 0;
  Arguments arguments;
};

struct Difference {
  size_t step = 0;      // the last one that ran
  std::string command;  // or what of the state was compared
  std::string ours;
  std::string theirs;
};

class Arena {
 public:
  Arena(int our_port, int their_port, const Deviations& deviations);

  // Commands that both have and that may take part.
  std::vector<KnownCommand> CommonCommands();
  // New connections, no data.
  bool Reset();
  // Runs the steps; the first difference. The state is compared after the last.
  std::optional<Difference> Run(std::span<const Step> steps);

 private:
  struct Side {
    int port = 0;
    std::array<std::unique_ptr<Link>, kConnections> links;
    std::unique_ptr<Link> own;  // for what we ask ourselves
  };

  std::optional<Difference> RunBatch(std::span<const Step> batch, size_t first);
  bool Agree(const Step& step, std::string_view ours, std::string_view theirs);
  bool AgreeOnExec(size_t connection, std::string_view ours, std::string_view theirs);
  std::optional<Difference> CompareState();
  std::optional<Difference> CompareKeys(const std::vector<std::string>& keys);
  static std::vector<std::string> Ask(Side& side, const std::vector<Arguments>& requests);
  std::vector<KnownCommand> CommandsOf(Side& side);

  Side ours_;
  Side theirs_;
  const Deviations& deviations_;
  std::array<std::vector<std::string>, kConnections> queued_;  // in MULTI: names of commands
};

}  // namespace veddb::differential
