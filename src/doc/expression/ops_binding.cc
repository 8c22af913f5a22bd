// SPDX-License-Identifier: BSD-3-Clause
// Operators that give names to values: $let, $map, $filter, $reduce.
#include <array>

#include "doc/expression/arguments.h"
#include "doc/expression/parser.h"

namespace veddb::doc::expression {
namespace {

constexpr Bytes kElement = "this";

Result<NodePtr> ParseLet(Parser& parser, const Operator& row, ValueView operand) {
  const std::vector<ValueView> values = TRY(parser.NamedValues(row, "vars in", operand));
  if (values[0].type != BsonType::kObject) return Parser::Bad(row, "'vars' must be an object");
  CallNode::Parts parts{.row = &row};
  // The values do not see the names yet.
  for (const Element& variable : values[0].Document()) {
    parts.arguments.push_back(TRY(parser.Parse(variable.value)));
  }
  for (const Element& variable : values[0].Document()) {
    parts.slots.push_back(TRY(parser.Bind(row, variable.name)));
  }
  parts.arguments.push_back(TRY(parser.Parse(values[1])));
  parser.Unbind(parts.slots.size());
  const size_t first_bound = parts.slots.size();
  return parser.Finish(std::move(parts), first_bound);
}

Result<ValueView> Let(const Call& call) {
  const size_t count = call.size() - 1;
  // A value may hold a $let of its own, which uses the same slots: first all, then their names.
  std::vector<ValueView> values;
  values.reserve(count);
  for (size_t i = 0; i < count; ++i) values.push_back(TRY(call.Argument(i)));
  for (size_t i = 0; i < count; ++i) call.run.SetVariable(call.slot(i), values[i]);
  return call.Argument(count);
}

// The name that `as` gives to the elements.
Result<uint32_t> BindElement(Parser& parser, const Operator& row, ValueView as) {
  if (as.missing()) return parser.Bind(row, kElement);
  if (as.type != BsonType::kString) return Parser::Bad(row, "'as' must be a string");
  return parser.Bind(row, as.String());
}

// input, body, and what else there is outside of the body.
Result<NodePtr> ParseLoop(Parser& parser, const Operator& row, ValueView input, ValueView as,
                          ValueView body, ValueView outside) {
  CallNode::Parts parts{.row = &row};
  parts.arguments.push_back(TRY(parser.Parse(input)));
  parts.arguments.push_back(TRY(parser.ParseGiven(outside)));
  parts.slots.push_back(TRY(BindElement(parser, row, as)));
  parts.arguments.push_back(TRY(parser.Parse(body)));
  parser.Unbind(1);
  return parser.Finish(std::move(parts), 2);
}

Result<NodePtr> ParseMap(Parser& parser, const Operator& row, ValueView operand) {
  const std::vector<ValueView> values = TRY(parser.NamedValues(row, "input ?as in", operand));
  return ParseLoop(parser, row, values[0], values[1], values[2], {});
}

Result<NodePtr> ParseFilter(Parser& parser, const Operator& row, ValueView operand) {
  const std::vector<ValueView> values =
      TRY(parser.NamedValues(row, "input ?as cond ?limit", operand));
  return ParseLoop(parser, row, values[0], values[1], values[2], values[3]);
}

Result<ValueView> Map(const Call& call) {
  const ValueView input = TRY(call.Argument(0));
  if (input.IsNullish()) return Evaluation::Null();
  std::vector<ValueView> results;
  for (const Element& element : TRY(AsArray(call, "the input", input))) {
    call.run.SetVariable(call.slot(0), element.value);
    results.push_back(TRY(call.Argument(2)));
    TRY(call.run.Step());
  }
  return call.run.Array(results);
}

// Elements that are enough; 0: all.
Result<size_t> FilterLimit(const Call& call) {
  if (!call.given(1)) return size_t{0};
  const ValueView value = TRY(call.Argument(1));
  if (value.IsNullish()) return size_t{0};
  const int32_t limit = TRY(AsInt32(call, "the limit", value));
  if (limit < 1) return call.Bad("the limit must be positive");
  return static_cast<size_t>(limit);
}

Result<ValueView> Filter(const Call& call) {
  const ValueView input = TRY(call.Argument(0));
  if (input.IsNullish()) return Evaluation::Null();
  const DocView array = TRY(AsArray(call, "the input", input));
  const size_t limit = TRY(FilterLimit(call));
  std::vector<ValueView> kept;
  for (const Element& element : array) {
    call.run.SetVariable(call.slot(0), element.value);
    if (IsTrue(TRY(call.Argument(2)))) kept.push_back(element.value);
    TRY(call.run.Step());
    if (kept.size() == limit && limit != 0) break;
  }
  return call.run.Array(kept);
}

Result<NodePtr> ParseReduce(Parser& parser, const Operator& row, ValueView operand) {
  const std::vector<ValueView> values =
      TRY(parser.NamedValues(row, "input initialValue in", operand));
  CallNode::Parts parts{.row = &row};
  parts.arguments.push_back(TRY(parser.Parse(values[0])));
  parts.arguments.push_back(TRY(parser.Parse(values[1])));
  parts.slots.push_back(TRY(parser.Bind(row, "value")));
  parts.slots.push_back(TRY(parser.Bind(row, kElement)));
  parts.arguments.push_back(TRY(parser.Parse(values[2])));
  parser.Unbind(2);
  return parser.Finish(std::move(parts), 2);
}

Result<ValueView> Reduce(const Call& call) {
  const ValueView input = TRY(call.Argument(0));
  if (input.IsNullish()) return Evaluation::Null();
  ValueView value = TRY(call.Argument(1));
  for (const Element& element : TRY(AsArray(call, "the input", input))) {
    call.run.SetVariable(call.slot(0), value);
    call.run.SetVariable(call.slot(1), element.value);
    value = TRY(call.Argument(2));
    TRY(call.run.Step());
    // Nothing else lets a value grow deeper with every turn.
    if (NestsDeeperThan(value, kValueDepthMax)) {
      return call.Bad("the value nests deeper than " + std::to_string(kValueDepthMax) + " levels");
    }
  }
  return value;
}

constexpr std::array kTable = {
    Operator{.name = "$filter",
             .lazy = Filter,
             .parse = ParseFilter,
             .doc = "The elements of `input` for which `cond` is true, `limit` of them at most."},
    Operator{.name = "$let",
             .lazy = Let,
             .parse = ParseLet,
             .doc = "The value of `in`, in which the `vars` have names."},
    Operator{.name = "$map",
             .lazy = Map,
             .parse = ParseMap,
             .doc = "The array of what `in` is for every element of `input`."},
    Operator{.name = "$reduce",
             .lazy = Reduce,
             .parse = ParseReduce,
             .doc = "What is left when `in` has joined every element of `input` to the value "
                    "before, from `initialValue` on."},
};

}  // namespace

std::span<const Operator> BindingOperators() { return kTable; }

}  // namespace veddb::doc::expression
