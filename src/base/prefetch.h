// SPDX-License-Identifier: BSD-3-Clause
// PrefetchBytes: asks for cache lines that will be read soon; nothing waits for them.
#pragma once
#include <cstddef>

namespace veddb {

inline constexpr size_t kCacheLineBytes = 64;

// Inlined always: GCC takes a function that does nothing else for one without effect, and leaves
// its calls out.
[[gnu::always_inline]] inline void PrefetchBytes(const void* begin, size_t bytes) {
  for (size_t at = 0; at < bytes; at += kCacheLineBytes) {
    __builtin_prefetch(static_cast<const char*>(begin) + at);
  }
}

}  // namespace veddb
