// SPDX-License-Identifier: BSD-3-Clause
#include "doc/value/decimal.h"

#include <bson/bson.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>

#include "base/check.h"

namespace veddb::doc {
namespace {

constexpr int kExponentBias = 6176;
// A double's exact value never has more significant digits than this (the least normal number).
constexpr int kExactDigits = 767;

constexpr std::array<uint128, kDecimalDigits + 1> MakePowers() {
  std::array<uint128, kDecimalDigits + 1> powers{};
  powers[0] = 1;
  for (size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
  return powers;
}
constexpr auto kPowers = MakePowers();

int DigitCount(uint128 v) {
  return static_cast<int>(std::upper_bound(kPowers.begin(), kPowers.end(), v) - kPowers.begin());
}

// coefficient · 10^scale
Normal Normalize(bool negative, uint128 coefficient, int scale) {
  Normal normal;
  normal.negative = negative;
  if (coefficient == 0) return normal;
  const int digits = DigitCount(coefficient);
  normal.digits = coefficient * kPowers[static_cast<size_t>(kDecimalDigits - digits)];
  normal.exponent = scale + digits - 1;
  return normal;
}

bson_decimal128_t ToBson(DecimalBits bits) {
  bson_decimal128_t decimal;
  decimal.low = bits.low;
  decimal.high = bits.high;
  return decimal;
}

// d.ddd…e±x, enough for the magnitude of any Normal as from_chars reads it.
size_t WriteScientific(const Normal& value, char* to) {
  char digits[kDecimalDigits];
  uint128 rest = value.digits;
  for (size_t i = kDecimalDigits; i-- > 0; rest /= 10)
    digits[i] = static_cast<char>('0' + rest % 10);
  char* at = to;
  *at++ = digits[0];
  *at++ = '.';
  std::memcpy(at, digits + 1, kDecimalDigits - 1);
  at += kDecimalDigits - 1;
  *at++ = 'e';
  at = std::to_chars(at, at + 8, value.exponent).ptr;
  return static_cast<size_t>(at - to);
}

double NearestMagnitude(const Normal& value) {
  if (value.digits == 0) return 0;
  if (value.exponent > 310) return std::numeric_limits<double>::infinity();
  if (value.exponent < -330) return 0;
  char text[64];
  const size_t size = WriteScientific(value, text);
  double d = 0;
  const auto [end, error] = std::from_chars(text, text + size, d);
  if (error == std::errc::result_out_of_range) {
    return value.exponent > 0 ? std::numeric_limits<double>::infinity() : 0;
  }
  return d;
}

}  // namespace

DecimalBits LoadDecimal(const char* data) {
  DecimalBits bits;
  std::memcpy(&bits.low, data, sizeof bits.low);
  std::memcpy(&bits.high, data + sizeof bits.low, sizeof bits.high);
  return bits;
}

std::optional<DecimalBits> ParseDecimal(Bytes text) {
  // libbson takes a NUL as the end of the text, so it must not see one.
  if (text.empty() || text.find('\0') != Bytes::npos) return std::nullopt;
  bson_decimal128_t decimal;
  if (!bson_decimal128_from_string_w_len(text.data(), static_cast<int>(text.size()), &decimal)) {
    return std::nullopt;
  }
  return DecimalBits{decimal.low, decimal.high};
}

std::string FormatDecimal(DecimalBits bits) {
  const bson_decimal128_t decimal = ToBson(bits);
  char text[BSON_DECIMAL128_STRING];
  bson_decimal128_to_string(&decimal, text);
  return text;
}

Normal NormalOf(DecimalBits bits) {
  const bool negative = bits.high >> 63 != 0;
  const uint64_t top = bits.high >> 58 & 0x1f;
  if (top == 0x1f) return {.kind = Normal::Kind::kNan};
  if (top == 0x1e) return {.kind = Normal::Kind::kInfinity, .negative = negative};
  // The form for significands of 114 bits holds only values above 10^34, which the standard reads
  // as zero.
  if ((bits.high >> 61 & 3) == 3) return {.negative = negative};
  const auto exponent = static_cast<int>(bits.high >> 49 & 0x3fff) - kExponentBias;
  const uint128 coefficient =
      static_cast<uint128>(bits.high & ((uint64_t{1} << 49) - 1)) << 64 | bits.low;
  if (coefficient >= kPowers[kDecimalDigits]) return {.negative = negative};
  return Normalize(negative, coefficient, exponent);
}

Normal NormalOf(int64_t v) {
  const uint64_t magnitude =
      v < 0 ? uint64_t{0} - static_cast<uint64_t>(v) : static_cast<uint64_t>(v);
  return Normalize(v < 0, magnitude, 0);
}

int CompareMagnitude(const Normal& a, const Normal& b) {
  if (a.digits == 0 || b.digits == 0) return (a.digits != 0) - (b.digits != 0);
  if (a.exponent != b.exponent) return a.exponent < b.exponent ? -1 : 1;
  return a.digits == b.digits ? 0 : a.digits < b.digits ? -1 : 1;
}

int CompareMagnitude(double a, const Normal& b) {
  DCHECK(std::isfinite(a) && b.kind == Normal::Kind::kFinite);
  a = std::fabs(a);
  if (a == 0 || b.digits == 0) return (a != 0) - (b.digits != 0);
  // "d.ddd…e±xx": the double's exact decimal expansion.
  char text[kExactDigits + 16];
  const char* end =
      std::to_chars(text, text + sizeof text, a, std::chars_format::scientific, kExactDigits - 1)
          .ptr;
  const char* e = static_cast<const char*>(std::memchr(text, 'e', static_cast<size_t>(end - text)));
  int exponent = 0;
  std::from_chars(e[1] == '+' ? e + 2 : e + 1, end, exponent);
  if (exponent != b.exponent) return exponent < b.exponent ? -1 : 1;
  uint128 head = static_cast<uint128>(text[0] - '0');
  for (int i = 1; i < kDecimalDigits; ++i)
    head = head * 10 + static_cast<uint128>(text[i + 1] - '0');
  if (head != b.digits) return head < b.digits ? -1 : 1;
  for (const char* digit = text + kDecimalDigits + 1; digit != e; ++digit) {
    if (*digit != '0') return 1;
  }
  return 0;
}

double TruncateToDouble(const Normal& value) {
  const double nearest = NearestMagnitude(value);
  if (std::isinf(nearest)) return std::numeric_limits<double>::max();
  return CompareMagnitude(nearest, value) > 0 ? std::nextafter(nearest, 0.0) : nearest;
}

double RoundToDouble(DecimalBits bits) {
  const Normal value = NormalOf(bits);
  double magnitude = 0;
  switch (value.kind) {
    case Normal::Kind::kNan:
      return std::numeric_limits<double>::quiet_NaN();
    case Normal::Kind::kInfinity:
      magnitude = std::numeric_limits<double>::infinity();
      break;
    case Normal::Kind::kFinite:
      magnitude = NearestMagnitude(value);
      break;
  }
  return value.negative ? -magnitude : magnitude;
}

std::optional<int64_t> TruncateToInt64(DecimalBits bits) {
  const Normal value = NormalOf(bits);
  if (value.kind != Normal::Kind::kFinite || value.exponent > 18) return std::nullopt;
  if (value.digits == 0 || value.exponent < 0) return 0;
  const uint128 magnitude = value.digits / kPowers[static_cast<size_t>(33 - value.exponent)];
  constexpr uint128 kMax = std::numeric_limits<int64_t>::max();
  if (magnitude > kMax + (value.negative ? 1 : 0)) return std::nullopt;
  const auto word = static_cast<uint64_t>(magnitude);
  return static_cast<int64_t>(value.negative ? uint64_t{0} - word : word);
}

bool IsWhole(DecimalBits bits) {
  const Normal value = NormalOf(bits);
  if (value.kind != Normal::Kind::kFinite) return false;
  if (value.digits == 0 || value.exponent >= kDecimalDigits - 1) return true;
  if (value.exponent < 0) return false;
  return value.digits % kPowers[static_cast<size_t>(33 - value.exponent)] == 0;
}

}  // namespace veddb::doc
