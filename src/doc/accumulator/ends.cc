// SPDX-License-Identifier: BSD-3-Clause
// $first, $last, $firstN, $lastN. A missing value counts as null.
#include <array>
#include <vector>

#include "doc/accumulator/accumulator_of.h"
#include "doc/accumulator/held_value.h"
#include "doc/accumulator/saved_values.h"

namespace veddb::doc::accumulator {
namespace {

using expression::Evaluation;

ValueView OrNull(ValueView value) { return value.missing() ? Evaluation::Null() : value; }

template <bool kLast>
class EndState {
 public:
  using Config = NoConfig;
  EndState(const Config&, size_t) {}

  Status Add(const Config&, const Accumulator::Input& input) {
    if (kLast || value_.missing()) value_.Assign(OrNull(input.value));
    return Ok();
  }
  void Save(std::string* out) const {
    if (!value_.missing()) out->append(Tagged(value_.view()));
  }
  Status Merge(const Config& config, Bytes saved) {
    return saved.empty() ? Ok() : Add(config, {TaggedView(saved), {}});
  }
  Result<ValueView> Finish(const Config&, Evaluation& run) const {
    if (value_.missing()) return Evaluation::Null();
    return run.Copy(value_.view().type, value_.view().bytes());
  }
  size_t heap_bytes() const { return value_.heap_bytes(); }

 private:
  HeldValue value_;
};

// The first so many, or a ring of the last.
template <bool kLast>
class EndsState {
 public:
  using Config = NoConfig;
  EndsState(const Config&, size_t places) : places_(places) {}

  Status Add(const Config&, const Accumulator::Input& input) {
    if (values_.size() < places_) {
      values_.emplace_back();
      Replace(&values_.back(), OrNull(input.value));
    } else if (kLast) {
      Replace(&values_[oldest_], OrNull(input.value));
      oldest_ = (oldest_ + 1) % places_;
    }
    return Ok();
  }
  void Save(std::string* out) const {
    for (size_t i = 0; i < values_.size(); ++i) AppendTagged(At(i), out);
  }
  Status Merge(const Config& config, Bytes saved) {
    while (!saved.empty()) TRY(Add(config, {TakeTagged(&saved), {}}));
    return Ok();
  }
  Result<ValueView> Finish(const Config&, Evaluation& run) const {
    std::vector<ValueView> in_order;
    in_order.reserve(values_.size());
    for (size_t i = 0; i < values_.size(); ++i) in_order.push_back(At(i));
    return run.Array(in_order);
  }
  size_t heap_bytes() const { return values_.capacity() * sizeof(HeldValue) + bytes_; }

 private:
  void Replace(HeldValue* place, ValueView value) {
    bytes_ -= place->heap_bytes();
    place->Assign(value);
    bytes_ += place->heap_bytes();
  }
  ValueView At(size_t i) const { return values_[(oldest_ + i) % values_.size()].view(); }

  size_t places_;
  size_t oldest_ = 0;
  size_t bytes_ = 0;  // of the values on the heap
  std::vector<HeldValue> values_;
};

template <bool kLast>
Result<std::unique_ptr<const Accumulator>> ParseEnds(const Row& row, ValueView operand,
                                                     const expression::Scope& scope) {
  return Make<EndsState<kLast>>(TRY(AccumulatorParser::Several(row, operand, scope)));
}

constexpr std::array kTable = {
    Row{.name = "$first",
        .parse = ParseUnary<EndState<false>>,
        .doc = "The value of the first document."},
    Row{.name = "$firstN",
        .parse = ParseEnds<false>,
        .doc = "The values of the first n documents."},
    Row{.name = "$last",
        .parse = ParseUnary<EndState<true>>,
        .doc = "The value of the last document."},
    Row{.name = "$lastN", .parse = ParseEnds<true>, .doc = "The values of the last n documents."},
};

}  // namespace

std::span<const Row> EndRows() { return kTable; }

}  // namespace veddb::doc::accumulator
