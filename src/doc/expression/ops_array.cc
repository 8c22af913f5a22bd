// SPDX-License-Identifier: BSD-3-Clause
// What is in an array: elements by place, by order, by value.
#include <array>

#include "doc/expression/arguments.h"

namespace veddb::doc::expression {
namespace {

// The array, or nothing if the value is null or missing.
Result<std::optional<DocView>> ArrayOrNull(const Call& call, ValueView value) {
  if (value.IsNullish()) return std::optional<DocView>();
  return std::optional<DocView>(TRY(AsArray(call, "the argument", value)));
}

ValueView ElementAt(DocView array, int64_t index) {
  if (index < 0) index += static_cast<int64_t>(array.Count());
  if (index < 0) return {};
  for (const Element& element : array) {
    if (index-- == 0) return element.value;
  }
  return {};
}

Result<ValueView> ArrayElemAt(const Call& call, Arguments values) {
  if (AnyNullish(values)) return Evaluation::Null();
  const DocView array = TRY(AsArray(call, "the first argument", values[0]));
  return ElementAt(array, TRY(AsInt32(call, "the index", values[1])));
}

template <int kIndex>
Result<ValueView> ElementAtEnd(const Call& call, Arguments values) {
  const std::optional<DocView> array = TRY(ArrayOrNull(call, values[0]));
  if (!array) return Evaluation::Null();
  return ElementAt(*array, kIndex);
}

// Elements that `n` asks for.
Result<size_t> CountOf(const Call& call, ValueView n) {
  const std::optional<int64_t> count = WholeNumber(n);
  if (!count || *count < 1) return call.BadType("'n'", "a positive whole number", n);
  return static_cast<size_t>(*count);
}

template <bool kAtEnd>
Result<ValueView> SomeAtEnd(const Call& call, Arguments values) {
  const size_t n = TRY(CountOf(call, values[0]));
  const DocView array = TRY(AsArray(call, "the input", values[1]));
  const std::vector<ValueView> all = ElementsOf(array);
  const size_t count = std::min(n, all.size());
  return call.run.Array(std::span(all).subspan(kAtEnd ? all.size() - count : 0, count));
}

template <bool kGreatest>
Result<ValueView> Extremes(const Call& call, Arguments values) {
  const size_t n = TRY(CountOf(call, values[0]));
  const DocView array = TRY(AsArray(call, "the input", values[1]));
  std::vector<ValueView> all;
  for (const Element& element : array) {
    if (!element.value.IsNullish()) all.push_back(element.value);
  }
  const size_t count = std::min(n, all.size());
  std::partial_sort(all.begin(), all.begin() + static_cast<ptrdiff_t>(count), all.end(),
                    [](ValueView a, ValueView b) {
                      const int order = CompareValues(a, b);
                      return kGreatest ? order > 0 : order < 0;
                    });
  return call.run.Array(std::span(all).first(count));
}

Result<ValueView> In(const Call& call, Arguments values) {
  for (const Element& element : TRY(AsArray(call, "the second argument", values[1]))) {
    if (EqualValues(element.value, values[0])) return Evaluation::Bool(true);
  }
  return Evaluation::Bool(false);
}

Result<int32_t> Bound(const Call& call, Arguments values, size_t i, int32_t otherwise) {
  if (values.size() <= i) return otherwise;
  const int32_t bound = TRY(AsInt32(call, "a bound", values[i]));
  if (bound < 0) return call.Bad("a bound must not be negative");
  return bound;
}

Result<ValueView> IndexOfArray(const Call& call, Arguments values) {
  const std::optional<DocView> array = TRY(ArrayOrNull(call, values[0]));
  if (!array) return Evaluation::Null();
  const int32_t begin = TRY(Bound(call, values, 2, 0));
  const int32_t end = TRY(Bound(call, values, 3, INT32_MAX));
  int32_t index = 0;
  for (const Element& element : *array) {
    if (index >= end) break;
    if (index >= begin && EqualValues(element.value, values[1])) return call.run.Int32(index);
    ++index;
  }
  return call.run.Int32(-1);
}

Result<ValueView> IsArray(const Call& /*call*/, Arguments values) {
  return Evaluation::Bool(values[0].type == BsonType::kArray);
}

Result<ValueView> Size(const Call& call, Arguments values) {
  const DocView array = TRY(AsArray(call, "the argument", values[0]));
  return call.run.Int32(static_cast<int32_t>(array.Count()));
}

constexpr List kOne{1, 1};
constexpr List kTwo{2, 2};
constexpr Bytes kSome = "n input";

constexpr std::array kTable = {
    Operator{.name = "$arrayElemAt",
             .list = kTwo,
             .eager = ArrayElemAt,
             .doc = "The element at an index; below 0: from the end."},
    Operator{.name = "$first",
             .list = kOne,
             .eager = ElementAtEnd<0>,
             .doc = "The first element of an array."},
    Operator{.name = "$firstN",
             .names = kSome,
             .eager = SomeAtEnd<false>,
             .doc = "The first n elements."},
    Operator{.name = "$in", .list = kTwo, .eager = In, .doc = "The array holds the value."},
    Operator{.name = "$indexOfArray",
             .list = List{2, 4},
             .eager = IndexOfArray,
             .doc = "The first index of a value (from, and before, others), or -1."},
    Operator{.name = "$isArray", .list = kOne, .eager = IsArray, .doc = "The value is an array."},
    Operator{.name = "$last",
             .list = kOne,
             .eager = ElementAtEnd<-1>,
             .doc = "The last element of an array."},
    Operator{
        .name = "$lastN", .names = kSome, .eager = SomeAtEnd<true>, .doc = "The last n elements."},
    Operator{.name = "$maxN",
             .names = kSome,
             .eager = Extremes<true>,
             .doc = "The n greatest elements, greatest first; null does not count."},
    Operator{.name = "$minN",
             .names = kSome,
             .eager = Extremes<false>,
             .doc = "The n least elements, least first; null does not count."},
    Operator{.name = "$size", .list = kOne, .eager = Size, .doc = "How many elements there are."},
};

}  // namespace

std::span<const Operator> ArrayOperators() { return kTable; }

}  // namespace veddb::doc::expression
