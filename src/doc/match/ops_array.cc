// SPDX-License-Identifier: BSD-3-Clause
// $all, $elemMatch, $size.
#include "doc/match/operators.h"
#include "doc/value/whole.h"

namespace veddb::doc {
namespace {

class SizeNode final : public PathNode {
 public:
  SizeNode(FieldPath path, uint64_t size)
      : PathNode(MatchKind::kSize, std::move(path), LeafArrays::kClosed), size_(size) {}
  bool MatchValue(ValueView value, MatchState&) const override {
    return value.type == BsonType::kArray && value.Document().Count() == size_;
  }

 private:
  const uint64_t size_;
};

// Some element of the array meets the conditions: as an object of its own (arrays count as objects
// with numbers for names), or as a plain value.
class ElemMatchNode final : public PathNode {
 public:
  ElemMatchNode(MatchKind kind, FieldPath path, NodePtr condition)
      : PathNode(kind, std::move(path), LeafArrays::kClosed), condition_(std::move(condition)) {}

  bool MatchValue(ValueView value, MatchState& state) const override {
    if (value.type != BsonType::kArray) return false;
    uint32_t index = 0;
    for (const Element& element : value.Document()) {
      if (MatchElement(element.value, state)) {
        state.array_index = index;
        return true;
      }
      ++index;
    }
    return false;
  }

 private:
  bool MatchElement(ValueView element, MatchState& state) const {
    if (kind() == MatchKind::kElemMatchValue) return condition_->MatchValue(element, state);
    return element.IsContainer() && condition_->MatchDocument(element.Document(), state);
  }

  const NodePtr condition_;
};

bool IsElemMatch(ValueView value) {
  return IsOperatorObject(value) && value.Document().begin()->name == "$elemMatch";
}

Result<NodePtr> ParseAllMember(const FieldOperand& all, ValueView member, bool elem_matches) {
  const FieldOperand operand{all.name, all.path, member, all.siblings, all.depth + 1};
  if (IsElemMatch(member) != elem_matches) return BadOperand(all, "mixes $elemMatch with values");
  if (elem_matches) return ParseFieldOperators(all.path, member.Document(), all.depth + 1);
  if (IsOperatorObject(member)) return BadOperand(all, "can't hold operators");
  return member.type == BsonType::kRegex ? ParseRegexLiteral(operand) : ParseEq(operand);
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
  NodePtr node = TRY(values ? ParseFieldOperators(operand.path, condition, operand.depth + 1)
                            : ParseFilterDocument(condition, operand.depth + 1));
  const MatchKind kind = values ? MatchKind::kElemMatchValue : MatchKind::kElemMatchObject;
  return NodePtr(std::make_unique<ElemMatchNode>(kind, operand.path, std::move(node)));
}

Result<NodePtr> ParseSize(const FieldOperand& operand) {
  const std::optional<int64_t> size = WholeNumber(operand.value);
  if (!size || *size < 0) return BadOperand(operand, "needs a whole number, not negative");
  return NodePtr(std::make_unique<SizeNode>(operand.path, static_cast<uint64_t>(*size)));
}

}  // namespace veddb::doc
