// SPDX-License-Identifier: BSD-3-Clause
#include "object/entry.h"

#include <malloc.h>

#include <cstddef>
#include <cstring>

#include "base/allocator.h"
#include "base/check.h"

namespace veddb {

size_t AllocatedBytes(size_t size) { return size == 0 ? 0 : AllocationBytes(size); }

Entry* NewEntry(Bytes key, size_t value_bytes) {
  const size_t room = value_bytes <= kInPlaceBytesMax ? value_bytes : 0;
  // The whole of the block is asked for: what rounding up leaves is room too.
  const size_t size = AllocatedBytes(offsetof(Entry, key_bytes) + key.size() + room);
  auto* entry = static_cast<Entry*>(std::malloc(size));
  CHECK(entry != nullptr);
  std::memset(static_cast<void*>(entry), 0, offsetof(Entry, key_bytes));
  entry->key_size = static_cast<uint32_t>(key.size());
  std::memcpy(entry->key_bytes, key.data(), key.size());
  return entry;
}

size_t EntryBytes(const Entry& entry) {
  return malloc_usable_size(const_cast<Entry*>(&entry));  // which it only looks at
}

size_t Entry::place_capacity() const {
  return EntryBytes(*this) - offsetof(Entry, key_bytes) - key_size;
}

}  // namespace veddb
