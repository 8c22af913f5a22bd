// SPDX-License-Identifier: BSD-3-Clause
// What the grammars of accumulators share. Internal to doc/accumulator.
#pragma once
#include "doc/accumulator/accumulator.h"

namespace veddb::doc {

class AccumulatorParser {
 public:
  using Parts = Accumulator::Parts;
  using KeyKind = Accumulator::KeyKind;

  // `{$name: expression}`. An array of arguments is refused: there is just one.
  static Result<Parts> Unary(const accumulator::Row& row, ValueView operand,
                             const expression::Scope& scope);
  // `{$name: {input: expression, n: expression}}`.
  static Result<Parts> Several(const accumulator::Row& row, ValueView operand,
                               const expression::Scope& scope);
  // `{$name: {sortBy: specification, output: expression, n: expression}}`, the last if
  // `has_places`.
  static Result<Parts> Sorted(const accumulator::Row& row, ValueView operand, bool has_places,
                              const expression::Scope& scope);
  // `{$name: {}}`: what it takes is always 1.
  static Result<Parts> Nullary(const accumulator::Row& row, ValueView operand);
};

}  // namespace veddb::doc
