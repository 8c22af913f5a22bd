// SPDX-License-Identifier: BSD-3-Clause
// Real: a number as window functions reckon with: a double, or a decimal once any part of it is
// one. Dates are their milliseconds. Internal to doc/window.
#pragma once
#include <cmath>

#include "doc/expression/evaluation.h"
#include "doc/value/compare.h"
#include "doc/value/decimal_math.h"
#include "doc/value/document.h"

namespace veddb::doc::window {

class Real {
 public:
  explicit Real(double v) : double_(v) {}
  // REQUIRES: a number or a date.
  static Real Of(ValueView value) {
    if (value.type == BsonType::kDate) return Real(static_cast<double>(value.Date()));
    Real real(ToDouble(value));
    real.is_decimal_ = value.type == BsonType::kDecimal128;
    if (real.is_decimal_) real.decimal_ = LoadDecimal(value.data);
    if (value.type == BsonType::kInt64) real.decimal_ = DecimalOf(value.Int64());
    real.has_decimal_ = real.is_decimal_ || value.type == BsonType::kInt64;
    return real;
  }

  friend Real operator+(const Real& a, const Real& b) {
    return Either(a, b) ? Real(AddDecimals(a.Decimal(), b.Decimal())) : Real(a.double_ + b.double_);
  }
  friend Real operator-(const Real& a, const Real& b) {
    return Either(a, b) ? Real(SubtractDecimals(a.Decimal(), b.Decimal()))
                        : Real(a.double_ - b.double_);
  }
  friend Real operator*(const Real& a, const Real& b) {
    return Either(a, b) ? Real(MultiplyDecimals(a.Decimal(), b.Decimal()))
                        : Real(a.double_ * b.double_);
  }
  friend Real operator/(const Real& a, const Real& b) {
    return Either(a, b) ? Real(DivideDecimals(a.Decimal(), b.Decimal()))
                        : Real(a.double_ / b.double_);
  }
  bool IsZero() const { return is_decimal_ ? doc::IsZero(decimal_) : double_ == 0; }

  ValueView In(expression::Evaluation& run) const { return run.Of(number()); }
  Number number() const {
    return {.type = is_decimal_ ? BsonType::kDecimal128 : BsonType::kDouble,
            .real = double_,
            .decimal = decimal_};
  }

 private:
  explicit Real(DecimalBits v) : is_decimal_(true), has_decimal_(true), decimal_(v) {}
  static bool Either(const Real& a, const Real& b) { return a.is_decimal_ || b.is_decimal_; }
  DecimalBits Decimal() const {
    if (has_decimal_) return decimal_;
    // Most often it was an integer.
    constexpr double kExactMax = 9007199254740992;
    const bool whole = std::abs(double_) <= kExactMax && std::trunc(double_) == double_;
    return whole ? DecimalOf(static_cast<int64_t>(double_)) : ShortDecimalOf(double_);
  }

  double double_ = 0;
  bool is_decimal_ = false;
  bool has_decimal_ = false;  // decimal_ is the same number, exactly
  DecimalBits decimal_ = {};
};

}  // namespace veddb::doc::window
