// SPDX-License-Identifier: BSD-3-Clause
// Subcommands of DEBUG that stand in files of their own; debug_commands.cc has their table.
#pragma once
#include "command/call.h"

namespace veddb {

// Keys resolved (Route::kKeys).
void DebugObject(Call& call);
void DebugDigestValue(Call& call);
void DebugHashStatsKey(Call& call);
// Every shard held (Route::kAllShards).
void DebugDigest(Call& call);
void DebugDocCheck(Call& call);
void DebugPopulate(Call& call);
void DebugHashStats(Call& call);
// On the loop.
void DebugProtocol(Call& call);

}  // namespace veddb
