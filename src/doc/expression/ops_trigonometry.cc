// SPDX-License-Identifier: BSD-3-Clause
// Angles, in radians.
#include <array>
#include <cmath>
#include <limits>

#include "doc/expression/arguments.h"
#include "doc/value/decimal_math.h"
#include "doc/value/extjson.h"

namespace veddb::doc::expression {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Where a function is defined; both ends included unless `open`.
struct Domain {
  double low = -kInfinity;
  double high = kInfinity;
  bool open = false;

  bool Has(double v) const {
    if (std::isnan(v)) return true;
    return open ? v > low && v < high : v >= low && v <= high;
  }
};

// An infinite angle has no place on the circle.
constexpr Domain kFinite{.open = true};
constexpr Domain kAll{};
constexpr Domain kUnit{-1, 1};
constexpr Domain kFromOne{1, kInfinity};

template <MathFunction kFunction, const Domain& kDomain>
Result<ValueView> Apply(const Call& call, Arguments values) {
  if (AnyNullish(values)) return Evaluation::Null();
  const ValueView value = values[0];
  if (!value.IsNumber()) return call.BadType("the argument", "a number", value);
  if (!kDomain.Has(ToDouble(value))) {
    return call.Bad("it is not defined for " + JsonText(value));
  }
  if (value.type == BsonType::kDecimal128) {
    return call.run.Decimal(ApplyToDecimal(kFunction, LoadDecimal(value.data)));
  }
  return call.run.Double(ApplyToDouble(kFunction, ToDouble(value)));
}

Result<ValueView> ArcTangent2(const Call& call, Arguments values) {
  if (AnyNullish(values)) return Evaluation::Null();
  bool decimal = false;
  for (const ValueView value : values) {
    if (!value.IsNumber()) return call.BadType("an argument", "a number", value);
    decimal |= value.type == BsonType::kDecimal128;
  }
  if (!decimal) return call.run.Double(std::atan2(ToDouble(values[0]), ToDouble(values[1])));
  const auto as_decimal = [](ValueView v) {
    return Widen(NumberOf(v), BsonType::kDecimal128).decimal;
  };
  return call.run.Decimal(ArcTangentOf(as_decimal(values[0]), as_decimal(values[1])));
}

constexpr List kOne{1, 1};

constexpr std::array kTable = {
    Operator{.name = "$acos",
             .list = kOne,
             .eager = Apply<MathFunction::kAcos, kUnit>,
             .doc = "The arc cosine."},
    Operator{.name = "$acosh",
             .list = kOne,
             .eager = Apply<MathFunction::kAcosh, kFromOne>,
             .doc = "The inverse hyperbolic cosine."},
    Operator{.name = "$asin",
             .list = kOne,
             .eager = Apply<MathFunction::kAsin, kUnit>,
             .doc = "The arc sine."},
    Operator{.name = "$asinh",
             .list = kOne,
             .eager = Apply<MathFunction::kAsinh, kAll>,
             .doc = "The inverse hyperbolic sine."},
    Operator{.name = "$atan",
             .list = kOne,
             .eager = Apply<MathFunction::kAtan, kAll>,
             .doc = "The arc tangent."},
    Operator{.name = "$atan2",
             .list = List{2, 2},
             .eager = ArcTangent2,
             .doc = "The arc tangent of the first by the second, in the right quadrant."},
    Operator{.name = "$atanh",
             .list = kOne,
             .eager = Apply<MathFunction::kAtanh, kUnit>,
             .doc = "The inverse hyperbolic tangent."},
    Operator{.name = "$cos",
             .list = kOne,
             .eager = Apply<MathFunction::kCos, kFinite>,
             .doc = "The cosine."},
    Operator{.name = "$cosh",
             .list = kOne,
             .eager = Apply<MathFunction::kCosh, kAll>,
             .doc = "The hyperbolic cosine."},
    Operator{.name = "$degreesToRadians",
             .list = kOne,
             .eager = Apply<MathFunction::kToRadians, kAll>,
             .doc = "Degrees as radians."},
    Operator{.name = "$radiansToDegrees",
             .list = kOne,
             .eager = Apply<MathFunction::kToDegrees, kAll>,
             .doc = "Radians as degrees."},
    Operator{.name = "$sin",
             .list = kOne,
             .eager = Apply<MathFunction::kSin, kFinite>,
             .doc = "The sine."},
    Operator{.name = "$sinh",
             .list = kOne,
             .eager = Apply<MathFunction::kSinh, kAll>,
             .doc = "The hyperbolic sine."},
    Operator{.name = "$tan",
             .list = kOne,
             .eager = Apply<MathFunction::kTan, kFinite>,
             .doc = "The tangent."},
    Operator{.name = "$tanh",
             .list = kOne,
             .eager = Apply<MathFunction::kTanh, kAll>,
             .doc = "The hyperbolic tangent."},
};

}  // namespace

std::span<const Operator> TrigonometryOperators() { return kTable; }

}  // namespace veddb::doc::expression
