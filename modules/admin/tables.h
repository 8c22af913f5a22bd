// SPDX-License-Identifier: BSD-3-Clause
// The tables of the module, one a file. Constant.
#pragma once
#include <span>

#include "command/spec.h"

namespace veddb {

std::span<const CommandSpec> CommandCommands();
std::span<const CommandSpec> ConfigCommands();
std::span<const CommandSpec> DebugCommands();
std::span<const CommandSpec> ServerCommands();

}  // namespace veddb
