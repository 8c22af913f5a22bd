// SPDX-License-Identifier: BSD-3-Clause
#include "object/access.h"

#include <algorithm>

namespace veddb {
namespace {

constexpr uint32_t kSecondsPerMinute = 60;

// Uniform in [0, 1).
double NextRandom(ObjectContext& context) {
  constexpr int kMantissaBits = 53;
  context.random = context.random * 6364136223846793005ULL + 1442695040888963407ULL;
  return static_cast<double>(context.random >> (64 - kMantissaBits)) /
         static_cast<double>(uint64_t{1} << kMantissaBits);
}

}  // namespace

uint8_t DecayedFrequency(uint8_t frequency, uint32_t accessed_s, uint32_t now_s,
                         int64_t decay_minutes) {
  if (decay_minutes <= 0 || now_s <= accessed_s) return frequency;
  const int64_t minutes = now_s / kSecondsPerMinute - accessed_s / kSecondsPerMinute;
  return static_cast<uint8_t>(std::max<int64_t>(0, frequency - minutes / decay_minutes));
}

double ChanceToRaise(uint8_t frequency, int64_t log_factor) {
  if (frequency == kFrequencyMax) return 0;
  const int above = std::max(0, int{frequency} - kFrequencyStart);
  return 1.0 / (static_cast<double>(above) * static_cast<double>(log_factor) + 1);
}

uint8_t FrequencyNow(const Entry& entry, const ObjectContext& context) {
  return DecayedFrequency(entry.frequency, entry.accessed_s, context.now_s,
                          context.lfu_decay_minutes.Get());
}

void RaiseFrequency(Entry& entry, ObjectContext& context) {
  entry.frequency = FrequencyNow(entry, context);
  if (NextRandom(context) < ChanceToRaise(entry.frequency, context.lfu_log_factor.Get())) {
    ++entry.frequency;
  }
}

}  // namespace veddb
