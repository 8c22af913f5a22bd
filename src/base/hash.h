// SPDX-License-Identifier: BSD-3-Clause
// Hashes whose values reach the disk: XXH3-64 (seed 0) and Redis Cluster's CRC16 slot. Fixed for
// ever.
#pragma once
#include <cstdint>

#include "base/bytes.h"

namespace veddb {

inline constexpr uint32_t kSlotCount = 16384;

uint64_t Hash64(Bytes bytes);
// XXH3 over two parts as if they were one string.
uint64_t Hash64(Bytes first, Bytes second);

// CRC16 (XMODEM) of the key, or of what stands between the first '{' and the next '}' if that is
// not empty, modulo 16384: the cluster specification's key slot.
uint16_t KeySlot(Bytes key);
uint16_t Crc16(Bytes bytes);

}  // namespace veddb
