// SPDX-License-Identifier: BSD-3-Clause
#include "doc/value/utf8.h"

#include <cstring>

namespace veddb::doc {
namespace {

constexpr uint64_t kHighBits = 0x8080808080808080;

struct Sequence {
  size_t length;       // 0: not a lead byte
  uint8_t second_min;  // the bounds of the second byte shut out overlong forms, surrogates and
  uint8_t second_max;  // what lies above U+10FFFF
};

Sequence Lead(uint8_t byte) {
  if (byte >= 0xc2 && byte <= 0xdf) return {2, 0x80, 0xbf};
  if (byte == 0xe0) return {3, 0xa0, 0xbf};
  if (byte == 0xed) return {3, 0x80, 0x9f};
  if (byte >= 0xe1 && byte <= 0xef) return {3, 0x80, 0xbf};
  if (byte == 0xf0) return {4, 0x90, 0xbf};
  if (byte >= 0xf1 && byte <= 0xf3) return {4, 0x80, 0xbf};
  if (byte == 0xf4) return {4, 0x80, 0x8f};
  return {0, 0, 0};
}

}  // namespace

size_t FindInvalidUtf8(Bytes text) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
  const size_t size = text.size();
  size_t i = 0;
  while (i < size) {
    if (i + 8 <= size) {
      uint64_t word;
      std::memcpy(&word, bytes + i, sizeof word);
      if ((word & kHighBits) == 0) {
        i += 8;
        continue;
      }
    }
    if (bytes[i] < 0x80) {
      ++i;
      continue;
    }
    const Sequence sequence = Lead(bytes[i]);
    if (sequence.length == 0 || i + sequence.length > size) return i;
    if (bytes[i + 1] < sequence.second_min || bytes[i + 1] > sequence.second_max) return i;
    for (size_t k = 2; k < sequence.length; ++k) {
      if ((bytes[i + k] & 0xc0) != 0x80) return i;
    }
    i += sequence.length;
  }
  return size;
}

}  // namespace veddb::doc
