// SPDX-License-Identifier: BSD-3-Clause
// The commands on strings: SET, GET, INCR and their kin.
#pragma once
#include <cstdint>
#include <span>

#include "command/spec.h"

namespace veddb {

// The same table at every call; it lives as long as the process.
std::span<const CommandSpec> StringCommands();

// proto-max-bulk-len: the longest string that APPEND and SETRANGE may make, and the memory that LCS
// may use. Lengths end at kStringBytesMax (types/string.h) all the same. Any thread.
void SetStringModuleBytesMax(int64_t bytes);

}  // namespace veddb
