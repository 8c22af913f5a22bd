// SPDX-License-Identifier: BSD-3-Clause
// Keywords of arrays: items, additionalItems, minItems, maxItems, uniqueItems. Values of other
// types follow them all.
#include <absl/container/flat_hash_set.h>

#include "doc/schema/keywords.h"
#include "doc/schema/rest.h"
#include "doc/schema/unordered.h"

namespace veddb::doc {
namespace {

// The first elements have schemas of their own, all others one together.
class ItemsRule final : public SchemaRule {
 public:
  ItemsRule(std::vector<SchemaNodePtr> first, Rest rest)
      : first_(std::move(first)), rest_(std::move(rest)) {}

  bool Holds(ValueView value, const Place& place, SchemaRun& run) const override {
    if (value.type != BsonType::kArray) return true;
    size_t index = 0;
    for (const Element& element : value.Document()) {
      const Place at{&place, element.name};
      const bool holds = index < first_.size()
                             ? first_[index]->Holds(element.value, at, run)
                             : rest_.Holds(element.value, at, run, "additionalItems: false");
      if (!holds) return false;
      ++index;
    }
    return true;
  }

 private:
  const std::vector<SchemaNodePtr> first_;
  const Rest rest_;
};

class ItemCountRule final : public SchemaRule {
 public:
  ItemCountRule(uint64_t min, uint64_t max, std::string text)
      : min_(min), max_(max), text_(std::move(text)) {}

  bool Holds(ValueView value, const Place& place, SchemaRun& run) const override {
    if (value.type != BsonType::kArray) return true;
    const size_t count = value.Document().Count();
    if (!run.Work(count / kElementsPerStep)) return false;
    return (count >= min_ && count <= max_) || run.Breaks(place, text_);
  }

 private:
  // What is counted in the time of a step.
  static constexpr size_t kElementsPerStep = 4;

  const uint64_t min_;
  const uint64_t max_;
  const std::string text_;
};

class UniqueItemsRule final : public SchemaRule {
 public:
  bool Holds(ValueView value, const Place& place, SchemaRun& run) const override {
    if (value.type != BsonType::kArray) return true;
    absl::flat_hash_set<std::string> seen;
    for (const Element& element : value.Document()) {
      std::string key = UnorderedKey(element.value);
      if (!run.Work(kSteps + key.size() / kBytesPerStep)) return false;
      if (!seen.insert(std::move(key)).second) {
        return run.Breaks(Place{&place, element.name}, "uniqueItems: true");
      }
    }
    return true;
  }

 private:
  // To make a key and keep it.
  static constexpr uint64_t kSteps = 4;
  static constexpr size_t kBytesPerStep = 32;
};

}  // namespace

Result<SchemaRulePtr> ParseItems(const KeywordOperand& operand) {
  std::vector<SchemaNodePtr> first;
  if (operand.value.type == BsonType::kObject) {
    Rest all(TRY(operand.compiler.Node(operand.value, operand.place)));
    return SchemaRulePtr(std::make_unique<ItemsRule>(std::move(first), std::move(all)));
  }
  if (operand.value.type != BsonType::kArray) {
    return BadKeyword(operand.place, "has to be a schema or an array of schemas");
  }
  for (const Element& element : operand.value.Document()) {
    first.push_back(TRY(operand.compiler.Node(element.value, Place{&operand.place, element.name})));
  }
  Rest rest = TRY(ParseRest(operand, "additionalItems"));
  return SchemaRulePtr(std::make_unique<ItemsRule>(std::move(first), std::move(rest)));
}

Result<SchemaRulePtr> ParseAdditionalItems(const KeywordOperand& operand) {
  // Beside a list of items it is part of them; else it has no effect, but has to be valid.
  if (operand.schema.Find("items").type != BsonType::kArray) TRY(ParseRest(operand, operand.name));
  return SchemaRulePtr();
}

Result<SchemaRulePtr> ParseMinItems(const KeywordOperand& operand) {
  const uint64_t min = TRY(CountOperand(operand));
  return SchemaRulePtr(std::make_unique<ItemCountRule>(min, UINT64_MAX, RuleText(operand)));
}
Result<SchemaRulePtr> ParseMaxItems(const KeywordOperand& operand) {
  const uint64_t max = TRY(CountOperand(operand));
  return SchemaRulePtr(std::make_unique<ItemCountRule>(0, max, RuleText(operand)));
}

Result<SchemaRulePtr> ParseUniqueItems(const KeywordOperand& operand) {
  if (operand.value.type != BsonType::kBool) {
    return BadKeyword(operand.place, "has to be true or false");
  }
  if (!operand.value.Bool()) return SchemaRulePtr();
  return SchemaRulePtr(std::make_unique<UniqueItemsRule>());
}

}  // namespace veddb::doc
