// SPDX-License-Identifier: BSD-3-Clause
// The transactions module: MULTI, EXEC, DISCARD, WATCH and UNWATCH. Queueing and the running of a
// transaction are the dispatcher's (server/); here is what these commands say and set.
// Owned by: the loop.
#pragma once
#include <span>

#include "command/spec.h"

namespace veddb {

// All rows of the module; constant.
std::span<const CommandSpec> TransactionsCommands();

}  // namespace veddb
