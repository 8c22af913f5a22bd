// SPDX-License-Identifier: BSD-3-Clause
// $jsonSchema.
#include "doc/match/operators.h"
#include "doc/schema/schema.h"

namespace veddb::doc {
namespace {

class SchemaFilterNode final : public MatchNode {
 public:
  explicit SchemaFilterNode(Schema schema)
      : MatchNode(MatchKind::kSchema), schema_(std::move(schema)) {}

  bool MatchDocument(DocView doc, MatchState& state) const override {
    return MatchValue(doc.AsValue(BsonType::kObject), state);
  }
  bool MatchValue(ValueView value, MatchState& state) const override {
    if (state.error) return false;
    Result<bool> follows = schema_.Follows(value, state.regex_scratch);
    if (follows.ok()) return *follows;
    state.error = std::move(follows.error());
    return false;
  }

 private:
  const Schema schema_;
};

}  // namespace

Result<NodePtr> ParseJsonSchema(const TopOperand& operand) {
  if (operand.value.type != BsonType::kObject) return BadOperand(operand, "has to be an object");
  return NodePtr(std::make_unique<SchemaFilterNode>(TRY(Schema::Parse(operand.value.Document()))));
}

}  // namespace veddb::doc
