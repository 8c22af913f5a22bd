// SPDX-License-Identifier: BSD-3-Clause
// Ticks: the cheapest clock there is, for what is measured once a command. On x86 the processor's
// time stamp counter (7 ns to read, against 20 of clock_gettime), where it runs evenly; else
// monotonic nanoseconds. Only differences mean something. Any thread, after CalibrateTicks.
#pragma once
#include <cstdint>

#include "base/clock.h"

#if defined(__x86_64__)
#include <x86intrin.h>
#endif

namespace veddb {

namespace ticks_internal {
inline bool is_counter = false;               // else ticks are nanoseconds
inline uint64_t nanos_per_2_32 = 1ULL << 32;  // nanoseconds of 2^32 ticks
}  // namespace ticks_internal

// Measures the counter against the monotonic clock; takes a millisecond. Once, before threads are
// started.
void CalibrateTicks();

// What they come from, for people.
inline const char* TicksClock() {
  return ticks_internal::is_counter ? "X86 TSC" : "POSIX clock_gettime";
}

inline uint64_t Ticks() {
#if defined(__x86_64__)
  if (ticks_internal::is_counter) [[likely]]
    return __rdtsc();
#endif
  return static_cast<uint64_t>(MonoNanos());
}

// Of a difference of two readings. A thread that changed to another processor in between may see
// the second a little before the first: that is no time.
inline int64_t TicksToNanos(uint64_t from, uint64_t to) {
  if (to <= from) return 0;
  using Wide = unsigned __int128;
  return static_cast<int64_t>((static_cast<Wide>(to - from) * ticks_internal::nanos_per_2_32) >>
                              32);
}
inline int64_t NanosSince(uint64_t from) { return TicksToNanos(from, Ticks()); }

}  // namespace veddb
