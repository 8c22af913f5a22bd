// SPDX-License-Identifier: BSD-3-Clause
// $exists, $type, $mod.
#include "doc/match/ops_element.h"

#include "doc/match/operators.h"
#include "doc/value/type_set.h"
#include "doc/value/whole.h"

namespace veddb::doc {
namespace {

class ModNode final : public PathNode {
 public:
  ModNode(FieldPath path, int64_t divisor, int64_t remainder)
      : PathNode(MatchKind::kMod, std::move(path), LeafArrays::kOpen),
        divisor_(divisor),
        remainder_(remainder) {}
  bool MatchValue(ValueView value, MatchState&) const override {
    const std::optional<int64_t> number = TruncatedNumber(value);
    if (!number) return false;
    // The least integer divided by -1 would overflow.
    return (divisor_ == -1 ? 0 : *number % divisor_) == remainder_;
  }

 private:
  const int64_t divisor_;
  const int64_t remainder_;
};

bool AddType(ValueView value, TypeSet* types) {
  if (value.type == BsonType::kString) return types->AddName(value.String());
  return value.IsNumber() && types->AddNumber(value);
}

}  // namespace

Result<NodePtr> ParseExists(const FieldOperand& operand) {
  NodePtr node = std::make_unique<ExistsNode>(operand.path);
  if (IsTrue(operand.value)) return node;
  return NodePtr(std::make_unique<NotNode>(std::move(node)));
}

Result<NodePtr> ParseType(const FieldOperand& operand) {
  TypeSet types;
  if (operand.value.type != BsonType::kArray) {
    if (!AddType(operand.value, &types)) {
      return BadOperand(operand, "needs a type's name or number");
    }
    return NodePtr(std::make_unique<TypeNode>(operand.path, types));
  }
  if (operand.value.Document().empty()) return BadOperand(operand, "needs at least one type");
  for (const Element& element : operand.value.Document()) {
    if (!AddType(element.value, &types)) {
      return BadOperand(operand, "needs names or numbers of types");
    }
  }
  return NodePtr(std::make_unique<TypeNode>(operand.path, types));
}

Result<NodePtr> ParseMod(const FieldOperand& operand) {
  if (operand.value.type != BsonType::kArray || operand.value.Document().Count() != 2) {
    return BadOperand(operand, "needs an array of divisor and remainder");
  }
  auto it = operand.value.Document().begin();
  const std::optional<int64_t> divisor = TruncatedNumber(it->value);
  ++it;
  const std::optional<int64_t> remainder = TruncatedNumber(it->value);
  if (!divisor || !remainder) return BadOperand(operand, "needs two numbers of 64 bits");
  if (*divisor == 0) return BadOperand(operand, "the divisor can't be 0");
  return NodePtr(std::make_unique<ModNode>(operand.path, *divisor, *remainder));
}

}  // namespace veddb::doc
