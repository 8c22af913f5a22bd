// SPDX-License-Identifier: BSD-3-Clause
#include "doc/accumulator/parser.h"

#include "doc/expression/parser.h"

namespace veddb::doc {

using accumulator::Bad;
using accumulator::Row;
using expression::Scope;

Result<AccumulatorParser::Parts> AccumulatorParser::Unary(const Row& row, ValueView operand,
                                                          const Scope& scope) {
  if (operand.type == BsonType::kArray) {
    return Bad(row, "as an accumulator it takes one expression, not an array");
  }
  Parts parts{.row = &row};
  parts.input = TRY(Expression::Parse(operand, scope));
  return parts;
}

Result<AccumulatorParser::Parts> AccumulatorParser::Several(const Row& row, ValueView operand,
                                                            const Scope& scope) {
  const std::vector<ValueView> values =
      TRY(expression::NamedArguments(row.name, "n input", operand));
  Parts parts{.row = &row};
  parts.places = TRY(Expression::Parse(values[0], scope));
  parts.input = TRY(Expression::Parse(values[1], scope));
  return parts;
}

Result<AccumulatorParser::Parts> AccumulatorParser::Sorted(const Row& row, ValueView operand,
                                                           bool has_places, const Scope& scope) {
  const std::vector<ValueView> values = TRY(expression::NamedArguments(
      row.name, has_places ? "sortBy output n" : "sortBy output", operand));
  if (values[0].type != BsonType::kObject || values[0].Document().empty()) {
    return Bad(row, "'sortBy' must be an object of paths and directions");
  }
  Parts parts{.row = &row, .key = KeyKind::kSort};
  parts.sort = TRY(SortSpec::Parse(values[0].Document()));
  parts.input = TRY(Expression::Parse(values[1], scope));
  if (has_places) parts.places = TRY(Expression::Parse(values[2], scope));
  return parts;
}

Result<AccumulatorParser::Parts> AccumulatorParser::Nullary(const Row& row, ValueView operand) {
  if (operand.type != BsonType::kObject || !operand.Document().empty()) {
    return Bad(row, "it takes an empty object");
  }
  Parts parts{.row = &row};
  const std::string one = TaggedInt64(1);
  parts.input = TRY(Expression::Parse(TaggedView(one)));
  return parts;
}

}  // namespace veddb::doc
