// SPDX-License-Identifier: BSD-3-Clause
// What the files of this module share: their tables, and how the place of a bit is read.
#pragma once
#include <cstdint>
#include <span>

#include "base/result.h"
#include "command/call.h"
#include "command/spec.h"

namespace veddb {

std::span<const CommandSpec> BitmapBitCommands();
std::span<const CommandSpec> BitmapRangeCommands();
std::span<const CommandSpec> BitmapOperationCommands();
std::span<const CommandSpec> BitmapFieldCommands();

// What SetBitmapModuleBytesMax said.
int64_t BitmapModuleBytesMax();

// The place of a bit, or of a field of so many bits: "#3" is then that of the fourth such field.
// `field_bits` 0: a single bit, "#" is not allowed.
Result<uint64_t> ParseBitOffset(Bytes text, unsigned field_bits);

}  // namespace veddb
