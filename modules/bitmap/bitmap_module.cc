// SPDX-License-Identifier: BSD-3-Clause
#include "modules/bitmap/bitmap_module.h"

#include <algorithm>
#include <atomic>
#include <vector>

#include "modules/bitmap/bitmap_shared.h"
#include "types/bitmap.h"
#include "types/string.h"

namespace veddb {
namespace {

constexpr int64_t kBytesMaxDefault = int64_t{512} << 20;
// A field begins within the limit and may reach so far behind it.
constexpr int64_t kFieldBytesMax = kFieldBitsMax / 8 + 1;

const Error kBadOffset = Err("bit offset is not an integer or out of range");

// Written by the loop, read wherever commands run.
std::atomic<int64_t> bytes_max{kBytesMaxDefault};

}  // namespace

std::span<const CommandSpec> BitmapCommands() {
  static const std::vector<CommandSpec> all = [] {
    std::vector<CommandSpec> out;
    for (const auto table : {BitmapBitCommands(), BitmapRangeCommands(), BitmapOperationCommands(),
                             BitmapFieldCommands()}) {
      out.insert(out.end(), table.begin(), table.end());
    }
    return out;
  }();
  return all;
}

void SetBitmapModuleBytesMax(int64_t bytes) { bytes_max.store(bytes, std::memory_order_relaxed); }

int64_t BitmapModuleBytesMax() { return bytes_max.load(std::memory_order_relaxed); }

Result<uint64_t> ParseBitOffset(Bytes text, unsigned field_bits) {
  const bool counts_fields = field_bits != 0 && text.starts_with('#');
  if (counts_fields) text.remove_prefix(1);
  const std::optional<int64_t> number = ParseInt64(text);
  int64_t offset = 0;
  if (!number ||
      __builtin_mul_overflow(*number, counts_fields ? int64_t{field_bits} : 1, &offset)) {
    return kBadOffset;
  }
  const int64_t limit = std::min(BitmapModuleBytesMax(), kStringBytesMax - kFieldBytesMax);
  if (offset < 0 || offset / 8 >= limit) return kBadOffset;
  return static_cast<uint64_t>(offset);
}

}  // namespace veddb
