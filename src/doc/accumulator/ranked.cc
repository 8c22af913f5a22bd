// SPDX-License-Identifier: BSD-3-Clause
// $top, $topN, $bottom, $bottomN in the order of `sortBy`; $minN and $maxN in that of the values.
// Of equals the first one to come is the upper one.
#include <algorithm>
#include <array>
#include <vector>

#include "doc/accumulator/accumulator_of.h"
#include "doc/accumulator/held_value.h"
#include "doc/accumulator/saved_values.h"

namespace veddb::doc::accumulator {
namespace {

using expression::Evaluation;

// A heap with the next one to leave in front.
class RankedState {
 public:
  struct Config {
    bool bottom = false;  // the last ones are kept
    bool single = false;  // the value itself, not an array
    bool skips_nullish = false;
  };
  RankedState(const Config& config, size_t places) : places_(config.single ? 1 : places) {}

  Status Add(const Config& config, const Accumulator::Input& input) {
    if (config.skips_nullish && input.value.IsNullish()) return Ok();
    const Leaves leaves{config.bottom};
    if (entries_.size() == places_) {
      // Of equals the later one is the lower one.
      const int order = input.key.compare(entries_.front().key);
      if (config.bottom ? order < 0 : order >= 0) return Ok();
      std::pop_heap(entries_.begin(), entries_.end(), leaves);
      bytes_ -= BytesOf(entries_.back());
      entries_.pop_back();
    }
    const ValueView value = input.value.missing() ? Evaluation::Null() : input.value;
    entries_.push_back({std::string(input.key), next_++, HeldValue(value)});
    bytes_ += BytesOf(entries_.back());
    std::push_heap(entries_.begin(), entries_.end(), leaves);
    return Ok();
  }
  void Save(std::string* out) const {
    for (const Entry* entry : InOrder()) {
      PutSized(*out, entry->key);
      AppendTagged(entry->value.view(), out);
    }
  }
  Status Merge(const Config& config, Bytes saved) {
    while (!saved.empty()) {
      Bytes key;
      CHECK(GetSized(&saved, &key));
      TRY(Add(config, {TakeTagged(&saved), key}));
    }
    return Ok();
  }
  Result<ValueView> Finish(const Config& config, Evaluation& run) const {
    std::vector<ValueView> values;
    for (const Entry* entry : InOrder()) values.push_back(entry->value.view());
    if (!config.single) return run.Array(values);
    if (values.empty()) return Evaluation::Null();
    return run.Copy(values[0].type, values[0].bytes());
  }
  size_t heap_bytes() const { return entries_.capacity() * sizeof(Entry) + bytes_; }

 private:
  struct Entry {
    std::string key;
    uint64_t number;  // in order of arrival
    HeldValue value;
  };
  static bool Above(const Entry& a, const Entry& b) {
    const int order = a.key.compare(b.key);
    return order != 0 ? order < 0 : a.number < b.number;
  }
  // Does b leave before a?
  struct Leaves {
    bool bottom;
    bool operator()(const Entry& a, const Entry& b) const {
      return bottom ? Above(b, a) : Above(a, b);
    }
  };
  static size_t BytesOf(const Entry& entry) {
    constexpr size_t kInString = 15;
    const size_t key = entry.key.capacity() > kInString ? entry.key.capacity() + 1 : 0;
    return key + entry.value.heap_bytes();
  }
  std::vector<const Entry*> InOrder() const {
    std::vector<const Entry*> order;
    for (const Entry& entry : entries_) order.push_back(&entry);
    std::sort(order.begin(), order.end(),
              [](const Entry* a, const Entry* b) { return Above(*a, *b); });
    return order;
  }

  size_t places_;
  uint64_t next_ = 0;
  size_t bytes_ = 0;  // of keys and values
  std::vector<Entry> entries_;
};

template <bool kBottom, bool kSingle>
Result<std::unique_ptr<const Accumulator>> ParseSorted(const Row& row, ValueView operand,
                                                       const expression::Scope& scope) {
  return Make<RankedState>(TRY(AccumulatorParser::Sorted(row, operand, !kSingle, scope)),
                           {.bottom = kBottom, .single = kSingle});
}

template <bool kGreatest>
Result<std::unique_ptr<const Accumulator>> ParseExtremes(const Row& row, ValueView operand,
                                                         const expression::Scope& scope) {
  using KeyKind = AccumulatorParser::KeyKind;
  AccumulatorParser::Parts parts = TRY(AccumulatorParser::Several(row, operand, scope));
  parts.key = kGreatest ? KeyKind::kValueDescending : KeyKind::kValue;
  return Make<RankedState>(std::move(parts), {.skips_nullish = true});
}

constexpr std::array kTable = {
    Row{.name = "$bottom",
        .parse = ParseSorted<true, true>,
        .doc = "The output of the last document in an order."},
    Row{.name = "$bottomN",
        .parse = ParseSorted<true, false>,
        .doc = "The outputs of the last n documents in an order."},
    Row{.name = "$maxN",
        .parse = ParseExtremes<true>,
        .doc = "The n greatest values, greatest first; null does not count."},
    Row{.name = "$minN",
        .parse = ParseExtremes<false>,
        .doc = "The n least values, least first; null does not count."},
    Row{.name = "$top",
        .parse = ParseSorted<false, true>,
        .doc = "The output of the first document in an order."},
    Row{.name = "$topN",
        .parse = ParseSorted<false, false>,
        .doc = "The outputs of the first n documents in an order."},
};

}  // namespace

std::span<const Row> RankedRows() { return kTable; }

}  // namespace veddb::doc::accumulator
