// SPDX-License-Identifier: BSD-3-Clause
// The table of schema keywords: the one place that lists them, those that are refused as well. A
// row says who compiles the keyword.
#pragma once
#include <span>

#include "base/result.h"
#include "doc/schema/rule.h"

namespace veddb::doc {

// What one schema may hold at all; compiling runs on the loop.
inline constexpr uint32_t kSchemaDepthMax = 100;
inline constexpr uint32_t kSchemaNodesMax = 100'000;
inline constexpr uint32_t kSchemaPatternsMax = 1'000;

class SchemaCompiler;

// `{…, name: value, …}`: the keyword, and the schema that it stands in.
struct KeywordOperand {
  Bytes name;
  ValueView value;
  DocView schema;
  const Place& place;  // of the keyword
  SchemaCompiler& compiler;
};

// May return no rule: the keyword has no effect of its own, or works with another one.
using KeywordParser = Result<SchemaRulePtr> (*)(const KeywordOperand&);

struct SchemaKeyword {
  Bytes name;
  KeywordParser parse;  // null: known, and refused
  Bytes doc;
};

std::span<const SchemaKeyword> SchemaKeywords();

// Compiles one schema, the schemas in it included. Owned by: the caller.
class SchemaCompiler {
 public:
  // `value` has to be an object.
  Result<SchemaNodePtr> Node(ValueView value, const Place& place);
  Result<Regex> Pattern(Bytes pattern, const Place& place);

 private:
  uint32_t depth_ = 0;
  uint32_t nodes_ = 0;
  uint32_t patterns_ = 0;
};

// BADQUERY "$jsonSchema: 'where' what".
Error BadKeyword(const Place& place, Bytes what);
// "name: value" for messages; the name alone where the value is long.
std::string RuleText(const KeywordOperand& operand);
// A whole number from 0 up.
Result<uint64_t> CountOperand(const KeywordOperand& operand);
// A non-empty array of strings that differ. `what` it has to be, for the message.
Result<std::vector<Bytes>> NamesOperand(ValueView value, const Place& place);

// By file: rules_any.cc, rules_number.cc, rules_text.cc, rules_array.cc, rules_object.cc.
Result<SchemaRulePtr> ParseNoEffect(const KeywordOperand& operand);
Result<SchemaRulePtr> ParseJsonType(const KeywordOperand& operand);
Result<SchemaRulePtr> ParseBsonType(const KeywordOperand& operand);
Result<SchemaRulePtr> ParseEnum(const KeywordOperand& operand);
Result<SchemaRulePtr> ParseAllOf(const KeywordOperand& operand);
Result<SchemaRulePtr> ParseAnyOf(const KeywordOperand& operand);
Result<SchemaRulePtr> ParseOneOf(const KeywordOperand& operand);
Result<SchemaRulePtr> ParseNotSchema(const KeywordOperand& operand);

Result<SchemaRulePtr> ParseMinimum(const KeywordOperand& operand);
Result<SchemaRulePtr> ParseMaximum(const KeywordOperand& operand);
Result<SchemaRulePtr> ParseExclusiveMinimum(const KeywordOperand& operand);
Result<SchemaRulePtr> ParseExclusiveMaximum(const KeywordOperand& operand);
Result<SchemaRulePtr> ParseMultipleOf(const KeywordOperand& operand);

Result<SchemaRulePtr> ParseMinLength(const KeywordOperand& operand);
Result<SchemaRulePtr> ParseMaxLength(const KeywordOperand& operand);
Result<SchemaRulePtr> ParsePattern(const KeywordOperand& operand);

Result<SchemaRulePtr> ParseItems(const KeywordOperand& operand);
Result<SchemaRulePtr> ParseAdditionalItems(const KeywordOperand& operand);
Result<SchemaRulePtr> ParseMinItems(const KeywordOperand& operand);
Result<SchemaRulePtr> ParseMaxItems(const KeywordOperand& operand);
Result<SchemaRulePtr> ParseUniqueItems(const KeywordOperand& operand);

Result<SchemaRulePtr> ParseProperties(const KeywordOperand& operand);
Result<SchemaRulePtr> ParsePatternProperties(const KeywordOperand& operand);
Result<SchemaRulePtr> ParseAdditionalProperties(const KeywordOperand& operand);
Result<SchemaRulePtr> ParseRequired(const KeywordOperand& operand);
Result<SchemaRulePtr> ParseMinProperties(const KeywordOperand& operand);
Result<SchemaRulePtr> ParseMaxProperties(const KeywordOperand& operand);
Result<SchemaRulePtr> ParseDependencies(const KeywordOperand& operand);

}  // namespace veddb::doc
