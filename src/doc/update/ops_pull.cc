// SPDX-License-Identifier: BSD-3-Clause
// $pull: removes the elements that equal a value, or meet a condition: operators are asked of the
// element itself, other objects are filters of the elements that are objects.
#include "doc/match/operators.h"
#include "doc/update/array_value.h"
#include "doc/update/operators.h"
#include "doc/value/compare.h"

namespace veddb::doc {
namespace {

// The name under which an element stands in a document of its own, for filters that need one.
constexpr Bytes kElementName = "";

class PullModifier final : public Modifier {
 public:
  enum class Test : uint8_t { kEqual, kElement, kObject };
  PullModifier(const UpdateOperand& operand, Test test, NodePtr condition)
      : Modifier(operand.name, operand.path),
        value_(operand.value),
        test_(test),
        condition_(std::move(condition)) {}

  Result<Outcome> Modify(const ModifyContext& context, ValueView before, BsonType* type,
                         std::string* out) const override {
    if (before.missing()) return Outcome::kKept;
    if (before.type != BsonType::kArray) return Bad(NoArray(before, context.document));
    MatchState state(context.random);
    std::vector<ValueView> kept;
    size_t count = 0;
    for (const Element& element : before.Document()) {
      ++count;
      if (!Matches(element.value, state)) kept.push_back(element.value);
      if (state.error) return *state.error;
    }
    if (kept.size() == count) return Outcome::kKept;
    return WriteArray(kept, type, out);
  }
  bool IgnoresDeadEnds(const ModifyContext&) const override { return true; }

 private:
  bool Matches(ValueView element, MatchState& state) const {
    switch (test_) {
      case Test::kEqual:
        return EqualValues(element, value_);
      case Test::kObject:
        return element.type == BsonType::kObject &&
               condition_->MatchDocument(element.Document(), state);
      case Test::kElement: {
        std::string wrapped;
        DocBuilder builder(&wrapped);
        builder.Append(kElementName, element);
        builder.Finish();
        return condition_->MatchDocument(DocView(wrapped), state);
      }
    }
    return false;
  }

  const ValueView value_;
  const Test test_;
  const NodePtr condition_;
};

}  // namespace

Status ParsePull(const UpdateOperand& operand, std::vector<PlacedModifier>* out) {
  PullModifier::Test test = PullModifier::Test::kEqual;
  NodePtr condition;
  const FieldPath path(kElementName);
  if (TestsValues(operand.value)) {
    test = PullModifier::Test::kElement;
    condition = TRY(ParseFieldOperators(path, operand.value.Document(), FilterPlace()));
  } else if (operand.value.type == BsonType::kRegex) {
    test = PullModifier::Test::kElement;
    condition = TRY(ParseRegexLiteral({operand.name, path, operand.value, DocView(), 1}));
  } else if (operand.value.type == BsonType::kObject) {
    test = PullModifier::Test::kObject;
    condition = TRY(ParseFilterDocument(operand.value.Document(), FilterPlace()));
  }
  out->push_back({std::string(operand.path),
                  std::make_unique<PullModifier>(operand, test, std::move(condition))});
  return Ok();
}

}  // namespace veddb::doc
