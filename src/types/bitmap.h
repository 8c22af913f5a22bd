// SPDX-License-Identifier: BSD-3-Clause
// Bitmaps: strings as rows of bits. Bit 0 is the highest bit of the first byte; a field of several
// bits has its highest bit first, wherever in a byte it begins.
//
// Pure functions over bytes, a 64-bit word at a time. Ranges of bits include both ends.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/bytes.h"

namespace veddb {

inline constexpr unsigned kFieldBitsMax = 64;

// Set bits in the whole, and in a range. REQUIRES: first <= last < 8 * bytes.size()
uint64_t CountBits(Bytes bytes);
uint64_t CountBits(Bytes bytes, uint64_t first, uint64_t last);

// The first bit of this value in the range. REQUIRES: as above
std::optional<uint64_t> FindBit(Bytes bytes, bool value, uint64_t first, uint64_t last);

enum class BitOperation : uint8_t { kAnd, kOr, kXor, kNot };

// Writes `size` bytes at `to`: the operation over all sources, each as if zeros followed it.
// REQUIRES: at least one source, one alone for kNot; `to` overlaps none of them.
void CombineBits(BitOperation operation, std::span<const Bytes> sources, char* to, size_t size);

// The field of `bits` bits from `offset` on; bits behind the string are zero.
// REQUIRES, here and below: 1 <= bits <= kFieldBitsMax
uint64_t ReadField(Bytes bytes, uint64_t offset, unsigned bits);
// REQUIRES: the field lies within the bytes at `to`.
void WriteField(char* to, uint64_t offset, unsigned bits, uint64_t value);

enum class FieldOverflow : uint8_t { kWrap, kSaturate, kFail };

// How a field is read as a number: two's complement, or unsigned (of up to 63 bits).
struct FieldType {
  bool is_signed = false;
  uint8_t bits = 0;

  int64_t NumberOf(uint64_t field) const;
  // The field that holds number + increment; out of range as `overflow` says. nullopt: kFail, and
  // it is out of range. An unsigned `number` below zero counts as 2^64 more.
  std::optional<uint64_t> Add(int64_t number, int64_t increment, FieldOverflow overflow) const;
};

}  // namespace veddb
