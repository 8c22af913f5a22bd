// SPDX-License-Identifier: BSD-3-Clause
// How the commands that change documents read `collection filter change [options]`.
#pragma once
#include "modules/doc/change.h"

namespace veddb {

enum class ChangeKind : uint8_t { kUpdateOne, kUpdateMany, kReplaceOne };

Status PrepareChange(PrepareCall& prepare, DocOption allowed, ChangeKind kind);

}  // namespace veddb
