// SPDX-License-Identifier: BSD-3-Clause
// NumberSum: sums as $add, $sum and $avg make them. Doubles are added with twice their digits, so
// that the order does not matter; integers exactly; decimals as such.
#pragma once
#include <bit>
#include <cmath>
#include <memory>
#include <string>

#include "base/check.h"
#include "base/coding.h"
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
        wide().decimal = AddDecimals(wide().decimal, LoadDecimal(value.data));
        return;
      default:
        AddInteger(value.Integer());
    }
  }

  // Appends what Merge takes.
  void Save(std::string* out) const {
    out->push_back(static_cast<char>(type_));
    out->push_back(static_cast<char>((has_doubles_ ? kHasDoubles : 0) | (wide_ ? kIsWide : 0)));
    PutLE64(*out, static_cast<uint64_t>(integers_));
    PutLE64(*out, std::bit_cast<uint64_t>(high_));
    PutLE64(*out, std::bit_cast<uint64_t>(low_));
    if (!wide_) return;
    PutLE64(*out, static_cast<uint64_t>(wide_->integers));
    PutLE64(*out, static_cast<uint64_t>(wide_->integers >> 64));
    PutLE64(*out, wide_->decimal.low);
    PutLE64(*out, wide_->decimal.high);
  }
  // Adds what another one saved; takes it off the front.
  void Merge(Bytes* saved) {
    CHECK(saved->size() >= kSavedBytes);
    type_ = WiderOf(type_, static_cast<BsonType>(static_cast<uint8_t>((*saved)[0])));
    const char flags = (*saved)[1];
    saved->remove_prefix(2);
    AddInteger(static_cast<int64_t>(Word(saved)));
    const double high = std::bit_cast<double>(Word(saved));
    const double low = std::bit_cast<double>(Word(saved));
    if ((flags & kHasDoubles) != 0) {
      AddDouble(high);
      AddDouble(low);
    }
    if ((flags & kIsWide) == 0) return;
    const uint64_t lower = Word(saved);
    wide().integers += static_cast<Int128>(Word(saved)) << 64 | lower;
    const uint64_t decimal_low = Word(saved);
    wide().decimal = AddDecimals(wide().decimal, {.low = decimal_low, .high = Word(saved)});
  }

  // Int32 goes on as int64, int64 as double where it overflows.
  Number Total() const {
    Number out;
    out.type = type_;
    if (type_ == BsonType::kDecimal128) {
      out.decimal = Decimal();
      return out;
    }
    const Int128 integers = Integers();
    const bool fits64 = integers >= INT64_MIN && integers <= INT64_MAX;
    if (type_ == BsonType::kDouble || !fits64) {
      out.type = BsonType::kDouble;
      out.real = Real();
      return out;
    }
    out.integer = static_cast<int64_t>(integers);
    if (out.integer < INT32_MIN || out.integer > INT32_MAX) out.type = BsonType::kInt64;
    return out;
  }
  BsonType type() const { return type_; }
  double Real() const {
    // Not-a-number in the small part is what is left of infinities.
    const Int128 integers = Integers();
    const double whole = high_ + static_cast<double>(integers);
    return std::isfinite(whole) ? whole + low_ + LostOf(integers) : whole;
  }
  DecimalBits Decimal() const {
    DecimalBits sum = wide_ ? wide_->decimal : DecimalOf(int64_t{0});
    const Int128 integers = Integers();
    if (integers != 0) {
      constexpr int64_t kUnit = 1'000'000'000;
      // An int128 as a decimal, in two steps.
      const DecimalBits upper = DecimalOf(static_cast<int64_t>(integers / kUnit));
      const DecimalBits lower = DecimalOf(static_cast<int64_t>(integers % kUnit));
      sum = AddDecimals(sum, AddDecimals(MultiplyDecimals(upper, DecimalOf(kUnit)), lower));
    }
    if (has_doubles_) sum = AddDecimals(sum, ShortDecimalOf(high_ + low_));
    return sum;
  }
  // Beside the object itself.
  size_t heap_bytes() const { return wide_ ? sizeof(Wide) : 0; }

 private:
  using Int128 = __int128;
  // What few sums need.
  struct Wide {
    Int128 integers = 0;
    DecimalBits decimal = DecimalOf(int64_t{0});
  };
  static constexpr char kHasDoubles = 1;
  static constexpr char kIsWide = 2;
  static constexpr size_t kSavedBytes = 2 + 3 * 8;

  static uint64_t Word(Bytes* saved) {
    uint64_t word = 0;
    CHECK(GetLE64(saved, &word));
    return word;
  }
  Wide& wide() {
    if (!wide_) wide_ = std::make_unique<Wide>();
    return *wide_;
  }
  Int128 Integers() const { return wide_ ? wide_->integers + integers_ : Int128{integers_}; }

  void AddInteger(int64_t v) {
    int64_t sum = 0;
    if (!__builtin_add_overflow(integers_, v, &sum)) {
      integers_ = sum;
      return;
    }
    wide().integers += Int128{integers_} + v;
    integers_ = 0;
  }
  void AddDouble(double v) {
    has_doubles_ = true;
    const double sum = high_ + v;
    const double part = sum - high_;
    const double lost = (high_ - (sum - part)) + (v - part);
    high_ = sum;
    if (std::isfinite(lost)) low_ += lost;
  }
  double LostOf(Int128 integers) const {
    const double near = static_cast<double>(integers);
    const double whole = high_ + near;
    const double part = whole - high_;
    const double lost = (high_ - (whole - part)) + (near - part);
    return lost + static_cast<double>(integers - static_cast<Int128>(near));
  }

  int64_t integers_ = 0;
  double high_ = 0;
  double low_ = 0;
  std::unique_ptr<Wide> wide_;
  BsonType type_ = BsonType::kInt32;
  bool has_doubles_ = false;
};

}  // namespace veddb::doc::expression
