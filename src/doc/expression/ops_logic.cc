// SPDX-License-Identifier: BSD-3-Clause
// Comparisons, truth values, conditions.
#include <array>

#include "doc/expression/arguments.h"
#include "doc/expression/parser.h"

namespace veddb::doc::expression {
namespace {

Result<ValueView> Compare(const Call& call, Arguments values) {
  const int order = CompareValues(values[0], values[1]);
  return call.run.Int32(order < 0 ? -1 : order > 0 ? 1 : 0);
}

template <typename Test>
Result<ValueView> Compares(const Call& /*call*/, Arguments values) {
  return Evaluation::Bool(Test()(CompareValues(values[0], values[1]), 0));
}

// Stops at the first value that decides.
template <bool kAll>
Result<ValueView> Connective(const Call& call) {
  for (size_t i = 0; i < call.size(); ++i) {
    if (IsTrue(TRY(call.Argument(i))) != kAll) return Evaluation::Bool(!kAll);
  }
  return Evaluation::Bool(kAll);
}

Result<ValueView> Not(const Call& /*call*/, Arguments values) {
  return Evaluation::Bool(!IsTrue(values[0]));
}

Result<ValueView> Condition(const Call& call) {
  return call.Argument(IsTrue(TRY(call.Argument(0))) ? 1 : 2);
}

// The last argument is what is left if all others are nothing.
Result<ValueView> IfNull(const Call& call) {
  for (size_t i = 0; i + 1 < call.size(); ++i) {
    const ValueView value = TRY(call.Argument(i));
    if (!value.IsNullish()) return value;
  }
  return call.Argument(call.size() - 1);
}

// Arguments: case and value of every branch, then the default.
Result<NodePtr> ParseSwitch(Parser& parser, const Operator& row, ValueView operand) {
  const std::vector<ValueView> values = TRY(parser.NamedValues(row, "branches ?default", operand));
  if (values[0].type != BsonType::kArray || values[0].Document().empty()) {
    return Parser::Bad(row, "'branches' must be an array of at least one");
  }
  CallNode::Parts parts{.row = &row};
  for (const Element& branch : values[0].Document()) {
    for (const ValueView part : TRY(parser.NamedValues(row, "case then", branch.value))) {
      parts.arguments.push_back(TRY(parser.Parse(part)));
    }
  }
  parts.arguments.push_back(TRY(parser.ParseGiven(values[1])));
  return parser.Finish(std::move(parts));
}

Result<ValueView> Switch(const Call& call) {
  const size_t last = call.size() - 1;
  for (size_t i = 0; i < last; i += 2) {
    if (IsTrue(TRY(call.Argument(i)))) return call.Argument(i + 1);
  }
  if (!call.given(last)) return call.Bad("no branch is true, and there is no default");
  return call.Argument(last);
}

constexpr List kTwo{2, 2};
constexpr List kList{0, kAny};

constexpr std::array kTable = {
    Operator{.name = "$and",
             .list = kList,
             .lazy = Connective<true>,
             .doc = "True if all are; stops at the first that is not."},
    Operator{.name = "$cmp",
             .list = kTwo,
             .eager = Compare,
             .doc = "-1, 0 or 1: the first is less, equal or greater."},
    Operator{.name = "$cond",
             .list = List{3, 3},
             .names = "if then else",
             .lazy = Condition,
             .doc = "The second if the first is true, else the third."},
    Operator{
        .name = "$eq", .list = kTwo, .eager = Compares<std::equal_to<>>, .doc = "Both are equal."},
    Operator{.name = "$gt",
             .list = kTwo,
             .eager = Compares<std::greater<>>,
             .doc = "The first is greater."},
    Operator{.name = "$gte",
             .list = kTwo,
             .eager = Compares<std::greater_equal<>>,
             .doc = "The first is greater or equal."},
    Operator{.name = "$ifNull",
             .list = List{2, kAny},
             .lazy = IfNull,
             .doc = "The first that is neither null nor missing, else the last."},
    Operator{
        .name = "$lt", .list = kTwo, .eager = Compares<std::less<>>, .doc = "The first is less."},
    Operator{.name = "$lte",
             .list = kTwo,
             .eager = Compares<std::less_equal<>>,
             .doc = "The first is less or equal."},
    Operator{.name = "$ne",
             .list = kTwo,
             .eager = Compares<std::not_equal_to<>>,
             .doc = "Both are not equal."},
    Operator{
        .name = "$not", .list = List{1, 1}, .eager = Not, .doc = "True if the argument is not."},
    Operator{.name = "$or",
             .list = kList,
             .lazy = Connective<false>,
             .doc = "True if any is; stops at the first that is."},
    Operator{.name = "$switch",
             .lazy = Switch,
             .parse = ParseSwitch,
             .doc = "The value of the first branch whose case is true, else the default."},
};

}  // namespace

std::span<const Operator> LogicOperators() { return kTable; }

}  // namespace veddb::doc::expression
