// SPDX-License-Identifier: BSD-3-Clause
// SortByKey: sorts a batch's entries by key, stably, so that ops of one key keep their order.
// Eight bytes of the key at a time are cached in the entry and sorted by radix on those bytes that
// differ; runs that agree on them are sorted by the next eight. No comparison follows a pointer in
// the common case.
#pragma once
#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "base/coding.h"
#include "storage/change_batch.h"

namespace veddb {
namespace key_sort {

using Entry = ChangeBatch::Entry;
// Below this a comparison sort is faster than counting 256 buckets a byte.
inline constexpr size_t kRadixMin = 256;
inline constexpr size_t kPrefixBytes = 8;
// Keys that agree on so much are compared as a whole: it bounds the recursion.
inline constexpr size_t kDepthMax = 128;

// Bytes [depth, depth + 8) of the key as a number, padded with zeros.
inline uint64_t PrefixAt(const Entry& entry, size_t depth) {
  char bytes[kPrefixBytes] = {};
  if (entry.key_size > depth) {
    std::memcpy(bytes, entry.data + depth, std::min(kPrefixBytes, entry.key_size - depth));
  }
  return LoadBE64(bytes);
}

inline void RadixSort(Entry* begin, size_t size, std::vector<Entry>& spare) {
  spare.resize(std::max(spare.size(), size));
  uint64_t differing = 0;
  for (size_t i = 1; i < size; ++i) differing |= begin[i].prefix ^ begin[0].prefix;
  Entry* from = begin;
  Entry* to = spare.data();
  for (int shift = 0; shift < 64; shift += 8) {
    if ((differing >> shift & 0xff) == 0) continue;
    std::array<size_t, 257> starts{};
    for (size_t i = 0; i < size; ++i) ++starts[(from[i].prefix >> shift & 0xff) + 1];
    for (size_t b = 1; b < starts.size(); ++b) starts[b] += starts[b - 1];
    for (size_t i = 0; i < size; ++i) to[starts[from[i].prefix >> shift & 0xff]++] = from[i];
    std::swap(from, to);
  }
  if (from != begin) std::copy(from, from + size, begin);
}

// REQUIRES: the keys agree on their first `depth` bytes (where they have so many).
inline void SortFrom(Entry* begin, size_t size, size_t depth, std::vector<Entry>& spare) {
  if (size < kRadixMin || depth >= kDepthMax) {
    std::stable_sort(begin, begin + size, [](const Entry& a, const Entry& b) {
      return a.prefix != b.prefix ? a.prefix < b.prefix : a.key() < b.key();
    });
    return;
  }
  RadixSort(begin, size, spare);
  const size_t next = depth + kPrefixBytes;
  for (size_t first = 0; first < size;) {
    size_t last = first + 1;
    bool longer = begin[first].key_size > next;
    bool same_size = true;
    for (; last < size && begin[last].prefix == begin[first].prefix; ++last) {
      longer |= begin[last].key_size > next;
      same_size &= begin[last].key_size == begin[first].key_size;
    }
    if (last - first > 1 && longer) {
      for (size_t i = first; i < last; ++i) begin[i].prefix = PrefixAt(begin[i], next);
      SortFrom(begin + first, last - first, next, spare);
    } else if (!same_size) {
      // Keys that end within the eight bytes and differ by trailing zeros only.
      std::stable_sort(begin + first, begin + last,
                       [](const Entry& a, const Entry& b) { return a.key_size < b.key_size; });
    }
    first = last;
  }
}

}  // namespace key_sort

inline void SortByKey(std::vector<ChangeBatch::Entry>& entries) {
  for (auto& entry : entries) entry.prefix = key_sort::PrefixAt(entry, 0);
  std::vector<ChangeBatch::Entry> spare;
  key_sort::SortFrom(entries.data(), entries.size(), 0, spare);
}

}  // namespace veddb
