// SPDX-License-Identifier: BSD-3-Clause
// Time. Wall time decides expiry and is what users see; monotonic time measures and times out.
#pragma once
#include <cstdint>

namespace veddb {

int64_t WallMicros();
inline int64_t WallMillis() { return WallMicros() / 1000; }
int64_t MonoMicros();
// What this thread has computed, whatever else the machine did meanwhile.
int64_t ThreadCpuMicros();
inline int64_t MonoMillis() { return MonoMicros() / 1000; }
// Nanoseconds of monotonic time, for measuring commands.
int64_t MonoNanos();

}  // namespace veddb
