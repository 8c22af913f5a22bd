// SPDX-License-Identifier: BSD-3-Clause
// The hash under which MongoDB keeps a value in a hashed index.
#pragma once
#include "doc/value/document.h"

namespace veddb::doc::expression {

// Numbers of the same whole part have the same hash, whatever their type.
int64_t HashedKeyOf(ValueView value);

}  // namespace veddb::doc::expression
