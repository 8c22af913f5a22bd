// SPDX-License-Identifier: BSD-3-Clause
// Keywords of values of any type: title, description, type, bsonType, enum, allOf, anyOf, oneOf,
// not.
#include <absl/container/flat_hash_set.h>

#include <algorithm>
#include <array>

#include "doc/schema/keywords.h"
#include "doc/schema/unordered.h"
#include "doc/value/type_set.h"

namespace veddb::doc {
namespace {

class TypeRule final : public SchemaRule {
 public:
  TypeRule(TypeSet types, std::string text) : types_(types), text_(std::move(text)) {}
  bool Holds(ValueView value, const Place& place, SchemaRun& run) const override {
    return types_.Has(value.type) || run.Breaks(place, text_);
  }

 private:
  const TypeSet types_;
  const std::string text_;
};

class EnumRule final : public SchemaRule {
 public:
  EnumRule(absl::flat_hash_set<std::string> keys, std::string text)
      : keys_(std::move(keys)), text_(std::move(text)) {}
  bool Holds(ValueView value, const Place& place, SchemaRun& run) const override {
    const std::string key = UnorderedKey(value);
    if (!run.Work(1 + key.size() / kBytesPerStep)) return false;
    return keys_.contains(key) || run.Breaks(place, text_);
  }

 private:
  // What is built, hashed and compared in the time of a step.
  static constexpr size_t kBytesPerStep = 32;

  const absl::flat_hash_set<std::string> keys_;
  const std::string text_;
};

enum class Combination : uint8_t { kAll, kAny, kOne };

class CombinedRule final : public SchemaRule {
 public:
  CombinedRule(Combination combination, std::vector<SchemaNodePtr> schemas, Bytes name)
      : combination_(combination), schemas_(std::move(schemas)), name_(name) {}

  bool Holds(ValueView value, const Place& place, SchemaRun& run) const override {
    if (combination_ == Combination::kAll) {
      return std::all_of(schemas_.begin(), schemas_.end(), [&](const SchemaNodePtr& schema) {
        return schema->Holds(value, place, run);
      });
    }
    const size_t enough = combination_ == Combination::kAny ? 1 : 2;
    const size_t followed = CountFollowed(value, place, run, enough);
    return followed == 1 || run.Breaks(place, name_);
  }

 private:
  size_t CountFollowed(ValueView value, const Place& place, SchemaRun& run, size_t enough) const {
    const SchemaRun::Aside aside(run);
    size_t followed = 0;
    for (const SchemaNodePtr& schema : schemas_) {
      if (schema->Holds(value, place, run) && ++followed == enough) break;
    }
    return followed;
  }

  const Combination combination_;
  const std::vector<SchemaNodePtr> schemas_;
  const std::string name_;
};

class NotRule final : public SchemaRule {
 public:
  explicit NotRule(SchemaNodePtr schema) : schema_(std::move(schema)) {}
  bool Holds(ValueView value, const Place& place, SchemaRun& run) const override {
    return !Follows(value, place, run) || run.Breaks(place, "not");
  }

 private:
  bool Follows(ValueView value, const Place& place, SchemaRun& run) const {
    const SchemaRun::Aside aside(run);
    return schema_->Holds(value, place, run);
  }

  const SchemaNodePtr schema_;
};

struct JsonTypeName {
  Bytes json;
  Bytes bson;
};
constexpr std::array kJsonTypes = {
    JsonTypeName{"array", "array"},   JsonTypeName{"boolean", "bool"},
    JsonTypeName{"null", "null"},     JsonTypeName{"number", "number"},
    JsonTypeName{"object", "object"}, JsonTypeName{"string", "string"},
};

Status AddJsonType(Bytes name, const Place& place, TypeSet* types) {
  for (const JsonTypeName& row : kJsonTypes) {
    if (row.json == name) {
      types->AddName(row.bson);
      return Ok();
    }
  }
  if (name == "integer") {
    return BadKeyword(place, "can't be 'integer': bsonType has 'int' and 'long'");
  }
  return BadKeyword(place, "holds no name of a JSON type: '" + std::string(name) + "'");
}

Status AddBsonType(Bytes name, const Place& place, TypeSet* types) {
  if (types->AddName(name)) return Ok();
  return BadKeyword(place, "holds no name of a type: '" + std::string(name) + "'");
}

using AddType = Status (*)(Bytes name, const Place& place, TypeSet* types);

Result<SchemaRulePtr> ParseTypes(const KeywordOperand& operand, AddType add) {
  TypeSet types;
  if (operand.value.type == BsonType::kString) {
    TRY(add(operand.value.String(), operand.place, &types));
  } else {
    for (const Bytes name : TRY(NamesOperand(operand.value, operand.place))) {
      TRY(add(name, operand.place, &types));
    }
  }
  return SchemaRulePtr(std::make_unique<TypeRule>(types, RuleText(operand)));
}

Result<SchemaRulePtr> ParseCombined(const KeywordOperand& operand, Combination combination) {
  if (operand.value.type != BsonType::kArray || operand.value.Document().empty()) {
    return BadKeyword(operand.place, "has to be a non-empty array of schemas");
  }
  std::vector<SchemaNodePtr> schemas;
  for (const Element& element : operand.value.Document()) {
    schemas.push_back(
        TRY(operand.compiler.Node(element.value, Place{&operand.place, element.name})));
  }
  return SchemaRulePtr(
      std::make_unique<CombinedRule>(combination, std::move(schemas), operand.name));
}

}  // namespace

// What it says is read with the schema as a whole.
Result<SchemaRulePtr> ParseNoEffect(const KeywordOperand&) { return SchemaRulePtr(); }

Result<SchemaRulePtr> ParseJsonType(const KeywordOperand& operand) {
  return ParseTypes(operand, AddJsonType);
}

Result<SchemaRulePtr> ParseBsonType(const KeywordOperand& operand) {
  if (!operand.schema.Find("type").missing()) {
    return BadKeyword(operand.place, "can't stand beside 'type'");
  }
  return ParseTypes(operand, AddBsonType);
}

Result<SchemaRulePtr> ParseEnum(const KeywordOperand& operand) {
  constexpr Bytes kNeeds = "has to be a non-empty array of values that differ";
  if (operand.value.type != BsonType::kArray || operand.value.Document().empty()) {
    return BadKeyword(operand.place, kNeeds);
  }
  absl::flat_hash_set<std::string> keys;
  for (const Element& element : operand.value.Document()) {
    if (!keys.insert(UnorderedKey(element.value)).second) return BadKeyword(operand.place, kNeeds);
  }
  return SchemaRulePtr(std::make_unique<EnumRule>(std::move(keys), RuleText(operand)));
}

Result<SchemaRulePtr> ParseAllOf(const KeywordOperand& operand) {
  return ParseCombined(operand, Combination::kAll);
}
Result<SchemaRulePtr> ParseAnyOf(const KeywordOperand& operand) {
  return ParseCombined(operand, Combination::kAny);
}
Result<SchemaRulePtr> ParseOneOf(const KeywordOperand& operand) {
  return ParseCombined(operand, Combination::kOne);
}

Result<SchemaRulePtr> ParseNotSchema(const KeywordOperand& operand) {
  return SchemaRulePtr(
      std::make_unique<NotRule>(TRY(operand.compiler.Node(operand.value, operand.place))));
}

}  // namespace veddb::doc
