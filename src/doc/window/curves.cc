// SPDX-License-Identifier: BSD-3-Clause
// $derivative, $integral, $covariancePop, $covarianceSamp: of the points of a window. Their states
// are those of accumulators, so that they go over windows like these.
#include <array>
#include <bit>

#include "doc/accumulator/accumulator_of.h"
#include "doc/accumulator/held_value.h"
#include "doc/accumulator/number_states.h"
#include "doc/accumulator/saved_values.h"
#include "doc/expression/parser.h"
#include "doc/value/builder.h"
#include "doc/window/accumulated.h"
#include "doc/window/real.h"

namespace veddb::doc::window {
namespace {

using accumulator::AppendTagged;
using accumulator::HeldValue;
using accumulator::TakeTagged;
using expression::Evaluation;
using FunctionPtr = std::unique_ptr<const WindowFunction>;

// A point of a curve: what is sorted by, and a value. Missing at first.
struct Point {
  HeldValue x;
  HeldValue y;

  void Assign(ValueView to_x, ValueView to_y) {
    x.Assign(to_x);
    y.Assign(to_y);
  }
  void Save(std::string* out) const {
    AppendTagged(x.view(), out);
    AppendTagged(y.view(), out);
  }
};

// The first point of a window and its last.
struct Ends {
  Point first;
  Point last;

  bool empty() const { return first.x.missing(); }
  void Add(ValueView x, ValueView y) {
    if (empty()) first.Assign(x, y);
    last.Assign(x, y);
  }
  void Save(std::string* out) const {
    first.Save(out);
    last.Save(out);
  }
  size_t heap_bytes() const {
    return first.x.heap_bytes() + first.y.heap_bytes() + last.x.heap_bytes() + last.y.heap_bytes();
  }
};

// In which units x goes on: null: it is a number.
struct CurveConfig {
  Bytes name;
  std::optional<int64_t> unit_ms;

  Status CheckX(ValueView x) const {
    if (unit_ms ? x.type == BsonType::kDate : x.IsNumber()) return Ok();
    return Bad(name, unit_ms ? "with 'unit' what is sorted by must be a date"
                             : "without 'unit' what is sorted by must be a number");
  }
  Real Unit() const { return Real(unit_ms ? static_cast<double>(*unit_ms) : 1); }
};

struct Coordinates {
  ValueView x;
  ValueView y;
};
// Of an input that is an array of two.
Coordinates CoordinatesOf(const Accumulator::Input& input) {
  auto it = input.value.Document().begin();
  const ValueView x = it->value;
  return {x, (++it)->value};
}

class DerivativeState {
 public:
  using Config = CurveConfig;
  DerivativeState(const Config&, size_t) {}

  Status Add(const Config& config, const Accumulator::Input& input) {
    const auto [x, y] = CoordinatesOf(input);
    TRY(config.CheckX(x));
    if (!y.IsNullish() && !y.IsNumber()) return Bad(config.name, "the input must be a number");
    ends_.Add(x, y);
    return Ok();
  }
  void Save(std::string* out) const {
    if (!ends_.empty()) ends_.Save(out);
  }
  Status Merge(const Config&, Bytes saved) {
    while (!saved.empty()) {
      const ValueView x = TakeTagged(&saved);
      ends_.Add(x, TakeTagged(&saved));
    }
    return Ok();
  }
  Result<ValueView> Finish(const Config& config, Evaluation& run) const {
    if (ends_.empty() || ends_.first.y.view().IsNullish() || ends_.last.y.view().IsNullish()) {
      return Evaluation::Null();
    }
    const Real run_x = Real::Of(ends_.last.x.view()) - Real::Of(ends_.first.x.view());
    if (run_x.IsZero()) return Evaluation::Null();
    const Real rise = Real::Of(ends_.last.y.view()) - Real::Of(ends_.first.y.view());
    if (!config.unit_ms) return (rise / run_x).In(run);
    return (rise / (run_x / config.Unit())).In(run);
  }
  size_t heap_bytes() const { return ends_.heap_bytes(); }

 private:
  Ends ends_;
};

// The area below the straight lines from point to point.
class IntegralState {
 public:
  using Config = CurveConfig;
  IntegralState(const Config&, size_t) {}

  Status Add(const Config& config, const Accumulator::Input& input) {
    const auto [x, y] = CoordinatesOf(input);
    TRY(config.CheckX(x));
    if (!y.IsNumber()) return Bad(config.name, "the input must be a number");
    AddArea(x, y);
    ends_.Add(x, y);
    return Ok();
  }
  void Save(std::string* out) const {
    if (ends_.empty()) return;
    sum_.Save(out);
    ends_.Save(out);
  }
  Status Merge(const Config&, Bytes saved) {
    if (saved.empty()) return Ok();
    sum_.Merge(&saved);
    const ValueView x = TakeTagged(&saved);
    const ValueView y = TakeTagged(&saved);
    AddArea(x, y);
    ends_.Add(x, y);
    const ValueView last_x = TakeTagged(&saved);
    ends_.Add(last_x, TakeTagged(&saved));
    return Ok();
  }
  Result<ValueView> Finish(const Config& config, Evaluation& run) const {
    if (ends_.empty()) return Evaluation::Null();
    const ValueView sum = run.Of(sum_.Total());
    return config.unit_ms ? (Real::Of(sum) / config.Unit()).In(run) : sum;
  }
  size_t heap_bytes() const { return ends_.heap_bytes() + sum_.heap_bytes(); }

 private:
  // Between the last point so far and this one.
  void AddArea(ValueView x, ValueView y) {
    if (ends_.empty()) return;
    const Real width = Real::Of(x) - Real::Of(ends_.last.x.view());
    const Real heights = Real::Of(y) + Real::Of(ends_.last.y.view());
    const Number area = (width * heights / Real(2)).number();
    std::string bytes;
    area.AppendTo(&bytes);
    sum_.Add({area.type, bytes.data()});
  }

  Ends ends_;
  expression::NumberSum sum_;
};

// Means and products as they grow.
template <bool kSample>
class CovarianceState {
 public:
  struct Config {};
  CovarianceState(const Config&, size_t) {}

  Status Add(const Config&, const Accumulator::Input& input) {
    const auto [x, y] = CoordinatesOf(input);
    if (!x.IsNumber() || !y.IsNumber()) return Ok();
    is_decimal_ |= x.type == BsonType::kDecimal128 || y.type == BsonType::kDecimal128;
    ++count_;
    const double off = ToDouble(x) - mean_x_;
    mean_x_ += off / static_cast<double>(count_);
    mean_y_ += (ToDouble(y) - mean_y_) / static_cast<double>(count_);
    products_ += off * (ToDouble(y) - mean_y_);
    return Ok();
  }
  void Save(std::string* out) const {
    PutLE64(*out, static_cast<uint64_t>(count_));
    for (const double v : {mean_x_, mean_y_, products_}) PutLE64(*out, std::bit_cast<uint64_t>(v));
    PutLE64(*out, is_decimal_ ? 1 : 0);
  }
  Status Merge(const Config&, Bytes saved) {
    using accumulator::TakeWord;
    const auto count = static_cast<int64_t>(TakeWord(&saved));
    const double off_x = std::bit_cast<double>(TakeWord(&saved)) - mean_x_;
    const double off_y = std::bit_cast<double>(TakeWord(&saved)) - mean_y_;
    const double products = std::bit_cast<double>(TakeWord(&saved));
    is_decimal_ |= TakeWord(&saved) != 0;
    if (count == 0) return Ok();
    const double share = static_cast<double>(count) / static_cast<double>(count_ + count);
    products_ += products + off_x * off_y * static_cast<double>(count_) * share;
    mean_x_ += off_x * share;
    mean_y_ += off_y * share;
    count_ += count;
    return Ok();
  }
  Result<ValueView> Finish(const Config&, Evaluation& run) const {
    if (count_ < (kSample ? 2 : 1)) return Evaluation::Null();
    const double covariance = products_ / static_cast<double>(kSample ? count_ - 1 : count_);
    return is_decimal_ ? run.Decimal(ShortDecimalOf(covariance)) : run.Double(covariance);
  }
  size_t heap_bytes() const { return 0; }

 private:
  int64_t count_ = 0;
  double mean_x_ = 0;
  double mean_y_ = 0;
  double products_ = 0;
  bool is_decimal_ = false;
};

// --- how they are written ---

// How accumulators know them.
constexpr accumulator::Row kDerivative{.name = "$derivative", .parse = nullptr};
constexpr accumulator::Row kIntegral{.name = "$integral", .parse = nullptr};
constexpr accumulator::Row kCovariance{.name = "$covariance", .parse = nullptr};

Result<CurveConfig> ParseUnit(Bytes name, ValueView unit) {
  CurveConfig config{.name = name, .unit_ms = {}};
  if (unit.missing()) return config;
  std::optional<expression::DateUnit> parsed;
  if (unit.type == BsonType::kString) parsed = expression::DateUnitOf(unit.String());
  if (!parsed || expression::IsOfMonths(*parsed)) {
    return Bad(name, "'unit' must be a unit of time from week to millisecond");
  }
  config.unit_ms = expression::MsOf(*parsed);
  return config;
}

// `{input: expression, unit: "…"}` over what is sorted by.
template <typename State>
Result<FunctionPtr> ParseCurve(const Written& written, const WindowScope& scope) {
  const Bytes name = written.row.name;
  const std::vector<ValueView> values =
      TRY(expression::NamedArguments(name, "input ?unit", written.operand));
  constexpr bool kIsDerivative = std::is_same_v<State, DerivativeState>;
  if (kIsDerivative && written.window.missing()) return Bad(name, "it needs a window");
  TRY(AscendingValue(name, scope));  // whether there is the one
  std::string point;
  DocBuilder builder(&point);
  builder.String("0", "$" + scope.sort->paths()[0].text());
  builder.Append("1", values[0]);
  builder.Finish();
  AccumulatorParser::Parts parts{.row = kIsDerivative ? &kDerivative : &kIntegral};
  parts.input = TRY(Expression::Parse(DocView(point).AsValue(BsonType::kArray), scope.expressions));
  CurveConfig config = TRY(ParseUnit(name, values[1]));
  auto accumulator = TRY(accumulator::Make<State>(std::move(parts), std::move(config)));
  return OverWindow(std::move(accumulator), TRY(WindowBounds::Parse(name, written.window, scope)));
}

template <bool kSample>
Result<FunctionPtr> ParseCovariance(const Written& written, const WindowScope& scope) {
  const Bytes name = written.row.name;
  if (written.operand.type != BsonType::kArray || written.operand.Document().Count() != 2) {
    return Bad(name, "it takes an array of two expressions");
  }
  AccumulatorParser::Parts parts{.row = &kCovariance};
  parts.input = TRY(Expression::Parse(written.operand, scope.expressions));
  auto accumulator = TRY(accumulator::Make<CovarianceState<kSample>>(std::move(parts)));
  return OverWindow(std::move(accumulator), TRY(WindowBounds::Parse(name, written.window, scope)));
}

constexpr std::array kTable = {
    Row{.name = "$covariancePop",
        .parse = ParseCovariance<false>,
        .doc = "The covariance of all the pairs of numbers there are."},
    Row{.name = "$covarianceSamp",
        .parse = ParseCovariance<true>,
        .doc = "The covariance of which the pairs of numbers are a sample."},
    Row{.name = "$derivative",
        .parse = ParseCurve<DerivativeState>,
        .doc = "How fast a value changes from the first document of a window to the last."},
    Row{.name = "$integral",
        .parse = ParseCurve<IntegralState>,
        .doc = "The area below the values of a window."},
};

}  // namespace

std::span<const Row> CurveRows() { return kTable; }

}  // namespace veddb::doc::window
