// SPDX-License-Identifier: BSD-3-Clause
// $and, $or, $nor, $not, $comment, $sampleRate.
#include "doc/match/operators.h"
#include "doc/value/compare.h"

namespace veddb::doc {
namespace {

Result<NodePtr> ParseList(const TopOperand& operand, MatchKind kind) {
  if (operand.value.type != BsonType::kArray || operand.value.Document().empty()) {
    return BadOperand(operand, "needs a non-empty array of filters");
  }
  std::vector<NodePtr> children;
  for (const Element& element : operand.value.Document()) {
    if (element.value.type != BsonType::kObject) {
      return BadOperand(operand, "needs an array of objects");
    }
    children.push_back(TRY(ParseFilterDocument(element.value.Document(), operand.place.Deeper())));
  }
  if (kind == MatchKind::kAnd) return AndOf(std::move(children));
  return NodePtr(std::make_unique<ListNode>(kind, std::move(children)));
}

}  // namespace

Result<NodePtr> ParseAnd(const TopOperand& operand) { return ParseList(operand, MatchKind::kAnd); }
Result<NodePtr> ParseOr(const TopOperand& operand) { return ParseList(operand, MatchKind::kOr); }
Result<NodePtr> ParseNor(const TopOperand& operand) { return ParseList(operand, MatchKind::kNor); }

Result<NodePtr> ParseNot(const FieldOperand& operand) {
  NodePtr child;
  if (operand.value.type == BsonType::kRegex) {
    child = TRY(ParseRegexLiteral(operand));
  } else if (operand.value.type == BsonType::kObject && !operand.value.Document().empty()) {
    child =
        TRY(ParseFieldOperators(operand.path, operand.value.Document(), operand.place.Deeper()));
  } else {
    return BadOperand(operand, "needs an object of operators or a regular expression");
  }
  return NodePtr(std::make_unique<NotNode>(std::move(child)));
}

Result<NodePtr> ParseFieldComment(const FieldOperand&) { return NodePtr(); }
Result<NodePtr> ParseTopComment(const TopOperand&) { return NodePtr(); }

Result<NodePtr> ParseSampleRate(const TopOperand& operand) {
  const double rate = operand.value.IsNumber() ? ToDouble(operand.value) : -1;
  if (!(rate >= 0 && rate <= 1)) return BadOperand(operand, "needs a number from 0 to 1");
  return NodePtr(std::make_unique<SampleRateNode>(rate));
}

}  // namespace veddb::doc
