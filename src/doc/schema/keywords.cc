// SPDX-License-Identifier: BSD-3-Clause
#include "doc/schema/keywords.h"

#include <algorithm>
#include <array>

#include "doc/value/extjson.h"
#include "doc/value/whole.h"

namespace veddb::doc {
namespace {

// Of a keyword's value in a message.
constexpr size_t kRuleTextMax = 100;

constexpr std::array kKeywords = {
    SchemaKeyword{"title", ParseNoEffect, "A name for people."},
    SchemaKeyword{"description", ParseNoEffect, "Told where a rule of the schema is broken."},
    SchemaKeyword{"type", ParseJsonType, "The type, by JSON's names."},
    SchemaKeyword{"bsonType", ParseBsonType, "The type, by the names of $type."},
    SchemaKeyword{"enum", ParseEnum, "One of a list of values."},
    SchemaKeyword{"allOf", ParseAllOf, "Follows all of a list of schemas."},
    SchemaKeyword{"anyOf", ParseAnyOf, "Follows at least one of a list of schemas."},
    SchemaKeyword{"oneOf", ParseOneOf, "Follows exactly one of a list of schemas."},
    SchemaKeyword{"not", ParseNotSchema, "Does not follow a schema."},
    SchemaKeyword{"minimum", ParseMinimum, "The least number."},
    SchemaKeyword{"maximum", ParseMaximum, "The greatest number."},
    SchemaKeyword{"exclusiveMinimum", ParseExclusiveMinimum, "The minimum itself is too low."},
    SchemaKeyword{"exclusiveMaximum", ParseExclusiveMaximum, "The maximum itself is too high."},
    SchemaKeyword{"multipleOf", ParseMultipleOf, "A whole multiple of a number."},
    SchemaKeyword{"minLength", ParseMinLength, "The least length of a string in code points."},
    SchemaKeyword{"maxLength", ParseMaxLength, "The greatest length of a string in code points."},
    SchemaKeyword{"pattern", ParsePattern, "A pattern occurs in the string."},
    SchemaKeyword{"items", ParseItems, "Schemas of the elements of an array."},
    SchemaKeyword{"additionalItems", ParseAdditionalItems, "What may follow a list of items."},
    SchemaKeyword{"minItems", ParseMinItems, "The least number of elements."},
    SchemaKeyword{"maxItems", ParseMaxItems, "The greatest number of elements."},
    SchemaKeyword{"uniqueItems", ParseUniqueItems, "No two elements are equal."},
    SchemaKeyword{"properties", ParseProperties, "Schemas of fields, by name."},
    SchemaKeyword{"patternProperties", ParsePatternProperties, "Schemas of fields, by pattern."},
    SchemaKeyword{"additionalProperties", ParseAdditionalProperties, "Of all other fields."},
    SchemaKeyword{"required", ParseRequired, "Fields that must be there."},
    SchemaKeyword{"minProperties", ParseMinProperties, "The least number of fields."},
    SchemaKeyword{"maxProperties", ParseMaxProperties, "The greatest number of fields."},
    SchemaKeyword{"dependencies", ParseDependencies, "What else holds where a field is there."},
    SchemaKeyword{"$ref", nullptr, "A schema that stands elsewhere."},
    SchemaKeyword{"$schema", nullptr, "The dialect."},
    SchemaKeyword{"id", nullptr, "The schema's address."},
    SchemaKeyword{"definitions", nullptr, "Schemas to refer to."},
    SchemaKeyword{"default", nullptr, "A value for a missing field."},
    SchemaKeyword{"format", nullptr, "The meaning of a string."},
    SchemaKeyword{"links", nullptr, "Hyperlinks."},
    SchemaKeyword{"media", nullptr, "Type and encoding of text."},
    SchemaKeyword{"encrypt", nullptr, "Encryption by the client."},
    SchemaKeyword{"encryptMetadata", nullptr, "Encryption by the client."},
};

consteval bool RowsAreSound() {
  for (const SchemaKeyword& row : kKeywords) {
    if (row.name.empty() || row.doc.empty() || row.doc.back() != '.') return false;
  }
  return true;
}
static_assert(RowsAreSound());

const SchemaKeyword* FindKeyword(Bytes name) {
  const auto row = std::find_if(kKeywords.begin(), kKeywords.end(),
                                [name](const SchemaKeyword& one) { return one.name == name; });
  return row == kKeywords.end() ? nullptr : &*row;
}

Error TooLarge(const char* what) { return MakeError(ErrorCode::kTooLarge, what); }

Result<std::string> Description(DocView schema, const Place& place) {
  std::string text;
  for (const Bytes name : {Bytes("title"), Bytes("description")}) {
    const ValueView value = schema.Find(name);
    if (value.missing()) continue;
    if (value.type != BsonType::kString) {
      return BadKeyword(Place{&place, name}, "has to be a string");
    }
    text = value.String();
  }
  return text;
}

}  // namespace

std::span<const SchemaKeyword> SchemaKeywords() { return kKeywords; }

Error BadKeyword(const Place& place, Bytes what) {
  const std::string where = PlaceText(place);
  return MakeError(ErrorCode::kBadQuery,
                   "$jsonSchema: " + (where.empty() ? "the schema" : "'" + where + "'") + " " +
                       std::string(what));
}

std::string RuleText(const KeywordOperand& operand) {
  const std::string value = JsonText(operand.value);
  if (value.size() > kRuleTextMax) return std::string(operand.name);
  return std::string(operand.name) + ": " + value;
}

Result<uint64_t> CountOperand(const KeywordOperand& operand) {
  const std::optional<int64_t> count = WholeNumber(operand.value);
  if (!count || *count < 0) return BadKeyword(operand.place, "has to be a whole number from 0 up");
  return static_cast<uint64_t>(*count);
}

Result<std::vector<Bytes>> NamesOperand(ValueView value, const Place& place) {
  constexpr Bytes kNeeds = "has to be a non-empty array of strings that differ";
  std::vector<Bytes> names;
  if (value.type != BsonType::kArray) return BadKeyword(place, kNeeds);
  for (const Element& element : value.Document()) {
    if (element.value.type != BsonType::kString) return BadKeyword(place, kNeeds);
    names.push_back(element.value.String());
  }
  std::vector<Bytes> sorted = names;
  std::sort(sorted.begin(), sorted.end());
  const bool differ = std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end();
  if (names.empty() || !differ) return BadKeyword(place, kNeeds);
  return names;
}

Result<SchemaNodePtr> SchemaCompiler::Node(ValueView value, const Place& place) {
  if (value.type != BsonType::kObject) return BadKeyword(place, "has to be an object");
  if (++nodes_ > kSchemaNodesMax) return TooLarge("the schema holds more than 100,000 schemas");
  if (depth_ == kSchemaDepthMax) return TooLarge("the schema is nested deeper than 100 levels");
  ++depth_;
  const DocView schema = value.Document();
  std::vector<SchemaRulePtr> rules;
  for (const Element& element : schema) {
    const Place at{&place, element.name};
    const SchemaKeyword* row = FindKeyword(element.name);
    if (row == nullptr) return BadKeyword(at, "is no keyword of schemas");
    if (row->parse == nullptr) return BadKeyword(at, "is a keyword that is not supported");
    SchemaRulePtr rule = TRY(row->parse({element.name, element.value, schema, at, *this}));
    if (rule != nullptr) rules.push_back(std::move(rule));
  }
  --depth_;
  return std::make_unique<const SchemaNode>(std::move(rules), TRY(Description(schema, place)));
}

Result<Regex> SchemaCompiler::Pattern(Bytes pattern, const Place& place) {
  if (++patterns_ > kSchemaPatternsMax)
    return TooLarge("the schema holds more than 1,000 patterns");
  Result<Regex> regex = Regex::Compile(pattern, "");
  if (!regex.ok()) return BadKeyword(place, "is not valid: " + regex.error().message);
  return regex;
}

}  // namespace veddb::doc
