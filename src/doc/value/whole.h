// SPDX-License-Identifier: BSD-3-Clause
// Numbers of any BSON type as integers, and any value as a truth value. Pure.
#pragma once
#include <cstdint>
#include <optional>

#include "doc/value/document.h"

namespace veddb::doc {

// The number if it is whole and fits 64 bits; nothing for other types.
std::optional<int64_t> WholeNumber(ValueView value);
// The number without its fraction if it fits 64 bits; nothing for NaN, infinities and other types.
std::optional<int64_t> TruncatedNumber(ValueView value);
// False for false, any zero, null, undefined and missing; true for all else, NaN included.
bool IsTrue(ValueView value);

}  // namespace veddb::doc
