// SPDX-License-Identifier: BSD-3-Clause
// What $out and $merge do: the pipeline runs while every shard is held, all is found out before the
// first document is stored, and an error leaves everything as it was.
#pragma once
#include "command/call.h"
#include "modules/doc/aggregation.h"

namespace veddb {

// REQUIRES: aggregation.writes(), every shard is held.
Status RunWriting(Call& call, Aggregation& aggregation);

}  // namespace veddb
