// SPDX-License-Identifier: BSD-3-Clause
#include "doc/value/arithmetic.h"

#include <bit>
#include <cstdio>
#include <decimal/decimal>

#include "base/check.h"
#include "base/coding.h"

namespace veddb::doc {
namespace {

using Decimal = std::decimal::decimal128;

Decimal ToDecimal(DecimalBits bits) { return std::bit_cast<Decimal>(bits); }

DecimalBits FromDecimal(const Decimal& value) { return std::bit_cast<DecimalBits>(value); }

int WidthOf(BsonType type) {
  switch (type) {
    case BsonType::kInt32:
      return 0;
    case BsonType::kInt64:
      return 1;
    case BsonType::kDouble:
      return 2;
    default:
      return 3;
  }
}

// Fifteen digits of a double are sure; more would be noise in a decimal.
DecimalBits DecimalOf(double v) {
  constexpr int kDigits = 15;
  char text[40];
  std::snprintf(text, sizeof text, "%.*E", kDigits - 1, v);
  if (const auto parsed = ParseDecimal(text)) return *parsed;
  return FromDecimal(Decimal(v));  // NaN and infinities
}

// As int32 if both were and it fits.
std::optional<Number> Integer(int64_t v, BsonType type) {
  const bool fits = v >= INT32_MIN && v <= INT32_MAX;
  Number out;
  out.type = type == BsonType::kInt32 && fits ? BsonType::kInt32 : BsonType::kInt64;
  out.integer = v;
  return out;
}

template <typename OnIntegers, typename OnOthers>
std::optional<Number> Combine(const Number& left, const Number& right, OnIntegers on_integers,
                              OnOthers on_others) {
  const BsonType type = WiderOf(left.type, right.type);
  const Number a = Widen(left, type);
  const Number b = Widen(right, type);
  Number out;
  out.type = type;
  switch (type) {
    case BsonType::kDouble:
      out.real = on_others(a.real, b.real);
      return out;
    case BsonType::kDecimal128:
      out.decimal = FromDecimal(on_others(ToDecimal(a.decimal), ToDecimal(b.decimal)));
      return out;
    default: {
      int64_t result = 0;
      if (on_integers(a.integer, b.integer, &result)) return std::nullopt;
      return Integer(result, type);
    }
  }
}

}  // namespace

void Number::AppendTo(std::string* out) const {
  switch (type) {
    case BsonType::kInt32:
      PutLE32(*out, static_cast<uint32_t>(integer));
      return;
    case BsonType::kInt64:
      PutLE64(*out, static_cast<uint64_t>(integer));
      return;
    case BsonType::kDouble:
      PutLE64(*out, std::bit_cast<uint64_t>(real));
      return;
    default:
      PutLE64(*out, decimal.low);
      PutLE64(*out, decimal.high);
  }
}

Number NumberOf(ValueView value) {
  DCHECK(value.IsNumber());
  Number out;
  out.type = value.type;
  switch (value.type) {
    case BsonType::kDouble:
      out.real = value.Double();
      break;
    case BsonType::kDecimal128:
      out.decimal = LoadDecimal(value.data);
      break;
    default:
      out.integer = value.Integer();
  }
  return out;
}

Number ZeroOf(BsonType type) {
  Number zero;
  return Widen(zero, type);
}

BsonType WiderOf(BsonType a, BsonType b) { return WidthOf(a) >= WidthOf(b) ? a : b; }

Number Widen(const Number& number, BsonType type) {
  if (number.type == type) return number;
  Number out;
  out.type = type;
  const bool integer = WidthOf(number.type) < WidthOf(BsonType::kDouble);
  if (type == BsonType::kInt64) out.integer = number.integer;
  if (type == BsonType::kDouble) out.real = static_cast<double>(number.integer);
  if (type == BsonType::kDecimal128) {
    out.decimal = integer ? FromDecimal(Decimal(static_cast<long long>(number.integer)))
                          : DecimalOf(number.real);
  }
  return out;
}

std::optional<Number> Add(const Number& a, const Number& b) {
  return Combine(
      a, b, [](int64_t x, int64_t y, int64_t* out) { return __builtin_add_overflow(x, y, out); },
      [](const auto& x, const auto& y) { return x + y; });
}

std::optional<Number> Subtract(const Number& a, const Number& b) {
  return Combine(
      a, b, [](int64_t x, int64_t y, int64_t* out) { return __builtin_sub_overflow(x, y, out); },
      [](const auto& x, const auto& y) { return x - y; });
}

std::optional<Number> Multiply(const Number& a, const Number& b) {
  return Combine(
      a, b, [](int64_t x, int64_t y, int64_t* out) { return __builtin_mul_overflow(x, y, out); },
      [](const auto& x, const auto& y) { return x * y; });
}

}  // namespace veddb::doc
