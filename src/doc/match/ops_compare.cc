// SPDX-License-Identifier: BSD-3-Clause
#include "doc/match/ops_compare.h"

#include <algorithm>

#include "doc/match/operators.h"
#include "doc/match/ops_regex.h"
#include "doc/value/compare.h"

namespace veddb::doc {
namespace {

Result<NodePtr> ParseComparison(const FieldOperand& operand, Comparison comparison) {
  if (operand.value.type == BsonType::kUndefined) {
    return BadOperand(operand, "can't compare with undefined");
  }
  if (operand.value.type == BsonType::kRegex && comparison != Comparison::kEq) {
    return BadOperand(operand, "can't compare with a regular expression");
  }
  return NodePtr(std::make_unique<CompareNode>(comparison, operand.path, operand.value));
}

NodePtr Negate(NodePtr node) { return std::make_unique<NotNode>(std::move(node)); }

bool Less(ValueView a, ValueView b) { return CompareValues(a, b) < 0; }

}  // namespace

CompareNode::CompareNode(Comparison comparison, FieldPath path, ValueView operand)
    : PathNode(MatchKind::kCompare, std::move(path), LeafArrays::kOpen),
      comparison_(comparison),
      operand_(operand),
      operand_rank_(static_cast<uint8_t>(RankOf(operand.type))) {}

bool CompareNode::IsWanted(int order) const {
  switch (comparison_) {
    case Comparison::kEq:
      return order == 0;
    case Comparison::kGt:
      return order > 0;
    case Comparison::kGte:
      return order >= 0;
    case Comparison::kLt:
      return order < 0;
    case Comparison::kLte:
      return order <= 0;
  }
  return false;
}

bool CompareNode::MatchOtherType(ValueView value) const {
  if (operand_.type == BsonType::kNull && value.IsNullish()) return IsWanted(0);
  // The ends of the order compare with every type; as the types differ, they are never equal.
  if (operand_.type == BsonType::kMinKey) return IsWanted(1);
  if (operand_.type == BsonType::kMaxKey) return IsWanted(-1);
  return false;
}

bool CompareNode::MatchValue(ValueView value, MatchState&) const {
  if (static_cast<uint8_t>(RankOf(value.type)) != operand_rank_) return MatchOtherType(value);
  if (operand_.IsNumber()) {
    const bool operand_nan = IsNan(operand_);
    const bool value_nan = IsNan(value);
    // NaN equals itself and is neither above nor below anything.
    if (operand_nan || value_nan) return operand_nan && value_nan && IsWanted(0);
    return IsWanted(CompareNumbers(value, operand_));
  }
  return IsWanted(CompareValues(value, operand_));
}

InNode::InNode(FieldPath path, std::vector<ValueView> values, std::vector<Regex> patterns,
               std::vector<ValueView> pattern_values)
    : PathNode(MatchKind::kIn, std::move(path), LeafArrays::kOpen),
      values_(std::move(values)),
      patterns_(std::move(patterns)),
      pattern_values_(std::move(pattern_values)) {
  std::sort(values_.begin(), values_.end(), Less);
  values_.erase(std::unique(values_.begin(), values_.end(), EqualValues), values_.end());
  for (const ValueView value : values_) has_null_ = has_null_ || value.type == BsonType::kNull;
}

bool InNode::MatchValue(ValueView value, MatchState& state) const {
  if (value.IsNullish()) return has_null_;
  if (std::binary_search(values_.begin(), values_.end(), value, Less)) return true;
  for (size_t i = 0; i < patterns_.size(); ++i) {
    const RegexView regex = pattern_values_[i].Regex();
    if (MatchPattern({patterns_[i], regex.pattern, regex.options, path()}, value, state))
      return true;
  }
  return false;
}

Result<NodePtr> ParseEq(const FieldOperand& operand) {
  return ParseComparison(operand, Comparison::kEq);
}
Result<NodePtr> ParseGt(const FieldOperand& operand) {
  return ParseComparison(operand, Comparison::kGt);
}
Result<NodePtr> ParseGte(const FieldOperand& operand) {
  return ParseComparison(operand, Comparison::kGte);
}
Result<NodePtr> ParseLt(const FieldOperand& operand) {
  return ParseComparison(operand, Comparison::kLt);
}
Result<NodePtr> ParseLte(const FieldOperand& operand) {
  return ParseComparison(operand, Comparison::kLte);
}

Result<NodePtr> ParseNe(const FieldOperand& operand) {
  if (operand.value.type == BsonType::kRegex) {
    return BadOperand(operand, "can't compare with a regular expression");
  }
  return Negate(TRY(ParseComparison(operand, Comparison::kEq)));
}

Result<NodePtr> ParseIn(const FieldOperand& operand) {
  if (operand.value.type != BsonType::kArray) return BadOperand(operand, "needs an array");
  std::vector<ValueView> values;
  std::vector<Regex> patterns;
  std::vector<ValueView> pattern_values;
  for (const Element& element : operand.value.Document()) {
    const ValueView value = element.value;
    if (value.type == BsonType::kUndefined) return BadOperand(operand, "can't hold undefined");
    if (IsOperatorObject(value)) return BadOperand(operand, "can't hold operators");
    if (value.type != BsonType::kRegex) {
      values.push_back(value);
      continue;
    }
    Result<Regex> regex = Regex::Compile(value.Regex().pattern, value.Regex().options);
    if (!regex.ok()) return BadOperand(operand, regex.error().message);
    patterns.push_back(regex.TakeValue());
    pattern_values.push_back(value);
  }
  return NodePtr(std::make_unique<InNode>(operand.path, std::move(values), std::move(patterns),
                                          std::move(pattern_values)));
}

Result<NodePtr> ParseNin(const FieldOperand& operand) { return Negate(TRY(ParseIn(operand))); }

}  // namespace veddb::doc
