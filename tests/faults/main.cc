// SPDX-License-Identifier: BSD-3-Clause
// veddb-faults: the campaigns against the durable part. README.md tells what each proves.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "tests/faults/campaign.h"

namespace {

constexpr char kUsage[] =
    "Usage: veddb-faults power-loss|nth-fault|bit-flips [--cycles N] [--seed N] [--minutes N]\n"
    "       veddb-faults nth-fault … [--stride N] [--first N] [--only 'SCENARIO[, KIND]']\n"
    "Without --cycles a short run. A failure names its seed and leaves its files.\n";

int Usage() {
  std::fputs(kUsage, stderr);
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  veddb::testing::CampaignOptions options;
  if (argc < 2) return Usage();
  for (int i = 2; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    if (name == "--only") {
      options.only = argv[i + 1];
      continue;
    }
    const int64_t number = std::strtoll(argv[i + 1], nullptr, 10);
    if (name == "--cycles") {
      options.cycles = number;
    } else if (name == "--seed") {
      options.seed = static_cast<uint64_t>(number);
    } else if (name == "--minutes") {
      options.minutes = number;
    } else if (name == "--stride") {
      options.stride = static_cast<uint64_t>(number);
    } else if (name == "--first") {
      options.first = static_cast<uint64_t>(number);
    } else {
      return Usage();
    }
  }
  if (std::strcmp(argv[1], "power-loss") == 0) return veddb::testing::RunPowerLoss(options);
  if (std::strcmp(argv[1], "nth-fault") == 0) return veddb::testing::RunNthFault(options);
  if (std::strcmp(argv[1], "bit-flips") == 0) return veddb::testing::RunBitFlips(options);
  return Usage();
}
