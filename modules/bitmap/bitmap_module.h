// SPDX-License-Identifier: BSD-3-Clause
// The commands that see strings as rows of bits: SETBIT, BITCOUNT, BITFIELD and their kin.
#pragma once
#include <cstdint>
#include <span>

#include "command/spec.h"

namespace veddb {

// The same table at every call; it lives as long as the process.
std::span<const CommandSpec> BitmapCommands();

// proto-max-bulk-len: no bit may be named at or behind so many bytes. Any thread.
void SetBitmapModuleBytesMax(int64_t bytes);

}  // namespace veddb
