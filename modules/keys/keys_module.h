// SPDX-License-Identifier: BSD-3-Clause
// The commands on keys whatever they hold, and on databases as wholes: DEL, EXPIRE, SCAN, FLUSHALL
// …
#pragma once
#include <span>

#include "command/spec.h"

namespace veddb {

// The same table at every call; it lives as long as the process.
std::span<const CommandSpec> KeysCommands();

// Which of its two measures of use a key has: OBJECT FREQ answers under LFU policies only, OBJECT
// IDLETIME under all others.
enum class AccessMeasure : bool { kIdleTime, kFrequency };
// Follows maxmemory and maxmemory-policy. Any thread.
void SetKeysModuleMemory(AccessMeasure measure, bool shares_integers);

}  // namespace veddb
