// SPDX-License-Identifier: BSD-3-Clause
// $expr.
#include "doc/match/operators.h"
#include "doc/value/whole.h"

namespace veddb::doc {
namespace {

class ExprNode final : public MatchNode {
 public:
  explicit ExprNode(Expression expression)
      : MatchNode(MatchKind::kExpr), expression_(std::move(expression)) {}

  bool MatchDocument(DocView doc, MatchState& state) const override {
    if (state.error) return false;
    expression::Evaluation& run = state.expressions();
    run.Begin(doc);
    Result<ValueView> value = expression_.Evaluate(run);
    if (value.ok()) return IsTrue(*value);
    state.error = std::move(value.error());
    return false;
  }
  // It stands in filters of documents only.
  bool MatchValue(ValueView, MatchState&) const override { return false; }
  void AddReads(expression::Dependencies* reads) const override {
    reads->Add(expression_.dependencies());
  }

 private:
  const Expression expression_;
};

}  // namespace

Result<NodePtr> ParseExpr(const TopOperand& operand) {
  if (operand.place.scope == nullptr) {
    return BadOperand(operand, "stands only in queries, and not inside of $elemMatch");
  }
  Expression expression = TRY(Expression::Parse(operand.value, *operand.place.scope));
  return NodePtr(std::make_unique<ExprNode>(std::move(expression)));
}

}  // namespace veddb::doc
