// SPDX-License-Identifier: BSD-3-Clause
#include "base/hash.h"

#include <array>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace veddb {
namespace {

constexpr uint16_t kCrc16Polynomial = 0x1021;
constexpr size_t kSlices = 8;
using SliceTables = std::array<std::array<uint16_t, 256>, kSlices>;

// Slicing-by-8: table k gives the effect of a byte that is followed by k zero bytes.
constexpr SliceTables MakeTables() {
  SliceTables tables{};
  for (uint32_t i = 0; i < 256; ++i) {
    auto crc = static_cast<uint16_t>(i << 8);
    for (int bit = 0; bit < 8; ++bit) {
      crc = static_cast<uint16_t>((crc & 0x8000) != 0 ? (crc << 1) ^ kCrc16Polynomial : crc << 1);
    }
    tables[0][i] = crc;
  }
  for (size_t k = 1; k < kSlices; ++k) {
    for (uint32_t i = 0; i < 256; ++i) {
      const uint16_t before = tables[k - 1][i];
      tables[k][i] = static_cast<uint16_t>((before << 8) ^ tables[0][before >> 8]);
    }
  }
  return tables;
}

constexpr SliceTables kTables = MakeTables();

}  // namespace

uint64_t Hash64(Bytes bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }

uint64_t Hash64(Bytes first, Bytes second) {
  XXH3_state_t state;
  XXH3_64bits_reset(&state);
  XXH3_64bits_update(&state, first.data(), first.size());
  XXH3_64bits_update(&state, second.data(), second.size());
  return XXH3_64bits_digest(&state);
}

uint16_t Crc16(Bytes bytes) {
  const auto* p = reinterpret_cast<const unsigned char*>(bytes.data());
  size_t n = bytes.size();
  uint16_t crc = 0;
  for (; n >= kSlices; n -= kSlices, p += kSlices) {
    crc = static_cast<uint16_t>(kTables[7][p[0] ^ (crc >> 8)] ^ kTables[6][p[1] ^ (crc & 0xff)] ^
                                kTables[5][p[2]] ^ kTables[4][p[3]] ^ kTables[3][p[4]] ^
                                kTables[2][p[5]] ^ kTables[1][p[6]] ^ kTables[0][p[7]]);
  }
  for (; n > 0; --n, ++p) crc = static_cast<uint16_t>((crc << 8) ^ kTables[0][(crc >> 8) ^ *p]);
  return crc;
}

uint16_t KeySlot(Bytes key) {
  const size_t open = key.find('{');
  if (open != Bytes::npos) {
    const size_t close = key.find('}', open + 1);
    if (close != Bytes::npos && close > open + 1) key = key.substr(open + 1, close - open - 1);
  }
  return Crc16(key) & (kSlotCount - 1);
}

}  // namespace veddb
