// SPDX-License-Identifier: BSD-3-Clause
// The tables of the module, one a file. Constant.
#pragma once
#include <span>

#include "command/spec.h"

namespace veddb {

std::span<const CommandSpec> CommandCommands();
std::span<const CommandSpec> ConfigCommands();
std::span<const CommandSpec> DebugCommands();
std::span<const CommandSpec> DurabilityCommands();
std::span<const CommandSpec> LatencyCommands();
std::span<const CommandSpec> LolWutCommands();
std::span<const CommandSpec> MemoryCommands();
std::span<const CommandSpec> ServerCommands();
std::span<const CommandSpec> SlowLogCommands();

}  // namespace veddb
