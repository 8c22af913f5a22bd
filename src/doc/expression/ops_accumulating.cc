// SPDX-License-Identifier: BSD-3-Clause
// Accumulators as expressions: over the arguments, or the elements of one that is an array.
#include <array>
#include <cmath>

#include "doc/expression/arguments.h"
#include "doc/expression/number_sum.h"
#include "doc/expression/parser.h"

namespace veddb::doc::expression {
namespace {

// A single array stands for its elements.
std::vector<ValueView> Members(Arguments values) {
  if (values.size() == 1 && values[0].type == BsonType::kArray) {
    return ElementsOf(values[0].Document());
  }
  return {values.begin(), values.end()};
}

Result<ValueView> Sum(const Call& call, Arguments values) {
  NumberSum sum;
  for (const ValueView value : Members(values)) {
    if (value.IsNumber()) sum.Add(value);
  }
  return call.run.Of(sum.Total());
}

Result<ValueView> Average(const Call& call, Arguments values) {
  NumberSum sum;
  int64_t count = 0;
  for (const ValueView value : Members(values)) {
    if (!value.IsNumber()) continue;
    sum.Add(value);
    ++count;
  }
  if (count == 0) return Evaluation::Null();
  if (sum.type() == BsonType::kDecimal128) {
    return call.run.Decimal(DivideDecimals(sum.Decimal(), DecimalOf(count)));
  }
  return call.run.Double(sum.Real() / static_cast<double>(count));
}

template <bool kGreatest>
Result<ValueView> Extreme(const Call& /*call*/, Arguments values) {
  ValueView best;
  for (const ValueView value : Members(values)) {
    if (value.IsNullish()) continue;
    const int order = best.missing() ? 0 : CompareValues(value, best);
    if (best.missing() || (kGreatest ? order > 0 : order < 0)) best = value;
  }
  return best.missing() ? Evaluation::Null() : best;
}

// Of a sample (kSample) or of all there is.
template <bool kSample>
Result<ValueView> Deviation(const Call& call, Arguments values) {
  double mean = 0;
  double squares = 0;
  int64_t count = 0;
  for (const ValueView value : Members(values)) {
    if (!value.IsNumber()) continue;
    const double v = ToDouble(value);
    ++count;
    const double off = v - mean;
    mean += off / static_cast<double>(count);
    squares += off * (v - mean);
  }
  if (count < (kSample ? 2 : 1)) return Evaluation::Null();
  return call.run.Double(std::sqrt(squares / static_cast<double>(kSample ? count - 1 : count)));
}

// --- $median, $percentile ---

// The numbers in order; what is no number does not count.
std::vector<double> Sorted(ValueView input) {
  std::vector<double> numbers;
  for (const ValueView value : Members({&input, 1})) {
    if (value.IsNumber() && !IsNan(value)) numbers.push_back(ToDouble(value));
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

// The least number that is not below so many of them.
ValueView AtPercentile(const Call& call, const std::vector<double>& sorted, double p) {
  if (sorted.empty()) return Evaluation::Null();
  const double rank = std::ceil(static_cast<double>(sorted.size()) * p) - 1;
  const auto place = static_cast<size_t>(std::max(0.0, rank));
  return call.run.Double(sorted[std::min(place, sorted.size() - 1)]);
}

Status CheckMethod(const Operator& row, ValueView method) {
  if (method.type == BsonType::kString && method.String() == "approximate") return Ok();
  return Parser::Bad(row, "'method' must be 'approximate'");
}

Result<NodePtr> ParseMedian(Parser& parser, const Operator& row, ValueView operand) {
  const std::vector<ValueView> values = TRY(parser.NamedValues(row, "input method", operand));
  TRY(CheckMethod(row, values[1]));
  CallNode::Parts parts{.row = &row};
  parts.arguments.push_back(TRY(parser.Parse(values[0])));
  return parser.Finish(std::move(parts));
}

Result<ValueView> Median(const Call& call, Arguments values) {
  constexpr double kHalf = 0.5;
  return AtPercentile(call, Sorted(values[0]), kHalf);
}

Result<NodePtr> ParsePercentile(Parser& parser, const Operator& row, ValueView operand) {
  const std::vector<ValueView> values = TRY(parser.NamedValues(row, "input p method", operand));
  TRY(CheckMethod(row, values[2]));
  CallNode::Parts parts{.row = &row};
  parts.arguments.push_back(TRY(parser.Parse(values[0])));
  parts.arguments.push_back(TRY(parser.Parse(values[1])));
  return parser.Finish(std::move(parts));
}

Result<ValueView> Percentile(const Call& call, Arguments values) {
  const DocView wanted = TRY(AsArray(call, "'p'", values[1]));
  if (wanted.empty()) return call.Bad("'p' must not be empty");
  const std::vector<double> sorted = Sorted(values[0]);
  std::vector<ValueView> found;
  for (const Element& element : wanted) {
    const double p = element.value.IsNumber() ? ToDouble(element.value) : -1;
    if (!(p >= 0 && p <= 1)) return call.Bad("'p' must hold numbers from 0 to 1");
    found.push_back(AtPercentile(call, sorted, p));
  }
  return call.run.Array(found);
}

constexpr List kList{0, kAny};

constexpr std::array kTable = {
    Operator{.name = "$avg",
             .list = kList,
             .eager = Average,
             .doc = "The mean of the numbers; null if there are none."},
    Operator{.name = "$max",
             .list = kList,
             .eager = Extreme<true>,
             .doc = "The greatest value; null does not count."},
    Operator{.name = "$median",
             .eager = Median,
             .parse = ParseMedian,
             .doc = "The number in the middle, or the lower of two."},
    Operator{.name = "$min",
             .list = kList,
             .eager = Extreme<false>,
             .doc = "The least value; null does not count."},
    Operator{.name = "$percentile",
             .eager = Percentile,
             .parse = ParsePercentile,
             .doc = "The numbers that are not below such parts of all."},
    Operator{.name = "$stdDevPop",
             .list = kList,
             .eager = Deviation<false>,
             .doc = "The standard deviation of all the numbers there are."},
    Operator{.name = "$stdDevSamp",
             .list = kList,
             .eager = Deviation<true>,
             .doc = "The standard deviation of which the numbers are a sample."},
    Operator{.name = "$sum",
             .list = kList,
             .eager = Sum,
             .doc = "The sum of the numbers; what is none does not count."},
};

}  // namespace

std::span<const Operator> AccumulatingOperators() { return kTable; }

}  // namespace veddb::doc::expression
