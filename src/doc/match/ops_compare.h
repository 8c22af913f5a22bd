// SPDX-License-Identifier: BSD-3-Clause
// $eq, $gt, $gte, $lt, $lte, $in as nodes; a planner reads their operands to make index bounds.
#pragma once
#include "doc/match/node.h"

namespace veddb::doc {

enum class Comparison : uint8_t { kEq, kGt, kGte, kLt, kLte };

// Compares with values of the operand's own type only, but for null (equal to missing and
// undefined) and for MinKey and MaxKey (which compare with all).
class CompareNode final : public PathNode {
 public:
  CompareNode(Comparison comparison, FieldPath path, ValueView operand);
  Comparison comparison() const { return comparison_; }
  ValueView operand() const { return operand_; }

  bool MatchValue(ValueView value, MatchState& state) const override;

 private:
  bool MatchOtherType(ValueView value) const;
  bool IsWanted(int order) const;

  const Comparison comparison_;
  const ValueView operand_;
  const uint8_t operand_rank_;
};

class InNode final : public PathNode {
 public:
  // `values`: without regular expressions, in any order.
  InNode(FieldPath path, std::vector<ValueView> values, std::vector<Regex> patterns,
         std::vector<ValueView> pattern_values);
  // Sorted.
  const std::vector<ValueView>& values() const { return values_; }
  // The regular expressions among them.
  const std::vector<ValueView>& pattern_values() const { return pattern_values_; }

  bool MatchValue(ValueView value, MatchState& state) const override;

 private:
  std::vector<ValueView> values_;
  const std::vector<Regex> patterns_;
  const std::vector<ValueView> pattern_values_;
  bool has_null_ = false;
};

}  // namespace veddb::doc
