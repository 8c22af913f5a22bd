// SPDX-License-Identifier: BSD-3-Clause
// Accounting: what is kept of each executed command: its statistics, its time in the histogram of
// its command, its error, and, if it took long, its entry in the slow log and the latency monitor.
// Owned by: the loop.
#pragma once
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <span>
#include <string>

#include "base/bytes.h"
#include "command/registry.h"
#include "config/config.h"
#include "metrics/latency_monitor.h"
#include "metrics/slow_log.h"
#include "server/execution.h"

namespace veddb {

class Client;

class Accounting {
 public:
  struct Totals {
    uint64_t commands = 0;
    uint64_t errors = 0;
    std::map<std::string, uint64_t> errors_by_word;
  };

  // The options of slow log and latencies.
  void Configure(const Config& config);

  // `client`: who sent it; nullptr if it has gone since.
  void NoteCommand(Command& command, std::span<const Bytes> argv, const Outcome& outcome,
                   const Client* client) {
    ++totals_.commands;
    CommandStats& stats = command.stats;
    ++stats.calls;
    stats.nanos += static_cast<uint64_t>(outcome.nanos);
    if (tracks_latency_) {
      if (stats.latency == nullptr) stats.latency = std::make_unique<LatencyHistogram>();
      stats.latency->Record(outcome.nanos);
    }
    if (outcome.nanos >= slow_nanos_) [[unlikely]]
      NoteSlow(command, argv, outcome, client);
    if (outcome.failed) [[unlikely]] {
      ++stats.failed;
      CountError(outcome.error);
    }
  }
  // An error reply, "WORD message".
  void CountError(Bytes wire);
  // Of an activity that is no command.
  void NoteLatency(LatencyEvent event, int64_t nanos);
  void ResetTotals() { totals_ = {}; }

  const Totals& totals() const { return totals_; }
  SlowLog& slow_log() { return slow_log_; }
  LatencyMonitor& latency() { return latency_; }

 private:
  void NoteSlow(const Command& command, std::span<const Bytes> argv, const Outcome& outcome,
                const Client* client);

  Totals totals_;
  SlowLog slow_log_;
  LatencyMonitor latency_;
  bool tracks_latency_ = true;
  int64_t slow_log_nanos_ = std::numeric_limits<int64_t>::max();
  int64_t slow_nanos_ = std::numeric_limits<int64_t>::max();  // anybody wants to know of it
};

}  // namespace veddb
