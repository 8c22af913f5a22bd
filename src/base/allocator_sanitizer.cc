// SPDX-License-Identifier: BSD-3-Clause
// The sanitizers' malloc stands in for jemalloc's; a block is then exactly as large as asked for,
// so that every byte beyond it is noticed.
#include "base/allocator.h"

// The names are the sanitizers'; g++ does not bring the header. Only the address sanitizer purges.
extern "C" size_t __sanitizer_get_current_allocated_bytes();      // NOLINT
extern "C" size_t __sanitizer_get_heap_size();                    // NOLINT
extern "C" [[gnu::weak]] void __sanitizer_purge_allocator(void);  // NOLINT

namespace veddb {

AllocatorFigures MeasureAllocator() {
  AllocatorFigures figures;
  figures.allocated = static_cast<int64_t>(__sanitizer_get_current_allocated_bytes());
  figures.active = figures.allocated;  // it does not tell which pages hold something
  figures.resident = static_cast<int64_t>(__sanitizer_get_heap_size());
  return figures;
}

size_t AllocationBytes(size_t size) { return size; }

std::string AllocatorName() { return "sanitizer"; }

std::string AllocatorReport() {
  const AllocatorFigures figures = MeasureAllocator();
  return "The sanitizer's malloc, in place of jemalloc, tells no more than\nallocated: " +
         std::to_string(figures.allocated) + "\nheap: " + std::to_string(figures.resident) + "\n";
}

void PurgeAllocator() {
  if (__sanitizer_purge_allocator != nullptr) __sanitizer_purge_allocator();
}

}  // namespace veddb
