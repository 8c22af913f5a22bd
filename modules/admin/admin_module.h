// SPDX-License-Identifier: BSD-3-Clause
// The admin module: what the server tells of itself (COMMAND, INFO, CONFIG …) and how it is looked
// into and steered (DEBUG, MEMORY, SHUTDOWN).
#pragma once
#include <span>

#include "command/spec.h"

namespace veddb {

// All rows of the module; constant.
std::span<const CommandSpec> AdminCommands();

}  // namespace veddb
