// SPDX-License-Identifier: BSD-3-Clause
// Equality of values by which `enum` and `uniqueItems` compare: numbers by value, objects without
// regard to the order of their fields. Pure.
#pragma once
#include <string>

#include "doc/value/document.h"

namespace veddb::doc {

// Bytes that two values share exactly if they are equal.
std::string UnorderedKey(ValueView value);

}  // namespace veddb::doc
