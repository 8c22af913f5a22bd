// SPDX-License-Identifier: BSD-3-Clause
// Faults of the disk for tests: this binary's own write() stands before the system's, for RocksDB
// too, and fails on demand.
#pragma once
#include <atomic>

namespace veddb {

// errno to fail with; 0 = work.
extern std::atomic<int> write_fault;

}  // namespace veddb
