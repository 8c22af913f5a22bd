// SPDX-License-Identifier: BSD-3-Clause
// The tables of the module, one a file. Constant.
#pragma once
#include <span>

#include "command/spec.h"

namespace veddb {

std::span<const CommandSpec> SessionCommands();
std::span<const CommandSpec> ClientCommands();
std::span<const CommandSpec> TrackingCommands();

}  // namespace veddb
