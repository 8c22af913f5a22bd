// SPDX-License-Identifier: BSD-3-Clause
// KillPlan: at which kill point of the server a cycle ends, and how often each did so far.
//
// Owned by: one thread.
#pragma once
#include <array>
#include <cstdint>
#include <iterator>
#include <random>
#include <string>

#include "base/kill_point.h"
#include "tests/support/resp_client.h"

namespace veddb::torture {

class KillPlan {
 public:
  // A point and how often it is passed before; the same for the same state of `random`.
  void Choose(std::mt19937_64& random);
  // As the server's environment says it: "VEDDB_KILL_POINT=log.after_append:17".
  std::string Assignment() const;
  // Options under which the point is reached soon, for the start under load and for the one that
  // recovers from it.
  testing::Words Options() const;
  testing::Words RecoveryOptions() const;
  // Which start of a cycle it is for: the one under load, or the one that recovers.
  bool during_recovery() const { return Name().starts_with("recovery.") || needs_large_drain(); }
  // The log that is recovered from must be long: nothing of the load may ask for drains.
  bool needs_long_log() const { return needs_batches() || needs_large_drain(); }
  // Only what a recovery drains is surely so large that it is ingested.
  bool needs_large_drain() const { return Name().starts_with("ingest."); }
  // SWAPDB and FLUSHDB have to come often.
  bool needs_database_ops() const {
    return Name() == "catalog.flush_database" || Name() == "catalog.swap_databases";
  }
  // It lies on the way of a clean end.
  bool at_shutdown() const { return Name().starts_with("shutdown."); }
  void NoteKilled() { ++killed_[point_]; }
  // "log.after_append:17 killed" or "… not reached".
  std::string Print(bool killed) const;
  // A line a point.
  std::string PrintSums() const;

 private:
  bool needs_batches() const { return Name() == "recovery.batch_drained"; }
  std::string_view Name() const { return kKillPoints[point_].name; }

  size_t point_ = 0;
  int64_t nth_ = 1;
  std::array<int64_t, std::size(kKillPoints)> chosen_ = {};
  std::array<int64_t, std::size(kKillPoints)> killed_ = {};
};

}  // namespace veddb::torture
