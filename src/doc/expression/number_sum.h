// SPDX-License-Identifier: BSD-3-Clause
// NumberSum: sums as $add, $sum and $avg make them. Doubles are added with twice their digits, so
// that the order does not matter; integers exactly; decimals as such.
#pragma once
#include <cmath>

#include "doc/value/arithmetic.h"
#include "doc/value/decimal_math.h"
#include "doc/value/document.h"

namespace veddb::doc::expression {

class NumberSum {
 public:
  // REQUIRES: a number.
  void Add(ValueView value) {
    type_ = WiderOf(type_, value.type);
    switch (value.type) {
      case BsonType::kDouble:
        return AddDouble(value.Double());
      case BsonType::kDecimal128:
        decimal_ = AddDecimals(decimal_, LoadDecimal(value.data));
        return;
      default:
        integers_ += value.Integer();
    }
  }

  // Int32 goes on as int64, int64 as double where it overflows.
  Number Total() const {
    Number out;
    out.type = type_;
    if (type_ == BsonType::kDecimal128) {
      out.decimal = Decimal();
      return out;
    }
    const bool fits64 = integers_ >= INT64_MIN && integers_ <= INT64_MAX;
    if (type_ == BsonType::kDouble || !fits64) {
      out.type = BsonType::kDouble;
      out.real = Real();
      return out;
    }
    out.integer = static_cast<int64_t>(integers_);
    if (out.integer < INT32_MIN || out.integer > INT32_MAX) out.type = BsonType::kInt64;
    return out;
  }
  BsonType type() const { return type_; }
  double Real() const {
    // Not-a-number in the small part is what is left of infinities.
    const double whole = high_ + static_cast<double>(integers_);
    return std::isfinite(whole) ? whole + low_ + LostOfIntegers() : whole;
  }
  DecimalBits Decimal() const {
    DecimalBits sum = decimal_;
    if (integers_ != 0) {
      constexpr int64_t kUnit = 1'000'000'000;
      // An int128 as a decimal, in two steps.
      const DecimalBits upper = DecimalOf(static_cast<int64_t>(integers_ / kUnit));
      const DecimalBits lower = DecimalOf(static_cast<int64_t>(integers_ % kUnit));
      sum = AddDecimals(sum, AddDecimals(MultiplyDecimals(upper, DecimalOf(kUnit)), lower));
    }
    if (has_doubles_) sum = AddDecimals(sum, ShortDecimalOf(high_ + low_));
    return sum;
  }

 private:
  using Wide = __int128;

  void AddDouble(double v) {
    has_doubles_ = true;
    const double sum = high_ + v;
    const double part = sum - high_;
    const double lost = (high_ - (sum - part)) + (v - part);
    high_ = sum;
    if (std::isfinite(lost)) low_ += lost;
  }
  double LostOfIntegers() const {
    const double near = static_cast<double>(integers_);
    const double whole = high_ + near;
    const double part = whole - high_;
    const double lost = (high_ - (whole - part)) + (near - part);
    return lost + static_cast<double>(integers_ - static_cast<Wide>(near));
  }

  BsonType type_ = BsonType::kInt32;
  Wide integers_ = 0;
  bool has_doubles_ = false;
  double high_ = 0;
  double low_ = 0;
  DecimalBits decimal_ = DecimalOf(int64_t{0});
};

}  // namespace veddb::doc::expression
