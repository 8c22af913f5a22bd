// SPDX-License-Identifier: BSD-3-Clause
// Accumulators as expressions: over the arguments, or the elements of one that is an array.
#include <array>

#include "doc/accumulator/extreme_state.h"
#include "doc/accumulator/number_states.h"
#include "doc/accumulator/percentile_state.h"
#include "doc/expression/arguments.h"
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

// By the state of the accumulator of that name.
template <typename State>
Result<ValueView> Accumulate(const Call& call, Arguments values) {
  State state;
  for (const ValueView value : Members(values)) state.Add(value);
  return state.Finish(call.run);
}

template <bool kGreatest>
Result<ValueView> Extreme(const Call& /*call*/, Arguments values) {
  ValueView best;
  for (const ValueView value : Members(values)) {
    if (accumulator::Beats<kGreatest>(value, best)) best = value;
  }
  return best.missing() ? Evaluation::Null() : best;
}

// --- $median, $percentile ---

accumulator::PercentileState NumbersIn(ValueView input) {
  accumulator::PercentileState state;
  for (const ValueView value : Members({&input, 1})) state.Add(value);
  return state;
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
  return NumbersIn(values[0]).Finish({.parts = {kHalf}, .single = true}, call.run);
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
  auto parts = accumulator::PartsOf(values[1]);
  if (!parts.ok()) return call.Bad(parts.error().message);
  return NumbersIn(values[0]).Finish({.parts = parts.TakeValue()}, call.run);
}

constexpr List kList{0, kAny};

constexpr std::array kTable = {
    Operator{.name = "$avg",
             .list = kList,
             .eager = Accumulate<accumulator::AverageState>,
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
             .eager = Accumulate<accumulator::DeviationState<false>>,
             .doc = "The standard deviation of all the numbers there are."},
    Operator{.name = "$stdDevSamp",
             .list = kList,
             .eager = Accumulate<accumulator::DeviationState<true>>,
             .doc = "The standard deviation of which the numbers are a sample."},
    Operator{.name = "$sum",
             .list = kList,
             .eager = Accumulate<accumulator::SumState>,
             .doc = "The sum of the numbers; what is none does not count."},
};

}  // namespace

std::span<const Operator> AccumulatingOperators() { return kTable; }

}  // namespace veddb::doc::expression
