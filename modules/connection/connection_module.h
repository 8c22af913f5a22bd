// SPDX-License-Identifier: BSD-3-Clause
// The connection module: commands about the client's own connection and about other clients'.
// Owned by: the loop, like all of these commands.
#pragma once
#include <span>

#include "command/spec.h"

namespace veddb {

// All rows of the module; constant.
std::span<const CommandSpec> ConnectionCommands();

}  // namespace veddb
