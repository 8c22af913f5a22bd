// SPDX-License-Identifier: BSD-3-Clause
// Functions of Decimal128 beyond the four operations. Roots, powers, logarithms and angles are
// worked out with the 113 binary digits of a quadruple float, which are 34 decimal ones; the last
// of them may be off by a few, and a power
// beyond 10^4932 is infinite. Pure.
#pragma once
#include <cstdint>

#include "doc/value/decimal.h"

namespace veddb::doc {

DecimalBits AddDecimals(DecimalBits a, DecimalBits b);
DecimalBits SubtractDecimals(DecimalBits a, DecimalBits b);
DecimalBits MultiplyDecimals(DecimalBits a, DecimalBits b);
DecimalBits DivideDecimals(DecimalBits a, DecimalBits b);
// With the sign of the dividend. NaN where there is none.
DecimalBits RemainderOf(DecimalBits a, DecimalBits b);

DecimalBits DecimalOf(int64_t v);
// All the digits that there are, 34 at most.
DecimalBits ExactDecimalOf(double v);
// Fifteen digits, which are sure; more would be noise.
DecimalBits ShortDecimalOf(double v);

bool IsNan(DecimalBits v);
bool IsInfinite(DecimalBits v);
bool IsZero(DecimalBits v);
bool IsNegative(DecimalBits v);
DecimalBits Negated(DecimalBits v);

enum class Rounding : uint8_t { kHalfEven, kTowardZero, kDown, kUp };
// Without what stands behind `places` digits after the point; places below 0: before it.
DecimalBits RoundDecimal(DecimalBits v, int places, Rounding rounding);

// Functions of one number, as <cmath> has them.
enum class MathFunction : uint8_t {
  kExp,
  kLn,
  kLog10,
  kSqrt,
  kSin,
  kCos,
  kTan,
  kAsin,
  kAcos,
  kAtan,
  kSinh,
  kCosh,
  kTanh,
  kAsinh,
  kAcosh,
  kAtanh,
  kToRadians,
  kToDegrees,
};
DecimalBits ApplyToDecimal(MathFunction function, DecimalBits v);
double ApplyToDouble(MathFunction function, double v);
DecimalBits PowerOf(DecimalBits base, DecimalBits exponent);
DecimalBits ArcTangentOf(DecimalBits y, DecimalBits x);

}  // namespace veddb::doc
