// SPDX-License-Identifier: BSD-3-Clause
// Numbers rounded to a place.
#include <array>
#include <cmath>

#include "doc/expression/arguments.h"
#include "doc/value/arithmetic.h"
#include "doc/value/decimal_math.h"

namespace veddb::doc::expression {
namespace {

constexpr int kPlacesMin = -20;
constexpr int kPlacesMax = 100;

double RoundWhole(double v, Rounding rounding) {
  switch (rounding) {
    case Rounding::kHalfEven:
      return std::nearbyint(v);  // the default mode of the machine
    case Rounding::kTowardZero:
      return std::trunc(v);
    case Rounding::kDown:
      return std::floor(v);
    case Rounding::kUp:
      return std::ceil(v);
  }
  return v;
}

ValueView RoundInteger(const Call& call, ValueView value, int places, Rounding rounding) {
  if (places >= 0) return value;
  const DecimalBits rounded = RoundDecimal(DecimalOf(value.Integer()), places, rounding);
  const std::optional<int64_t> whole = TruncateToInt64(rounded);
  if (!whole) return call.run.Double(RoundToDouble(rounded));
  return value.type == BsonType::kInt64 ? call.run.Int64(*whole) : call.run.Integer(*whole);
}

Result<ValueView> RoundValue(const Call& call, ValueView value, int places, Rounding rounding) {
  switch (value.type) {
    case BsonType::kDouble: {
      const double v = value.Double();
      if (places == 0) return call.run.Double(RoundWhole(v, rounding));
      if (!std::isfinite(v)) return value;
      return call.run.Double(RoundToDouble(RoundDecimal(ExactDecimalOf(v), places, rounding)));
    }
    case BsonType::kDecimal128:
      return call.run.Decimal(RoundDecimal(LoadDecimal(value.data), places, rounding));
    default:
      return RoundInteger(call, value, places, rounding);
  }
}

template <Rounding kRounding>
Result<ValueView> Round(const Call& call, Arguments values) {
  if (AnyNullish(values)) return Evaluation::Null();
  if (!values[0].IsNumber()) return call.BadType("the argument", "a number", values[0]);
  int places = 0;
  if (values.size() > 1) {
    const std::optional<int64_t> whole = WholeNumber(values[1]);
    if (!whole || *whole < kPlacesMin || *whole > kPlacesMax) {
      return call.Bad("the place must be a whole number from -20 to 100");
    }
    places = static_cast<int>(*whole);
  }
  return RoundValue(call, values[0], places, kRounding);
}

constexpr List kOne{1, 1};
constexpr List kOneOrTwo{1, 2};

constexpr std::array kTable = {
    Operator{.name = "$ceil",
             .list = kOne,
             .eager = Round<Rounding::kUp>,
             .doc = "The least whole number that is not below."},
    Operator{.name = "$floor",
             .list = kOne,
             .eager = Round<Rounding::kDown>,
             .doc = "The greatest whole number that is not above."},
    Operator{.name = "$round",
             .list = kOneOrTwo,
             .eager = Round<Rounding::kHalfEven>,
             .doc = "Rounded to a place (0: whole numbers); halves to the even neighbour."},
    Operator{.name = "$trunc",
             .list = kOneOrTwo,
             .eager = Round<Rounding::kTowardZero>,
             .doc = "Cut off at a place (0: whole numbers)."},
};

}  // namespace

std::span<const Operator> RoundingOperators() { return kTable; }

}  // namespace veddb::doc::expression
