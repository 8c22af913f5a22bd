// SPDX-License-Identifier: BSD-3-Clause
// Arrays as sets: order and repetition do not count.
#include <array>

#include "doc/expression/arguments.h"

namespace veddb::doc::expression {
namespace {

bool IsLess(ValueView a, ValueView b) { return CompareValues(a, b) < 0; }

// Sorted, every value once.
using Set = std::vector<ValueView>;

Set SetOf(DocView array) {
  Set set = ElementsOf(array);
  std::stable_sort(set.begin(), set.end(), IsLess);
  set.erase(std::unique(set.begin(), set.end(), EqualValues), set.end());
  return set;
}

bool Has(const Set& set, ValueView value) {
  return std::binary_search(set.begin(), set.end(), value, IsLess);
}

bool IsWithin(const Set& inner, const Set& outer) {
  return std::includes(outer.begin(), outer.end(), inner.begin(), inner.end(), IsLess);
}

template <bool kAll>
Result<ValueView> ElementsTrue(const Call& call, Arguments values) {
  for (const Element& element : TRY(AsArray(call, "the argument", values[0]))) {
    if (IsTrue(element.value) != kAll) return Evaluation::Bool(!kAll);
  }
  return Evaluation::Bool(kAll);
}

Result<ValueView> Difference(const Call& call, Arguments values) {
  if (AnyNullish(values)) return Evaluation::Null();
  const DocView from = TRY(AsArray(call, "an argument", values[0]));
  const Set without = SetOf(TRY(AsArray(call, "an argument", values[1])));
  // In the order of the first, each once.
  Set rest;
  for (const ValueView value : SetOf(from)) {
    if (!Has(without, value)) rest.push_back(value);
  }
  std::vector<bool> taken(rest.size());
  std::vector<ValueView> kept;
  for (const Element& element : from) {
    const auto it = std::lower_bound(rest.begin(), rest.end(), element.value, IsLess);
    if (it == rest.end() || IsLess(element.value, *it)) continue;
    const auto place = static_cast<size_t>(it - rest.begin());
    if (!taken[place]) kept.push_back(element.value);
    taken[place] = true;
  }
  return call.run.Array(kept);
}

Result<ValueView> Equals(const Call& call, Arguments values) {
  const Set first = SetOf(TRY(AsArray(call, "an argument", values[0])));
  bool equal = true;
  for (const ValueView value : values.subspan(1)) {
    const Set other = SetOf(TRY(AsArray(call, "an argument", value)));
    equal =
        equal && std::equal(first.begin(), first.end(), other.begin(), other.end(), EqualValues);
  }
  return Evaluation::Bool(equal);
}

template <bool kUnion>
Result<ValueView> Join(const Call& call, Arguments values) {
  if (AnyNullish(values)) return Evaluation::Null();
  Set joined;
  for (size_t i = 0; i < values.size(); ++i) {
    const Set other = SetOf(TRY(AsArray(call, "an argument", values[i])));
    if (i == 0) {
      joined = other;
      continue;
    }
    Set next;
    if constexpr (kUnion) {
      std::set_union(joined.begin(), joined.end(), other.begin(), other.end(),
                     std::back_inserter(next), IsLess);
    } else {
      std::set_intersection(joined.begin(), joined.end(), other.begin(), other.end(),
                            std::back_inserter(next), IsLess);
    }
    joined = std::move(next);
  }
  return call.run.Array(joined);
}

Result<ValueView> IsSubset(const Call& call, Arguments values) {
  const Set inner = SetOf(TRY(AsArray(call, "an argument", values[0])));
  const Set outer = SetOf(TRY(AsArray(call, "an argument", values[1])));
  return Evaluation::Bool(IsWithin(inner, outer));
}

constexpr List kOne{1, 1};
constexpr List kTwo{2, 2};
constexpr List kList{0, kAny};

constexpr std::array kTable = {
    Operator{.name = "$allElementsTrue",
             .list = kOne,
             .eager = ElementsTrue<true>,
             .doc = "No element of the array is false, 0 or null."},
    Operator{.name = "$anyElementTrue",
             .list = kOne,
             .eager = ElementsTrue<false>,
             .doc = "Some element of the array is not false, 0 or null."},
    Operator{.name = "$setDifference",
             .list = kTwo,
             .eager = Difference,
             .doc = "What is in the first and not in the second."},
    Operator{.name = "$setEquals",
             .list = List{2, kAny},
             .eager = Equals,
             .doc = "All hold the same values."},
    Operator{.name = "$setIntersection",
             .list = kList,
             .eager = Join<false>,
             .doc = "What is in all, in order."},
    Operator{.name = "$setIsSubset",
             .list = kTwo,
             .eager = IsSubset,
             .doc = "All of the first is in the second."},
    Operator{.name = "$setUnion",
             .list = kList,
             .eager = Join<true>,
             .doc = "What is in any, in order."},
};

}  // namespace

std::span<const Operator> SetOperators() { return kTable; }

}  // namespace veddb::doc::expression
