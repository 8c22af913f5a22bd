// SPDX-License-Identifier: BSD-3-Clause
// Keywords of strings: minLength, maxLength, pattern. Values of other types follow them all.
#include <algorithm>

#include "doc/schema/keywords.h"

namespace veddb::doc {
namespace {

// Code points of UTF-8 text.
uint64_t Length(Bytes text) {
  return static_cast<uint64_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<uint8_t>(c) & 0xc0) != 0x80; }));
}

enum class Bound : uint8_t { kMinimum, kMaximum };

class LengthRule final : public SchemaRule {
 public:
  LengthRule(Bound bound, uint64_t limit, std::string text)
      : bound_(bound), limit_(limit), text_(std::move(text)) {}

  bool Holds(ValueView value, const Place& place, SchemaRun& run) const override {
    if (value.type != BsonType::kString) return true;
    if (!run.Work(1 + value.String().size() / kBytesPerStep)) return false;
    const uint64_t length = Length(value.String());
    const bool within = bound_ == Bound::kMinimum ? length >= limit_ : length <= limit_;
    return within || run.Breaks(place, text_);
  }

 private:
  // What is counted in the time of a step.
  static constexpr size_t kBytesPerStep = 256;

  const Bound bound_;
  const uint64_t limit_;
  const std::string text_;
};

class PatternRule final : public SchemaRule {
 public:
  PatternRule(Regex regex, std::string text) : regex_(std::move(regex)), text_(std::move(text)) {}

  bool Holds(ValueView value, const Place& place, SchemaRun& run) const override {
    if (value.type != BsonType::kString || run.Search(regex_, value.String())) return true;
    return run.Breaks(place, text_);
  }

 private:
  const Regex regex_;
  const std::string text_;
};

Result<SchemaRulePtr> ParseLength(const KeywordOperand& operand, Bound bound) {
  const uint64_t limit = TRY(CountOperand(operand));
  return SchemaRulePtr(std::make_unique<LengthRule>(bound, limit, RuleText(operand)));
}

}  // namespace

Result<SchemaRulePtr> ParseMinLength(const KeywordOperand& operand) {
  return ParseLength(operand, Bound::kMinimum);
}
Result<SchemaRulePtr> ParseMaxLength(const KeywordOperand& operand) {
  return ParseLength(operand, Bound::kMaximum);
}

Result<SchemaRulePtr> ParsePattern(const KeywordOperand& operand) {
  if (operand.value.type != BsonType::kString) {
    return BadKeyword(operand.place, "has to be a string");
  }
  Regex regex = TRY(operand.compiler.Pattern(operand.value.String(), operand.place));
  return SchemaRulePtr(std::make_unique<PatternRule>(std::move(regex), RuleText(operand)));
}

}  // namespace veddb::doc
