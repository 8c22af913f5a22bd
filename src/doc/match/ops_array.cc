// SPDX-License-Identifier: BSD-3-Clause
// $all, $elemMatch, $size.
#include "doc/match/ops_array.h"

#include "doc/match/operators.h"
#include "doc/value/whole.h"

namespace veddb::doc {
namespace {

bool IsElemMatch(ValueView value) {
  return IsOperatorObject(value) && value.Document().begin()->name == "$elemMatch";
}

Result<NodePtr> ParseAllMember(const FieldOperand& all, ValueView member, bool elem_matches) {
  const FieldOperand operand{all.name, all.path, member, all.siblings, all.place.Deeper()};
  if (IsElemMatch(member) != elem_matches) return BadOperand(all, "mixes $elemMatch with values");
  if (elem_matches) return ParseFieldOperators(all.path, member.Document(), all.place.Deeper());
  if (IsOperatorObject(member)) return BadOperand(all, "can't hold operators");
  NodePtr node =
      TRY(member.type == BsonType::kRegex ? ParseRegexLiteral(operand) : ParseEq(operand));
  node->set_source({all.path.text(), "$eq", member});
  return node;
}

}  // namespace

Result<NodePtr> ParseAll(const FieldOperand& operand) {
  if (operand.value.type != BsonType::kArray) return BadOperand(operand, "needs an array");
  const DocView members = operand.value.Document();
  if (members.empty()) return NodePtr(std::make_unique<NothingNode>());
  const bool elem_matches = IsElemMatch(members.begin()->value);
  std::vector<NodePtr> children;
  for (const Element& member : members) {
    children.push_back(TRY(ParseAllMember(operand, member.value, elem_matches)));
  }
  return AndOf(std::move(children));
}

Result<NodePtr> ParseElemMatch(const FieldOperand& operand) {
  if (operand.value.type != BsonType::kObject) return BadOperand(operand, "needs an object");
  const DocView condition = operand.value.Document();
  const bool values = TestsValues(operand.value);
  NodePtr node =
      TRY(values ? ParseFieldOperators(operand.path, condition, operand.place.InElement())
                 : ParseFilterDocument(condition, operand.place.InElement()));
  const MatchKind kind = values ? MatchKind::kElemMatchValue : MatchKind::kElemMatchObject;
  return NodePtr(std::make_unique<ElemMatchNode>(kind, operand.path, std::move(node)));
}

Result<NodePtr> ParseSize(const FieldOperand& operand) {
  const std::optional<int64_t> size = WholeNumber(operand.value);
  if (!size || *size < 0) return BadOperand(operand, "needs a whole number, not negative");
  return NodePtr(std::make_unique<SizeNode>(operand.path, static_cast<uint64_t>(*size)));
}

}  // namespace veddb::doc
