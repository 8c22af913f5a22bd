// SPDX-License-Identifier: BSD-3-Clause
// $sum, $avg, $count, $stdDevPop, $stdDevSamp.
#include <array>

#include "doc/accumulator/number_states.h"

namespace veddb::doc::accumulator {
namespace {

// A sum of always the same whole number is a count.
Result<std::unique_ptr<const Accumulator>> ParseSum(const Row& row, ValueView operand,
                                                    const expression::Scope& scope) {
  AccumulatorParser::Parts parts = TRY(AccumulatorParser::Unary(row, operand, scope));
  const std::optional<ValueView> constant = parts.input->constant();
  if (constant && (constant->type == BsonType::kInt32 || constant->type == BsonType::kInt64)) {
    const CountState::Config config{.each = constant->Integer(), .type = constant->type};
    return Make<CountState>(std::move(parts), config);
  }
  return Make<SumState>(std::move(parts));
}

Result<std::unique_ptr<const Accumulator>> ParseCount(const Row& row, ValueView operand,
                                                      const expression::Scope& /*scope*/) {
  return Make<CountState>(TRY(AccumulatorParser::Nullary(row, operand)));
}

constexpr std::array kTable = {
    Row{.name = "$avg",
        .parse = ParseUnary<AverageState>,
        .doc = "The mean of the numbers; null if there are none."},
    Row{.name = "$count", .parse = ParseCount, .doc = "How many documents there are."},
    Row{.name = "$stdDevPop",
        .parse = ParseUnary<DeviationState<false>>,
        .doc = "The standard deviation of all the numbers there are."},
    Row{.name = "$stdDevSamp",
        .parse = ParseUnary<DeviationState<true>>,
        .doc = "The standard deviation of which the numbers are a sample."},
    Row{.name = "$sum",
        .parse = ParseSum,
        .doc = "The sum of the numbers; what is none does not count."},
};

}  // namespace

std::span<const Row> NumberRows() { return kTable; }

}  // namespace veddb::doc::accumulator
