// SPDX-License-Identifier: BSD-3-Clause
#include "base/clock.h"

#include <ctime>

namespace veddb {
namespace {

constexpr int64_t kNanosPerSecond = 1'000'000'000;

int64_t ReadNanos(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return now.tv_sec * kNanosPerSecond + now.tv_nsec;
}

}  // namespace

int64_t WallMicros() { return ReadNanos(CLOCK_REALTIME) / 1000; }
int64_t MonoMicros() { return ReadNanos(CLOCK_MONOTONIC) / 1000; }
int64_t ThreadCpuMicros() { return ReadNanos(CLOCK_THREAD_CPUTIME_ID) / 1000; }
int64_t MonoNanos() { return ReadNanos(CLOCK_MONOTONIC); }

}  // namespace veddb
