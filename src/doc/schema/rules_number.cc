// SPDX-License-Identifier: BSD-3-Clause
// Keywords of numbers: minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf. Values of
// other types follow them all.
#include "doc/schema/keywords.h"
#include "doc/schema/multiple.h"
#include "doc/value/compare.h"

namespace veddb::doc {
namespace {

enum class Bound : uint8_t { kMinimum, kMaximum };

class BoundRule final : public SchemaRule {
 public:
  BoundRule(Bound bound, ValueView limit, bool exclusive, std::string text)
      : bound_(bound), limit_(limit), exclusive_(exclusive), text_(std::move(text)) {}

  bool Holds(ValueView value, const Place& place, SchemaRun& run) const override {
    return !value.IsNumber() || Within(value) || run.Breaks(place, text_);
  }

 private:
  bool Within(ValueView value) const {
    // NaN equals itself and is neither above nor below anything.
    const bool value_nan = IsNan(value);
    const bool limit_nan = IsNan(limit_);
    if (value_nan || limit_nan) return value_nan && limit_nan && !exclusive_;
    const int order = CompareNumbers(value, limit_);
    if (order == 0) return !exclusive_;
    return bound_ == Bound::kMinimum ? order > 0 : order < 0;
  }

  const Bound bound_;
  const ValueView limit_;
  const bool exclusive_;
  const std::string text_;
};

class MultipleRule final : public SchemaRule {
 public:
  MultipleRule(ValueView divisor, std::string text) : divisor_(divisor), text_(std::move(text)) {}

  bool Holds(ValueView value, const Place& place, SchemaRun& run) const override {
    if (!value.IsNumber()) return true;
    const MultipleTest test = TestMultiple(value, divisor_);
    if (!run.Work(kSteps + test.rounds)) return false;
    return test.is_multiple || run.Breaks(place, text_);
  }

 private:
  // To bring both to decimals.
  static constexpr uint64_t kSteps = 8;

  const ValueView divisor_;
  const std::string text_;
};

Result<SchemaRulePtr> ParseBound(const KeywordOperand& operand, Bound bound, Bytes exclusive) {
  if (!operand.value.IsNumber()) return BadKeyword(operand.place, "has to be a number");
  const ValueView flag = operand.schema.Find(exclusive);
  const bool excludes = flag.type == BsonType::kBool && flag.Bool();
  std::string text = RuleText(operand);
  if (excludes) text += ", " + std::string(exclusive);
  return SchemaRulePtr(
      std::make_unique<BoundRule>(bound, operand.value, excludes, std::move(text)));
}

// Its effect is the bound's.
Result<SchemaRulePtr> ParseExclusive(const KeywordOperand& operand, Bytes bound) {
  if (operand.value.type != BsonType::kBool) {
    return BadKeyword(operand.place, "has to be true or false");
  }
  if (operand.schema.Find(bound).missing()) {
    return BadKeyword(operand.place, "needs '" + std::string(bound) + "' beside it");
  }
  return SchemaRulePtr();
}

}  // namespace

Result<SchemaRulePtr> ParseMinimum(const KeywordOperand& operand) {
  return ParseBound(operand, Bound::kMinimum, "exclusiveMinimum");
}
Result<SchemaRulePtr> ParseMaximum(const KeywordOperand& operand) {
  return ParseBound(operand, Bound::kMaximum, "exclusiveMaximum");
}
Result<SchemaRulePtr> ParseExclusiveMinimum(const KeywordOperand& operand) {
  return ParseExclusive(operand, "minimum");
}
Result<SchemaRulePtr> ParseExclusiveMaximum(const KeywordOperand& operand) {
  return ParseExclusive(operand, "maximum");
}

Result<SchemaRulePtr> ParseMultipleOf(const KeywordOperand& operand) {
  if (!operand.value.IsNumber() || !IsPositive(operand.value)) {
    return BadKeyword(operand.place, "has to be a number above 0");
  }
  return SchemaRulePtr(std::make_unique<MultipleRule>(operand.value, RuleText(operand)));
}

}  // namespace veddb::doc
