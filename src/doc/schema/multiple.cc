// SPDX-License-Identifier: BSD-3-Clause
#include "doc/schema/multiple.h"

#include "base/check.h"
#include "doc/value/arithmetic.h"

namespace veddb::doc {
namespace {

// digits · 10^exponent, without zeros at the end of the digits.
struct Scaled {
  uint128 digits;
  int32_t exponent;
};

Scaled ScaledOf(const Normal& value) {
  Scaled scaled{value.digits, value.exponent};
  while (scaled.digits != 0 && scaled.digits % 10 == 0) {
    scaled.digits /= 10;
    ++scaled.exponent;
  }
  return scaled;
}

Normal DecimalNormal(ValueView number) {
  return NormalOf(Widen(NumberOf(number), BsonType::kDecimal128).decimal);
}

}  // namespace

bool IsPositive(ValueView number) {
  const Normal value = DecimalNormal(number);
  return value.kind == Normal::Kind::kFinite && !value.negative && value.digits != 0;
}

MultipleTest TestMultiple(ValueView number, ValueView divisor) {
  const Normal value = DecimalNormal(number);
  if (value.kind != Normal::Kind::kFinite) return {false, 0};
  if (value.digits == 0) return {true, 0};
  const Scaled dividend = ScaledOf(value);
  const Scaled unit = ScaledOf(DecimalNormal(divisor));
  CHECK(unit.digits != 0);
  // What ends in no zero is no multiple of a power of ten.
  if (dividend.exponent < unit.exponent) return {false, 0};
  // The rest is below the unit: so many zeros may be put to it at once within 128 bits.
  constexpr uint128 kRoom = ~uint128{0} / 10;
  int zeros_max = 1;
  for (uint128 scale = unit.digits; scale <= kRoom / 10; scale *= 10) ++zeros_max;
  uint128 rest = dividend.digits % unit.digits;
  int32_t zeros = dividend.exponent - unit.exponent;
  uint32_t rounds = 0;
  while (zeros > 0 && rest != 0) {
    for (int i = 0; i < zeros_max && zeros > 0; ++i, --zeros) rest *= 10;
    rest %= unit.digits;
    ++rounds;
  }
  return {rest == 0, rounds};
}

}  // namespace veddb::doc
