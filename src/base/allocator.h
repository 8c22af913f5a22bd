// SPDX-License-Identifier: BSD-3-Clause
// What malloc of this process tells about itself. It is jemalloc, except under the address and
// thread sanitizers, which bring a malloc of their own: then it is that one. Any thread.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>

namespace veddb {

// In bytes.
struct AllocatorFigures {
  int64_t allocated = 0;  // in use by the process; caches of threads are not
  int64_t active = 0;     // pages that hold something in use
  int64_t resident = 0;   // pages that the allocator has from the system
};

// Costs some ten microseconds.
AllocatorFigures MeasureAllocator();

// The bytes that malloc(size) really hands out: at least `size`.
size_t AllocationBytes(size_t size);

// "jemalloc-5.3.0", as INFO tells it.
std::string AllocatorName();

// The allocator's own account, a text for people.
std::string AllocatorReport();

// Unused pages go back to the system. May take long.
void PurgeAllocator();

}  // namespace veddb
