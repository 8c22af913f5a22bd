// SPDX-License-Identifier: BSD-3-Clause
// Cron: what has to be done by time: keys whose hour has come, figures a second, idle clients, a
// failed log that may work again.
//
// Expiry has two halves. Keys in memory are kept in the order of their time; at the end of each
// turn the loop deletes those that are due, for a slice of time that leaves the greater part to
// clients. Keys on disk only are found by the expiry family, once a second and from where the last
// look ended; they are loaded and deleted in batches by their shards.
//
// Owned by: the loop.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "server/clients.h"

namespace veddb {

class Server;

struct ExpiryFigures {
  int64_t cpu_us = 0;            // spent by the loop on keys in memory
  int64_t longest_slice_us = 0;  // of these, in one turn
  int64_t cut_slices = 0;        // ended with keys still due
};

class Cron {
 public:
  explicit Cron(Server& server) : server_(server) {}
  // Every kTickMillis.
  void Tick();
  // At the end of each turn: keys in memory that are due.
  void ExpireDue();
  // More keys are due than one slice deletes.
  bool WantsTurns() const { return behind_; }
  void set_active_expire(bool on) { active_expire_ = on; }
  int64_t commands_per_second() const { return commands_per_second_; }
  // Of clients' bytes, in the second before.
  double input_kib_per_second() const { return input_kib_per_second_; }
  double output_kib_per_second() const { return output_kib_per_second_; }
  const ExpiryFigures& expiry() const { return expiry_; }
  void ResetStats() { expiry_ = {}; }

  static constexpr uint64_t kTickMillis = 100;

 private:
  friend class ExpireColdJob;

  void OncePerSecond();
  void MeasureRates();
  int64_t ExpirySliceMicros(int64_t now_us) const;
  // Looks for keys that are due and lie on disk only, where no look is under way.
  void ScanExpiryFamily();
  void ExpireCold(std::vector<std::string> hints, int64_t now_ms);
  void DropHint(const std::string& hint);
  void ColdJobEnds();

  Server& server_;
  bool active_expire_ = true;
  bool behind_ = false;
  size_t first_shard_ = 0;  // where the next slice begins
  int64_t slice_ended_us_ = 0;
  ExpiryFigures expiry_;
  bool scanning_ = false;
  size_t cold_jobs_ = 0;
  std::string scan_from_;  // the hint where the scan that is under way goes on, empty: none is
  int64_t scanned_until_ms_ = 0;  // wall time
  int64_t last_second_ms_ = 0;    // monotonic
  uint64_t commands_before_ = 0;
  int64_t commands_per_second_ = 0;
  Traffic traffic_before_;
  double input_kib_per_second_ = 0;
  double output_kib_per_second_ = 0;
};

}  // namespace veddb
