// SPDX-License-Identifier: BSD-3-Clause
#include "tests/torture/kill_plan.h"

#include <algorithm>

namespace veddb::torture {
namespace {

// The exponents of two up to which a point is passed: what a second of load reaches.
constexpr uint64_t kFrequentExponents = 13;
constexpr uint64_t kRareExponents = 3;

}  // namespace

void KillPlan::Choose(std::mt19937_64& random) {
  // All points come equally often, in another order each time.
  const int64_t fewest = *std::min_element(chosen_.begin(), chosen_.end());
  do {
    point_ = random() % chosen_.size();
  } while (chosen_[point_] != fewest);
  ++chosen_[point_];
  const uint64_t exponents = kKillPoints[point_].frequent ? kFrequentExponents : kRareExponents;
  const uint64_t most = uint64_t{1} << random() % exponents;
  // What is passed once a start is not reached a second time.
  const bool once = at_shutdown() || (during_recovery() && !needs_batches());
  nth_ = once ? 1 : static_cast<int64_t>(1 + random() % most);
}

std::string KillPlan::Assignment() const {
  return "VEDDB_KILL_POINT=" + std::string(Name()) + ":" + std::to_string(nth_);
}

testing::Words KillPlan::RecoveryOptions() const {
  if (needs_batches()) return {"--drain-bytes", "1mb"};
  if (needs_large_drain()) return {"--drain-bytes", "1gb"};
  return {};
}

testing::Words KillPlan::Options() const {
  if (needs_long_log()) {
    return {"--drain-interval", "600000", "--drain-bytes", "1gb", "--log-replay-max", "1gb"};
  }
  if (Name().starts_with("roll.") || Name().starts_with("retire.")) {
    return {"--log-segment-bytes", "1mb", "--log-replay-max", "1mb", "--drain-interval", "20"};
  }
  if (Name() == "drain.flushed") return {"--drain-interval", "20", "--log-replay-max", "1mb"};
  if (Name().starts_with("drain.") || Name().starts_with("reclaim.")) {
    return {"--drain-interval", "200"};
  }
  return {};
}

std::string KillPlan::Print(bool killed) const {
  return std::string(Name()) + ":" + std::to_string(nth_) + (killed ? " killed" : " not reached");
}

std::string KillPlan::PrintSums() const {
  std::string out;
  for (size_t i = 0; i < chosen_.size(); ++i) {
    if (chosen_[i] == 0) continue;
    out += "  " + std::string(kKillPoints[i].name) + ": chosen " + std::to_string(chosen_[i]) +
           ", killed " + std::to_string(killed_[i]) + "\n";
  }
  return out;
}

}  // namespace veddb::torture
