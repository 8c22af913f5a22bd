// SPDX-License-Identifier: BSD-3-Clause
// Decimal128 as BSON stores it (IEEE 754-2008, binary integer significand), and numbers in general
// brought to one decimal form so that they can be compared exactly.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.h"

namespace veddb::doc {

using uint128 = unsigned __int128;

// The 16 bytes of a decimal: low word first.
struct DecimalBits {
  uint64_t low;
  uint64_t high;
};

DecimalBits LoadDecimal(const char* data);
// Decimal128 text ("1.5", "-Infinity", "1E+3"); nothing if it is malformed or would have to be
// rounded.
std::optional<DecimalBits> ParseDecimal(Bytes text);
std::string FormatDecimal(DecimalBits bits);

inline constexpr int kDecimalDigits = 34;

// value = (-1)^negative · digits · 10^(exponent - 33), with 10^33 <= digits < 10^34; digits 0 is
// zero. So of two finite positive numbers the larger has the larger exponent, or the same and more
// digits.
struct Normal {
  enum class Kind : uint8_t { kFinite, kInfinity, kNan };
  Kind kind = Kind::kFinite;
  bool negative = false;
  int32_t exponent = 0;
  uint128 digits = 0;
};

Normal NormalOf(DecimalBits bits);
Normal NormalOf(int64_t v);

// Orders the magnitude of a finite double against that of a finite Normal, exactly: -1, 0 or 1.
int CompareMagnitude(double a, const Normal& b);
// The magnitudes of two finite Normals.
int CompareMagnitude(const Normal& a, const Normal& b);
// The double nearest to the magnitude, by truncation: the largest double that is not above it.
double TruncateToDouble(const Normal& value);
// The nearest double, ties to even; infinite beyond its range.
double RoundToDouble(DecimalBits bits);
// The number without its fraction, if it fits.
std::optional<int64_t> TruncateToInt64(DecimalBits bits);
// True if the decimal is a whole number.
bool IsWhole(DecimalBits bits);

}  // namespace veddb::doc
