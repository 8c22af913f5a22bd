// SPDX-License-Identifier: BSD-3-Clause
// $median, $percentile.
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>

#include "doc/accumulator/number_states.h"
#include "doc/accumulator/percentile_state.h"
#include "doc/expression/parser.h"
#include "doc/value/compare.h"

namespace veddb::doc::accumulator {

using expression::Evaluation;

namespace {

// About how many means a digest has.
constexpr double kCompression = 2000;

// Places in the order as a scale on which every mean gets the same share: fine at the ends.
double ScaleOf(double q) { return kCompression / (2 * M_PI) * std::asin(2 * q - 1); }
double PlaceOf(double scale) {
  if (scale >= kCompression / 4) return 1;
  return (std::sin(scale * (2 * M_PI) / kCompression) + 1) / 2;
}

}  // namespace

void PercentileState::Add(ValueView value) {
  if (value.IsNumber() && !IsNan(value)) Add(ToDouble(value));
}

void PercentileState::Add(double v) {
  if (std::isinf(v)) {
    ++(v < 0 ? least_ : greatest_);
    return;
  }
  numbers_.push_back(v);
  // Once there is a digest, fewer numbers wait for it.
  if (numbers_.size() > (digest_.empty() ? kExactMax : kExactMax / 16)) Compress();
}

void PercentileState::Compress(std::vector<Centroid> more) {
  more.insert(more.end(), digest_.begin(), digest_.end());
  more.reserve(more.size() + numbers_.size());
  for (const double v : numbers_) more.push_back({v, 1});
  std::vector<double>().swap(numbers_);
  digest_.clear();
  if (more.empty()) return;
  std::sort(more.begin(), more.end(),
            [](const Centroid& a, const Centroid& b) { return a.mean < b.mean; });
  double all = 0;
  for (const Centroid& one : more) all += one.weight;
  double before = 0;  // of those that are done
  double limit = all * PlaceOf(ScaleOf(0) + 1);
  digest_.push_back(more[0]);
  for (size_t i = 1; i < more.size(); ++i) {
    Centroid& last = digest_.back();
    if (before + last.weight + more[i].weight <= limit) {
      last.weight += more[i].weight;
      last.mean += (more[i].mean - last.mean) * (more[i].weight / last.weight);
      continue;
    }
    before += last.weight;
    limit = all * PlaceOf(ScaleOf(before / all) + 1);
    digest_.push_back(more[i]);
  }
}

void PercentileState::Save(std::string* out) const {
  PutLE64(*out, least_);
  PutLE64(*out, greatest_);
  PutLE64(*out, digest_.size());
  for (const Centroid& one : digest_) {
    PutLE64(*out, std::bit_cast<uint64_t>(one.mean));
    PutLE64(*out, std::bit_cast<uint64_t>(one.weight));
  }
  for (const double v : numbers_) PutLE64(*out, std::bit_cast<uint64_t>(v));
}

Status PercentileState::Merge(const Config& /*config*/, Bytes saved) {
  least_ += TakeWord(&saved);
  greatest_ += TakeWord(&saved);
  std::vector<Centroid> digest(TakeWord(&saved));
  for (Centroid& one : digest) {
    one.mean = std::bit_cast<double>(TakeWord(&saved));
    one.weight = std::bit_cast<double>(TakeWord(&saved));
  }
  if (!digest.empty()) Compress(std::move(digest));
  while (!saved.empty()) Add(std::bit_cast<double>(TakeWord(&saved)));
  return Ok();
}

double PercentileState::finite() const {
  auto count = static_cast<double>(numbers_.size());
  for (const Centroid& one : digest_) count += one.weight;
  return count;
}

// A mean stands in the middle of its numbers; between two of them values lie on a line.
double PercentileState::InDigest(double place) const {
  double before = 0;
  for (size_t i = 0; i < digest_.size(); ++i) {
    const Centroid& own = digest_[i];
    const double middle = before + (own.weight - 1) / 2;
    if (i + 1 == digest_.size() || place <= middle) {
      if (i == 0 || place >= middle) return own.mean;
      const Centroid& last = digest_[i - 1];
      const double last_middle = before - 1 - (last.weight - 1) / 2;
      const double part = (place - last_middle) / (middle - last_middle);
      return last.mean + (own.mean - last.mean) * part;
    }
    before += own.weight;
  }
  return 0;
}

// The least number that is not below such a part of them.
double PercentileState::At(double part, std::vector<double>* numbers) const {
  const double in_middle = finite();
  const double all = in_middle + static_cast<double>(least_ + greatest_);
  const double rank = std::min(std::max(0.0, std::ceil(all * part) - 1), all - 1);
  const double place = rank - static_cast<double>(least_);
  if (place < 0) return -std::numeric_limits<double>::infinity();
  if (place >= in_middle) return std::numeric_limits<double>::infinity();
  if (!digest_.empty()) return InDigest(place);
  const auto at = numbers->begin() + static_cast<ptrdiff_t>(place);
  std::nth_element(numbers->begin(), at, numbers->end());
  return *at;
}

Result<ValueView> PercentileState::Finish(const Config& config, Evaluation& run) const {
  if (!digest_.empty() && !numbers_.empty()) {
    PercentileState whole = *this;
    whole.Compress();
    return whole.Finish(config, run);
  }
  std::vector<double> numbers = numbers_;
  const bool empty = finite() == 0 && least_ + greatest_ == 0;
  std::vector<ValueView> found;
  for (const double part : config.parts) {
    found.push_back(empty ? Evaluation::Null() : run.Double(At(part, &numbers)));
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
