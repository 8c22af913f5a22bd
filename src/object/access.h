// SPDX-License-Identifier: BSD-3-Clause
// How the use of entries is measured: when they were last used, and (under LFU policies) how often,
// as a counter of eight bits that grows with the logarithm of the uses and sinks with time.
//
// Redis packs the counter and sixteen bits of minutes into one word. An entry has room for both
// measures: its last use in seconds tells the minutes too, without ever wrapping around.
//
// Pure functions but for NoteAccess, which is for whoever holds the shard.
#pragma once
#include <cstdint>

#include "object/context.h"
#include "object/entry.h"

namespace veddb {

// Where the counter of a new key begins, so that it has a chance against old ones.
inline constexpr uint8_t kFrequencyStart = 5;
inline constexpr uint8_t kFrequencyMax = 255;

// What the counter has sunk to by now: by one for each `decay_minutes` since the last use; 0:
// never.
uint8_t DecayedFrequency(uint8_t frequency, uint32_t accessed_s, uint32_t now_s,
                         int64_t decay_minutes);
// The chance that one use raises the counter, 0 to 1.
double ChanceToRaise(uint8_t frequency, int64_t log_factor);
// The counter as OBJECT FREQ answers it and eviction compares it.
uint8_t FrequencyNow(const Entry& entry, const ObjectContext& context);

// For NoteAccess.
void RaiseFrequency(Entry& entry, ObjectContext& context);

// The entry is used now.
inline void NoteAccess(Entry& entry, ObjectContext& context) {
  if (context.counts_frequency.Get() != 0) RaiseFrequency(entry, context);
  entry.accessed_s = context.now_s;
}

}  // namespace veddb
