// SPDX-License-Identifier: BSD-3-Clause
// Faults of the disk for tests: this binary's own fdatasync and ftruncate stand before the
// system's and fail on demand.
#pragma once
#include <atomic>

namespace veddb {

// errno to fail with; 0 = work.
extern std::atomic<int> fdatasync_fault;
extern std::atomic<int> ftruncate_fault;
extern std::atomic<int> pwrite_fault;
extern std::atomic<int> fdatasync_calls;
extern std::atomic<int> pwrite_failures;

}  // namespace veddb
