// SPDX-License-Identifier: BSD-3-Clause
// What the campaigns share: options, and cases that run in a child process each, so that a crash
// is a result and every case begins with a clean process.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace veddb::testing {

struct CampaignOptions {
  uint64_t seed = 1;
  int64_t cycles = 0;   // 0: the campaign's own short run
  int64_t minutes = 0;  // ends after so many, whatever `cycles` says; 0: no limit
  // Of nth-fault: every so many-th call (0: each), beginning with this one (0: one of the first),
  // and of this scenario alone, or of this one with this kind: "set, EIO once".
  uint64_t stride = 0;
  uint64_t first = 0;
  std::string only;
};

// Runs it in a child and waits. Nothing: the case returned an empty text. Else what it returned, or
// how the child died.
std::optional<std::string> RunInChild(const std::function<std::string()>& work);

// Each returns the process's exit code; a failure names seed and case, and leaves its files.
int RunPowerLoss(const CampaignOptions& options);
int RunNthFault(const CampaignOptions& options);
int RunBitFlips(const CampaignOptions& options);

// Whether the campaign's time is over.
class Deadline {
 public:
  explicit Deadline(const CampaignOptions& options);
  bool over() const;

 private:
  int64_t end_ms_ = 0;
};

// A directory in memory for one campaign.
std::string CampaignDirectory(const std::string& name);

}  // namespace veddb::testing
