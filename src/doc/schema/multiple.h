// SPDX-License-Identifier: BSD-3-Clause
// `multipleOf` over all number types, exact in decimals. Pure.
#pragma once
#include <cstdint>

#include "doc/value/document.h"

namespace veddb::doc {

// Finite and above 0. REQUIRES: a number.
bool IsPositive(ValueView number);

struct MultipleTest {
  bool is_multiple;
  uint32_t rounds;  // of the division: up to 3,100, of some 50 ns each
};

// Whether the number is a whole multiple of the divisor; a double counts as the decimal of its
// first 15 digits (0.0075 is a multiple of 0.0001). NaN and infinities are multiples of nothing.
// REQUIRES: both are numbers, the divisor IsPositive.
MultipleTest TestMultiple(ValueView number, ValueView divisor);

}  // namespace veddb::doc
