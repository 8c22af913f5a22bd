// SPDX-License-Identifier: BSD-3-Clause
// $median, $percentile.
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include "doc/accumulator/percentile_state.h"
#include "doc/expression/parser.h"
#include "doc/value/compare.h"

namespace veddb::doc::accumulator {

using expression::Evaluation;

void PercentileState::Add(ValueView value) {
  if (value.IsNumber() && !IsNan(value)) numbers_.push_back(ToDouble(value));
}

void PercentileState::Save(std::string* out) const {
  for (const double v : numbers_) PutLE64(*out, std::bit_cast<uint64_t>(v));
}

Status PercentileState::Merge(const Config& /*config*/, Bytes saved) {
  numbers_.reserve(numbers_.size() + saved.size() / sizeof(double));
  for (uint64_t bits = 0; GetLE64(&saved, &bits);) numbers_.push_back(std::bit_cast<double>(bits));
  return Ok();
}

// The least number that is not below such a part of them.
Result<ValueView> PercentileState::Finish(const Config& config, Evaluation& run) const {
  std::vector<double> sorted = numbers_;
  // For one place alone an order is not needed.
  if (config.parts.size() > 1) std::sort(sorted.begin(), sorted.end());
  std::vector<ValueView> found;
  for (const double part : config.parts) {
    if (sorted.empty()) {
      found.push_back(Evaluation::Null());
      continue;
    }
    const double rank = std::ceil(static_cast<double>(sorted.size()) * part) - 1;
    const size_t place = std::min(static_cast<size_t>(std::max(0.0, rank)), sorted.size() - 1);
    const auto at = sorted.begin() + static_cast<ptrdiff_t>(place);
    if (config.parts.size() == 1) std::nth_element(sorted.begin(), at, sorted.end());
    found.push_back(run.Double(*at));
  }
  if (config.single) return found[0];
  return run.Array(found);
}

Result<std::vector<double>> PartsOf(ValueView p) {
  const auto bad = [](const char* what) { return MakeError(ErrorCode::kBadQuery, what); };
  if (p.type != BsonType::kArray) {
    return bad("'p' must be an array of numbers from 0 to 1");
  }
  std::vector<double> parts;
  for (const Element& element : p.Document()) {
    const double part = element.value.IsNumber() ? ToDouble(element.value) : -1;
    if (!(part >= 0 && part <= 1)) return bad("'p' must hold numbers from 0 to 1");
    parts.push_back(part);
  }
  if (parts.empty()) return bad("'p' must not be empty");
  return parts;
}

namespace {

constexpr double kHalf = 0.5;

Result<std::unique_ptr<const Accumulator>> ParsePercentiles(const Row& row, bool single,
                                                            ValueView operand,
                                                            const expression::Scope& scope) {
  const std::vector<ValueView> values = TRY(
      expression::NamedArguments(row.name, single ? "input method" : "input method p", operand));
  if (values[1].type != BsonType::kString || values[1].String() != "approximate") {
    return Bad(row, "'method' must be 'approximate'");
  }
  PercentileState::Config config{.parts = {kHalf}, .single = single};
  if (!single) {
    const Expression p = TRY(Expression::Parse(values[2], scope));
    if (!p.constant()) return Bad(row, "'p' must be a constant");
    auto parts = PartsOf(*p.constant());
    if (!parts.ok()) return Bad(row, parts.error().message);
    config.parts = parts.TakeValue();
  }
  return Make<PercentileState>(TRY(AccumulatorParser::Unary(row, values[0], scope)),
                               std::move(config));
}

Result<std::unique_ptr<const Accumulator>> ParseMedian(const Row& row, ValueView operand,
                                                       const expression::Scope& scope) {
  return ParsePercentiles(row, true, operand, scope);
}

Result<std::unique_ptr<const Accumulator>> ParsePercentile(const Row& row, ValueView operand,
                                                           const expression::Scope& scope) {
  return ParsePercentiles(row, false, operand, scope);
}

constexpr std::array kTable = {
    Row{.name = "$median",
        .parse = ParseMedian,
        .merges_cheaply = false,
        .doc = "The number in the middle, or the lower of two."},
    Row{.name = "$percentile",
        .parse = ParsePercentile,
        .merges_cheaply = false,
        .doc = "The numbers that are not below such parts of all."},
};

}  // namespace

std::span<const Row> PercentileRows() { return kTable; }

}  // namespace veddb::doc::accumulator
