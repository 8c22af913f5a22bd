// SPDX-License-Identifier: BSD-3-Clause
#include "base/ticks.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace veddb {

#if defined(__x86_64__)
namespace {

constexpr int64_t kCalibrationNanos = 1'000'000;

// Whether the counter runs at one speed whatever the processor does (leaf 0x80000007, EDX bit 8).
bool CounterRunsEvenly() {
  constexpr unsigned kPowerLeaf = 0x80000007;
  constexpr unsigned kInvariant = 1U << 8;
  unsigned a = 0;
  unsigned b = 0;
  unsigned c = 0;
  unsigned d = 0;
  return __get_cpuid(kPowerLeaf, &a, &b, &c, &d) != 0 && (d & kInvariant) != 0;
}

}  // namespace

void CalibrateTicks() {
  if (!CounterRunsEvenly()) return;
  const int64_t begin_nanos = MonoNanos();
  const uint64_t begin = __rdtsc();
  int64_t nanos = 0;
  do nanos = MonoNanos() - begin_nanos;
  while (nanos < kCalibrationNanos);
  const uint64_t ticks = __rdtsc() - begin;
  if (ticks == 0) return;
  ticks_internal::nanos_per_2_32 = (static_cast<uint64_t>(nanos) << 32) / ticks;
  ticks_internal::is_counter = true;
}
#else
void CalibrateTicks() {}
#endif

}  // namespace veddb
