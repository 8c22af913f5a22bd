// SPDX-License-Identifier: BSD-3-Clause
// Numbers: the four operations, powers, bits, chance.
#include <array>
#include <cmath>

#include "doc/expression/arguments.h"
#include "doc/expression/number_sum.h"
#include "doc/value/decimal_math.h"

namespace veddb::doc::expression {
namespace {

constexpr Bytes kNumber = "a number";
constexpr double kTwoTo63 = 9223372036854775808.0;

DecimalBits DecimalOfValue(ValueView value) {
  return Widen(NumberOf(value), BsonType::kDecimal128).decimal;
}

bool HasDecimal(Arguments values) {
  return std::any_of(values.begin(), values.end(),
                     [](ValueView v) { return v.type == BsonType::kDecimal128; });
}

Status CheckNumbers(const Call& call, Arguments values) {
  for (const ValueView value : values) {
    if (!value.IsNumber()) return call.BadType("an argument", kNumber, value);
  }
  return Ok();
}

// The number as milliseconds: rounded, if it fits.
Result<int64_t> Milliseconds(const Call& call, const Number& number) {
  switch (number.type) {
    case BsonType::kDouble: {
      const double rounded = std::round(number.real);
      if (!(rounded >= -kTwoTo63 && rounded < kTwoTo63)) break;
      return static_cast<int64_t>(rounded);
    }
    case BsonType::kDecimal128: {
      const auto whole = TruncateToInt64(RoundDecimal(number.decimal, 0, Rounding::kHalfEven));
      if (!whole) break;
      return *whole;
    }
    default:
      return number.integer;
  }
  return call.Bad("the result is no date");
}

Result<ValueView> DatePlus(const Call& call, int64_t date_ms, int64_t ms) {
  int64_t sum = 0;
  if (__builtin_add_overflow(date_ms, ms, &sum)) return call.Bad("the result is no date");
  return call.run.Date(sum);
}

Result<ValueView> Add(const Call& call, Arguments values) {
  NumberSum sum;
  ValueView date;
  bool null = false;
  for (const ValueView value : values) {
    if (value.IsNumber()) {
      sum.Add(value);
    } else if (value.type == BsonType::kDate) {
      if (!date.missing()) return call.Bad("only one of the arguments may be a date");
      date = value;
    } else if (value.IsNullish()) {
      null = true;
    } else {
      return call.BadType("an argument", "a number or a date", value);
    }
  }
  if (null) return Evaluation::Null();
  if (date.missing()) return call.run.Of(sum.Total());
  return DatePlus(call, date.Date(), TRY(Milliseconds(call, sum.Total())));
}

// What int64 can't hold goes on as a double.
template <std::optional<Number> (*kExact)(const Number&, const Number&), typename OnDoubles>
Number Combine(const Number& a, const Number& b, OnDoubles on_doubles) {
  if (const std::optional<Number> exact = kExact(a, b)) return *exact;
  Number out;
  out.type = BsonType::kDouble;
  out.real = on_doubles(static_cast<double>(a.integer), static_cast<double>(b.integer));
  return out;
}

Number Difference(const Number& a, const Number& b) {
  return Combine<doc::Subtract>(a, b, [](double x, double y) { return x - y; });
}

Number Product(const Number& a, const Number& b) {
  return Combine<doc::Multiply>(a, b, [](double x, double y) { return x * y; });
}

Result<ValueView> Subtract(const Call& call, Arguments values) {
  if (AnyNullish(values)) return Evaluation::Null();
  const auto [a, b] = std::pair(values[0], values[1]);
  if (a.type == BsonType::kDate) {
    if (b.type == BsonType::kDate) {
      int64_t ms = 0;
      if (__builtin_sub_overflow(a.Date(), b.Date(), &ms)) return call.Bad("the result overflows");
      return call.run.Int64(ms);
    }
    if (!b.IsNumber()) return call.BadType("the second argument", "a number or a date", b);
    const int64_t ms = TRY(Milliseconds(call, NumberOf(b)));
    if (ms == INT64_MIN) return call.Bad("the result is no date");
    return DatePlus(call, a.Date(), -ms);
  }
  TRY(CheckNumbers(call, values));
  return call.run.Of(Difference(NumberOf(a), NumberOf(b)));
}

Result<ValueView> Multiply(const Call& call, Arguments values) {
  Number product;
  product.integer = 1;
  bool null = false;
  for (const ValueView value : values) {
    if (value.IsNumber()) {
      product = Product(product, NumberOf(value));
    } else if (value.IsNullish()) {
      null = true;
    } else {
      return call.BadType("an argument", kNumber, value);
    }
  }
  if (null) return Evaluation::Null();
  return call.run.Of(product);
}

Result<ValueView> Divide(const Call& call, Arguments values) {
  if (AnyNullish(values)) return Evaluation::Null();
  TRY(CheckNumbers(call, values));
  if (!IsTrue(values[1])) return call.Bad("division by 0");
  if (HasDecimal(values)) {
    return call.run.Decimal(DivideDecimals(DecimalOfValue(values[0]), DecimalOfValue(values[1])));
  }
  return call.run.Double(ToDouble(values[0]) / ToDouble(values[1]));
}

Result<ValueView> Mod(const Call& call, Arguments values) {
  if (AnyNullish(values)) return Evaluation::Null();
  TRY(CheckNumbers(call, values));
  const auto [a, b] = std::pair(values[0], values[1]);
  if (!IsTrue(b)) return call.Bad("division by 0");
  if (HasDecimal(values)) {
    return call.run.Decimal(RemainderOf(DecimalOfValue(a), DecimalOfValue(b)));
  }
  // A whole divisor is taken as an integer, even if it is written as a double.
  const std::optional<int64_t> divisor = WholeNumber(b);
  if (a.type == BsonType::kDouble || !divisor) {
    return call.run.Double(std::fmod(ToDouble(a), ToDouble(b)));
  }
  const int64_t rest = *divisor == -1 ? 0 : a.Integer() % *divisor;
  const bool wide = a.type == BsonType::kInt64 || b.type == BsonType::kInt64;
  return wide ? call.run.Int64(rest) : call.run.Int32(static_cast<int32_t>(rest));
}

Result<ValueView> Abs(const Call& call, Arguments values) {
  if (AnyNullish(values)) return Evaluation::Null();
  TRY(CheckNumbers(call, values));
  const ValueView value = values[0];
  switch (value.type) {
    case BsonType::kDouble:
      return call.run.Double(std::fabs(value.Double()));
    case BsonType::kDecimal128: {
      const DecimalBits v = LoadDecimal(value.data);
      return call.run.Decimal(IsNegative(v) ? Negated(v) : v);
    }
    default:
      break;
  }
  const int64_t v = value.Integer();
  if (v == INT64_MIN) return call.Bad("the least int64 has no absolute value");
  if (value.type == BsonType::kInt64) return call.run.Int64(std::abs(v));
  return call.run.Integer(std::abs(v));
}

// --- powers and logarithms ---

Result<ValueView> Apply(const Call& call, MathFunction function, ValueView value) {
  if (value.type == BsonType::kDecimal128) {
    return call.run.Decimal(ApplyToDecimal(function, LoadDecimal(value.data)));
  }
  return call.run.Double(ApplyToDouble(function, ToDouble(value)));
}

bool IsNegativeNumber(ValueView v) {
  constexpr char kZero[4] = {};
  return !IsNan(v) && CompareNumbers(v, {BsonType::kInt32, kZero}) < 0;
}
bool IsPositiveOrNan(ValueView v) { return IsNan(v) || (IsTrue(v) && !IsNegativeNumber(v)); }

Result<ValueView> Exp(const Call& call, Arguments values) {
  if (AnyNullish(values)) return Evaluation::Null();
  TRY(CheckNumbers(call, values));
  return Apply(call, MathFunction::kExp, values[0]);
}

Result<ValueView> Sqrt(const Call& call, Arguments values) {
  if (AnyNullish(values)) return Evaluation::Null();
  TRY(CheckNumbers(call, values));
  if (IsNegativeNumber(values[0])) return call.Bad("the argument must not be negative");
  return Apply(call, MathFunction::kSqrt, values[0]);
}

template <MathFunction kFunction>
Result<ValueView> Logarithm(const Call& call, Arguments values) {
  if (AnyNullish(values)) return Evaluation::Null();
  TRY(CheckNumbers(call, values));
  if (!IsPositiveOrNan(values[0])) return call.Bad("the argument must be positive");
  return Apply(call, kFunction, values[0]);
}

Result<ValueView> Log(const Call& call, Arguments values) {
  if (AnyNullish(values)) return Evaluation::Null();
  TRY(CheckNumbers(call, values));
  if (!IsPositiveOrNan(values[0])) return call.Bad("the argument must be positive");
  if (!IsPositiveOrNan(values[1]) || ToDouble(values[1]) == 1) {
    return call.Bad("the base must be positive and not 1");
  }
  if (!HasDecimal(values)) {
    return call.run.Double(std::log(ToDouble(values[0])) / std::log(ToDouble(values[1])));
  }
  const auto ln = [](ValueView v) { return ApplyToDecimal(MathFunction::kLn, DecimalOfValue(v)); };
  return call.run.Decimal(DivideDecimals(ln(values[0]), ln(values[1])));
}

// Nothing: it does not fit.
std::optional<int64_t> IntegerPower(int64_t base, int64_t exponent) {
  if (exponent == 0 || base == 1) return 1;
  if (base == -1) return exponent % 2 == 0 ? 1 : -1;
  if (exponent < 0) return std::nullopt;
  if (base == 0) return 0;
  int64_t result = 1;
  for (int64_t i = 0; i < exponent; ++i) {  // at most 63 times before it overflows
    if (__builtin_mul_overflow(result, base, &result)) return std::nullopt;
  }
  return result;
}

Result<ValueView> Pow(const Call& call, Arguments values) {
  if (AnyNullish(values)) return Evaluation::Null();
  TRY(CheckNumbers(call, values));
  const auto [base, exponent] = std::pair(values[0], values[1]);
  if (!IsTrue(base) && IsNegativeNumber(exponent)) {
    return call.Bad("0 has no power with a negative exponent");
  }
  if (HasDecimal(values)) {
    return call.run.Decimal(PowerOf(DecimalOfValue(base), DecimalOfValue(exponent)));
  }
  const double real = std::pow(ToDouble(base), ToDouble(exponent));
  if (base.type == BsonType::kDouble || exponent.type == BsonType::kDouble) {
    return call.run.Double(real);
  }
  const auto exact = IntegerPower(base.Integer(), exponent.Integer());
  if (!exact) return call.run.Double(real);
  const bool narrow = base.type == BsonType::kInt32 && exponent.type == BsonType::kInt32;
  return narrow ? call.run.Integer(*exact) : call.run.Int64(*exact);
}

// --- bits ---

struct BitAnd {
  static constexpr int64_t kIdentity = -1;
  static int64_t Apply(int64_t a, int64_t b) { return a & b; }
};
struct BitOr {
  static constexpr int64_t kIdentity = 0;
  static int64_t Apply(int64_t a, int64_t b) { return a | b; }
};
struct BitXor {
  static constexpr int64_t kIdentity = 0;
  static int64_t Apply(int64_t a, int64_t b) { return a ^ b; }
};

bool IsInteger(ValueView v) { return v.type == BsonType::kInt32 || v.type == BsonType::kInt64; }

template <typename Operation>
Result<ValueView> Bits(const Call& call, Arguments values) {
  int64_t bits = Operation::kIdentity;
  bool wide = false;
  bool null = false;
  for (const ValueView value : values) {
    if (value.IsNullish()) {
      null = true;
    } else if (!IsInteger(value)) {
      return call.BadType("an argument", "an int or a long", value);
    } else {
      wide |= value.type == BsonType::kInt64;
      bits = Operation::Apply(bits, value.Integer());
    }
  }
  if (null) return Evaluation::Null();
  return wide ? call.run.Int64(bits) : call.run.Int32(static_cast<int32_t>(bits));
}

Result<ValueView> BitNot(const Call& call, Arguments values) {
  if (AnyNullish(values)) return Evaluation::Null();
  if (!IsInteger(values[0])) return call.BadType("the argument", "an int or a long", values[0]);
  if (values[0].type == BsonType::kInt64) return call.run.Int64(~values[0].Int64());
  return call.run.Int32(~values[0].Int32());
}

Result<ValueView> Rand(const Call& call, Arguments /*values*/) {
  return call.run.Double(call.run.NextRandom());
}

constexpr List kNone{0, 0};
constexpr List kOne{1, 1};
constexpr List kTwo{2, 2};
constexpr List kList{0, kAny};

constexpr std::array kTable = {
    Operator{.name = "$abs", .list = kOne, .eager = Abs, .doc = "The number without its sign."},
    Operator{.name = "$add",
             .list = kList,
             .eager = Add,
             .doc = "The sum of numbers; with a date, the date so many milliseconds later."},
    Operator{.name = "$bitAnd", .list = kList, .eager = Bits<BitAnd>, .doc = "Bits set in all."},
    Operator{.name = "$bitNot", .list = kOne, .eager = BitNot, .doc = "All bits turned round."},
    Operator{.name = "$bitOr", .list = kList, .eager = Bits<BitOr>, .doc = "Bits set in any."},
    Operator{.name = "$bitXor",
             .list = kList,
             .eager = Bits<BitXor>,
             .doc = "Bits set in an odd number of the arguments."},
    Operator{.name = "$divide", .list = kTwo, .eager = Divide, .doc = "The first by the second."},
    Operator{.name = "$exp", .list = kOne, .eager = Exp, .doc = "e to the power of the number."},
    Operator{.name = "$ln",
             .list = kOne,
             .eager = Logarithm<MathFunction::kLn>,
             .doc = "The natural logarithm."},
    Operator{.name = "$log", .list = kTwo, .eager = Log, .doc = "The logarithm in a base."},
    Operator{.name = "$log10",
             .list = kOne,
             .eager = Logarithm<MathFunction::kLog10>,
             .doc = "The logarithm in base 10."},
    Operator{.name = "$mod",
             .list = kTwo,
             .eager = Mod,
             .doc = "What is left of the first after division by the second, with its sign."},
    Operator{.name = "$multiply", .list = kList, .eager = Multiply, .doc = "The product."},
    Operator{.name = "$pow", .list = kTwo, .eager = Pow, .doc = "The first to the second's power."},
    Operator{.name = "$rand",
             .list = kNone,
             .eager = Rand,
             .doc = "A random number from 0 to below 1.",
             .by_chance = true},
    Operator{.name = "$sqrt", .list = kOne, .eager = Sqrt, .doc = "The square root."},
    Operator{.name = "$subtract",
             .list = kTwo,
             .eager = Subtract,
             .doc = "The first less the second; dates give milliseconds, or another date."},
};

}  // namespace

std::span<const Operator> ArithmeticOperators() { return kTable; }

}  // namespace veddb::doc::expression
