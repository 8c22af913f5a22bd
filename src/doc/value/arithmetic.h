// SPDX-License-Identifier: BSD-3-Clause
// Arithmetic of BSON numbers: the wider type of the two wins (int32 < int64 < double < decimal128);
// int32 goes on as int64 where it overflows. Decimals round half to even at 34 digits, by the
// compiler's own decimal floating point (libgcc: binary integer significands, as in BSON). Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "doc/value/decimal.h"
#include "doc/value/document.h"

namespace veddb::doc {

// A number by value.
struct Number {
  BsonType type = BsonType::kInt32;
  int64_t integer = 0;  // of kInt32 and kInt64
  double real = 0;
  DecimalBits decimal = {};

  // The value's bytes, without the type byte.
  void AppendTo(std::string* out) const;
};

// REQUIRES: a number.
Number NumberOf(ValueView value);
// Zero of this number type.
Number ZeroOf(BsonType type);
// The same value in another number type. REQUIRES: a wider one.
Number Widen(const Number& number, BsonType type);

// The wider of two number types.
BsonType WiderOf(BsonType a, BsonType b);

// Nothing: the result does not fit 64 bits.
std::optional<Number> Add(const Number& a, const Number& b);
std::optional<Number> Subtract(const Number& a, const Number& b);
std::optional<Number> Multiply(const Number& a, const Number& b);

}  // namespace veddb::doc
