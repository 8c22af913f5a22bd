// SPDX-License-Identifier: BSD-3-Clause
#include "doc/value/decimal_math.h"

#include <bit>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <decimal/decimal>
#include <limits>
#include <numbers>

#if __LDBL_MANT_DIG__ != 113
#include <quadmath.h>
#endif

#include "base/check.h"

namespace veddb::doc {
namespace {

using Decimal = std::decimal::decimal128;

Decimal In(DecimalBits bits) { return std::bit_cast<Decimal>(bits); }
DecimalBits Out(const Decimal& value) { return std::bit_cast<DecimalBits>(value); }

constexpr int kExponentBias = 6176;
constexpr uint64_t kSignBit = uint64_t{1} << 63;
constexpr size_t kTextBytes = 128;
constexpr int kQuadExponentMax = 4900;

DecimalBits FromText(const char* text) {
  const auto parsed = ParseDecimal(text);
  CHECK(parsed.has_value());
  return *parsed;
}

DecimalBits Special(bool nan, bool negative) {
  return FromText(nan ? "NaN" : negative ? "-Infinity" : "Infinity");
}

// Without the zeros that a fixed number of digits leaves at the end: "1.500E+0" -> "1.5E+0".
void DropZeros(char* text) {
  char* const e = std::strchr(text, 'e');
  if (e == nullptr) return;
  char* end = e;
  while (end[-1] == '0') --end;
  if (end[-1] == '.') --end;
  std::memmove(end, e, std::strlen(e) + 1);
}

DecimalBits Formatted(double v, int digits) {
  if (std::isnan(v) || std::isinf(v)) return Special(std::isnan(v), v < 0);
  char text[kTextBytes];
  std::snprintf(text, sizeof text, "%.*e", digits - 1, v);
  return FromText(text);
}

// The quadruple float of the machine: `long double` where that has 113 bits, else libquadmath's.
#if __LDBL_MANT_DIG__ == 113
using Quad = long double;
Quad QuadOf(const char* text) { return strtold(text, nullptr); }
void FormatQuad(Quad v, char* text) {
  std::snprintf(text, kTextBytes, "%.*Le", kDecimalDigits - 1, v);
}
#define VEDDB_QUAD(name) name##l
#else
__extension__ typedef __float128 Quad;
Quad QuadOf(const char* text) { return strtoflt128(text, nullptr); }
void FormatQuad(Quad v, char* text) {
  quadmath_snprintf(text, kTextBytes, "%.*Qe", kDecimalDigits - 1, v);
}
#define VEDDB_QUAD(name) name##q
#endif

Quad ToQuad(DecimalBits v) { return QuadOf(FormatDecimal(v).c_str()); }

DecimalBits FromQuad(Quad v) {
  if (v != v) return Special(true, false);
  if (VEDDB_QUAD(isinf)(v)) return Special(false, v < 0);
  char text[kTextBytes];
  FormatQuad(v, text);
  DropZeros(text);
  return FromText(text);  // decimals reach further than quadruple floats do
}

template <typename Real, typename Math>
Real ApplyTo(MathFunction function, Real v, const Math& math) {
  switch (function) {
    case MathFunction::kExp:
      return math.exp(v);
    case MathFunction::kLn:
      return math.log(v);
    case MathFunction::kLog10:
      return math.log10(v);
    case MathFunction::kSqrt:
      return math.sqrt(v);
    case MathFunction::kSin:
      return math.sin(v);
    case MathFunction::kCos:
      return math.cos(v);
    case MathFunction::kTan:
      return math.tan(v);
    case MathFunction::kAsin:
      return math.asin(v);
    case MathFunction::kAcos:
      return math.acos(v);
    case MathFunction::kAtan:
      return math.atan(v);
    case MathFunction::kSinh:
      return math.sinh(v);
    case MathFunction::kCosh:
      return math.cosh(v);
    case MathFunction::kTanh:
      return math.tanh(v);
    case MathFunction::kAsinh:
      return math.asinh(v);
    case MathFunction::kAcosh:
      return math.acosh(v);
    case MathFunction::kAtanh:
      return math.atanh(v);
    case MathFunction::kToRadians:
      return v * (math.pi() / 180);
    case MathFunction::kToDegrees:
      return v * (180 / math.pi());
  }
  return v;
}

struct DoubleMath {
#define VEDDB_FUNCTION(name) \
  static double name(double v) { return std::name(v); }
  VEDDB_FUNCTION(exp)
  VEDDB_FUNCTION(log)
  VEDDB_FUNCTION(log10)
  VEDDB_FUNCTION(sqrt)
  VEDDB_FUNCTION(sin)
  VEDDB_FUNCTION(cos)
  VEDDB_FUNCTION(tan)
  VEDDB_FUNCTION(asin)
  VEDDB_FUNCTION(acos)
  VEDDB_FUNCTION(atan)
  VEDDB_FUNCTION(sinh)
  VEDDB_FUNCTION(cosh)
  VEDDB_FUNCTION(tanh)
  VEDDB_FUNCTION(asinh)
  VEDDB_FUNCTION(acosh)
  VEDDB_FUNCTION(atanh)
#undef VEDDB_FUNCTION
  static double pi() { return std::numbers::pi; }
};

struct QuadMath {
#define VEDDB_FUNCTION(name) \
  static Quad name(Quad v) { return VEDDB_QUAD(name)(v); }
  VEDDB_FUNCTION(exp)
  VEDDB_FUNCTION(log)
  VEDDB_FUNCTION(log10)
  VEDDB_FUNCTION(sqrt)
  VEDDB_FUNCTION(sin)
  VEDDB_FUNCTION(cos)
  VEDDB_FUNCTION(tan)
  VEDDB_FUNCTION(asin)
  VEDDB_FUNCTION(acos)
  VEDDB_FUNCTION(atan)
  VEDDB_FUNCTION(sinh)
  VEDDB_FUNCTION(cosh)
  VEDDB_FUNCTION(tanh)
  VEDDB_FUNCTION(asinh)
  VEDDB_FUNCTION(acosh)
  VEDDB_FUNCTION(atanh)
#undef VEDDB_FUNCTION
  static Quad pi() { return VEDDB_QUAD(acos)(Quad(-1)); }
};

// Coefficient and exponent of a finite decimal.
struct Split {
  uint128 coefficient;
  int exponent;
};

Split SplitOf(DecimalBits bits) {
  // The form with two high bits set holds only coefficients that count as zero.
  if ((bits.high >> 61 & 3) == 3) return {0, 0};
  const auto exponent = static_cast<int>(bits.high >> 49 & 0x3fff) - kExponentBias;
  const uint128 coefficient =
      static_cast<uint128>(bits.high & ((uint64_t{1} << 49) - 1)) << 64 | bits.low;
  return {coefficient, exponent};
}

DecimalBits Joined(bool negative, uint128 coefficient, int exponent) {
  DecimalBits bits;
  bits.low = static_cast<uint64_t>(coefficient);
  bits.high = static_cast<uint64_t>(coefficient >> 64) |
              static_cast<uint64_t>(exponent + kExponentBias) << 49 | (negative ? kSignBit : 0);
  return bits;
}

bool RoundsAway(Rounding rounding, bool negative, uint128 kept, int half_order, bool exact) {
  if (exact) return false;
  switch (rounding) {
    case Rounding::kTowardZero:
      return false;
    case Rounding::kDown:
      return negative;
    case Rounding::kUp:
      return !negative;
    case Rounding::kHalfEven:
      return half_order > 0 || (half_order == 0 && kept % 2 == 1);
  }
  return false;
}

}  // namespace

DecimalBits AddDecimals(DecimalBits a, DecimalBits b) { return Out(In(a) + In(b)); }
DecimalBits SubtractDecimals(DecimalBits a, DecimalBits b) { return Out(In(a) - In(b)); }
DecimalBits MultiplyDecimals(DecimalBits a, DecimalBits b) { return Out(In(a) * In(b)); }
DecimalBits DivideDecimals(DecimalBits a, DecimalBits b) { return Out(In(a) / In(b)); }

DecimalBits DecimalOf(int64_t v) { return Out(Decimal(static_cast<long long>(v))); }
DecimalBits ExactDecimalOf(double v) {
  if (std::isnan(v) || std::isinf(v)) return Special(std::isnan(v), v < 0);
  char text[kTextBytes];
  std::snprintf(text, sizeof text, "%.*e", kDecimalDigits - 1, v);
  DropZeros(text);
  return FromText(text);
}
DecimalBits ShortDecimalOf(double v) { return Formatted(v, std::numeric_limits<double>::digits10); }

bool IsNan(DecimalBits v) { return NormalOf(v).kind == Normal::Kind::kNan; }
bool IsInfinite(DecimalBits v) { return NormalOf(v).kind == Normal::Kind::kInfinity; }
bool IsZero(DecimalBits v) {
  const Normal normal = NormalOf(v);
  return normal.kind == Normal::Kind::kFinite && normal.digits == 0;
}
bool IsNegative(DecimalBits v) { return (v.high & kSignBit) != 0; }
DecimalBits Negated(DecimalBits v) { return {v.low, v.high ^ kSignBit}; }

DecimalBits RoundDecimal(DecimalBits v, int places, Rounding rounding) {
  if (IsNan(v) || IsInfinite(v)) return v;
  const bool negative = IsNegative(v);
  const auto [coefficient, exponent] = SplitOf(v);
  const int drop = -places - exponent;  // digits that go
  if (drop <= 0) return v;
  uint128 kept = coefficient;
  uint128 unit = 1;
  bool beyond = drop > kDecimalDigits;  // more digits go than there are
  for (int i = 0; !beyond && i < drop; ++i) unit *= 10;
  kept = beyond ? 0 : coefficient / unit;
  const uint128 rest = beyond ? coefficient : coefficient % unit;
  const uint128 half = unit / 2;
  const int half_order = beyond || rest < half ? -1 : rest > half ? 1 : 0;
  if (RoundsAway(rounding, negative, kept, half_order, rest == 0)) ++kept;
  return Joined(negative, kept, -places);
}

DecimalBits RemainderOf(DecimalBits a, DecimalBits b) {
  if (IsNan(a) || IsNan(b) || IsInfinite(a) || IsZero(b)) return Special(true, false);
  if (IsInfinite(b) || IsZero(a)) return a;
  const Split left = SplitOf(a);
  const Split right = SplitOf(b);
  // Both as multiples of the smaller power of ten; the larger one's power is brought in modulo
  // the divisor, since the whole number may not fit.
  const int exponent = std::min(left.exponent, right.exponent);
  if (right.exponent > exponent) {
    uint128 divisor = right.coefficient;
    for (int i = right.exponent; i > exponent; --i) {
      if (divisor > left.coefficient) return a;
      divisor *= 10;
    }
    return Joined(IsNegative(a), left.coefficient % divisor, exponent);
  }
  uint128 rest = left.coefficient % right.coefficient;
  for (int i = left.exponent; i > exponent && rest != 0; --i) {
    // rest < 10^34 and 10 * 10^34 < 2^128.
    rest = rest * 10 % right.coefficient;
  }
  return Joined(IsNegative(a), rest, exponent);
}

double ApplyToDouble(MathFunction function, double v) { return ApplyTo(function, v, DoubleMath()); }

// Roots and logarithms of numbers that no quadruple float reaches go by coefficient and exponent.
DecimalBits ApplyToDecimal(MathFunction function, DecimalBits v) {
  const Normal normal = NormalOf(v);
  const bool far = normal.kind == Normal::Kind::kFinite && normal.digits != 0 && !normal.negative &&
                   std::abs(normal.exponent) > kQuadExponentMax;
  if (far) {
    const int even = normal.exponent - normal.exponent % 2;
    const Split split = SplitOf(v);
    const DecimalBits near = Joined(false, split.coefficient, split.exponent - even);
    const DecimalBits result = ApplyToDecimal(function, near);
    if (function == MathFunction::kSqrt) {
      const Split root = SplitOf(result);
      return Joined(false, root.coefficient, root.exponent + even / 2);
    }
    if (function == MathFunction::kLog10) return AddDecimals(result, DecimalOf(int64_t{even}));
    if (function == MathFunction::kLn) {
      return AddDecimals(result, FromQuad(even * QuadMath::log(Quad(10))));
    }
  }
  return FromQuad(ApplyTo(function, ToQuad(v), QuadMath()));
}

DecimalBits PowerOf(DecimalBits base, DecimalBits exponent) {
  return FromQuad(VEDDB_QUAD(pow)(ToQuad(base), ToQuad(exponent)));
}

DecimalBits ArcTangentOf(DecimalBits y, DecimalBits x) {
  return FromQuad(VEDDB_QUAD(atan2)(ToQuad(y), ToQuad(x)));
}

}  // namespace veddb::doc
