// SPDX-License-Identifier: BSD-3-Clause
// Schemas that are refused, how a broken rule is named, and that work is bounded.
#include <gtest/gtest.h>

#include "doc/schema/keywords.h"
#include "doc/schema/schema.h"

namespace veddb::doc {
namespace {

struct Refused {
  const char* schema;
  const char* message;
};

constexpr Refused kRefused[] = {
    {R"({"$ref":"#"})", "'$ref' is a keyword that is not supported"},
    {R"({"$schema":"http://json-schema.org/draft-04/schema#"})",
     "'$schema' is a keyword that is not supported"},
    {R"({"properties":{"a":{"default":1}}})", "'properties.a.default' is a keyword"},
    {R"({"definitions":{}})", "'definitions' is a keyword"},
    {R"({"format":"date"})", "'format' is a keyword"},
    {R"({"id":"x"})", "'id' is a keyword"},
    {R"({"links":[]})", "'links' is a keyword"},
    {R"({"encrypt":{}})", "'encrypt' is a keyword"},
    {R"({"const":1})", "'const' is no keyword"},
    {R"({"propertys":{}})", "'propertys' is no keyword"},
    {R"({"items":[{},{"foo":1}]})", "'items.1.foo' is no keyword"},
    {R"({"title":1})", "'title' has to be a string"},
    {R"({"description":[]})", "'description' has to be a string"},
    {R"({"type":"integer"})", "'type' can't be 'integer'"},
    {R"({"type":["string","integer"]})", "'type' can't be 'integer'"},
    {R"({"type":"int"})", "'type' holds no name of a JSON type: 'int'"},
    {R"({"type":1})", "'type' has to be a non-empty array"},
    {R"({"type":[]})", "'type' has to be a non-empty array"},
    {R"({"type":["string","string"]})", "'type' has to be a non-empty array"},
    {R"({"bsonType":"integer"})", "'bsonType' holds no name of a type: 'integer'"},
    {R"({"bsonType":"missing"})", "'bsonType' holds no name of a type: 'missing'"},
    {R"({"bsonType":2})", "'bsonType' has to be a non-empty array"},
    {R"({"type":"string","bsonType":"string"})", "'bsonType' can't stand beside 'type'"},
    {R"({"enum":1})", "'enum' has to be"},
    {R"({"enum":[]})", "'enum' has to be"},
    {R"({"enum":[1,1.0]})", "'enum' has to be"},
    {R"({"enum":[{"a":1,"b":2},{"b":2,"a":1}]})", "'enum' has to be"},
    {R"({"allOf":{}})", "'allOf' has to be"},
    {R"({"anyOf":[]})", "'anyOf' has to be"},
    {R"({"oneOf":[1]})", "'oneOf.0' has to be an object"},
    {R"({"not":[]})", "'not' has to be an object"},
    {R"({"minimum":"1"})", "'minimum' has to be a number"},
    {R"({"maximum":{}})", "'maximum' has to be a number"},
    {R"({"exclusiveMinimum":true})", "'exclusiveMinimum' needs 'minimum' beside it"},
    {R"({"exclusiveMaximum":true})", "'exclusiveMaximum' needs 'maximum' beside it"},
    {R"({"minimum":1,"exclusiveMinimum":1})", "'exclusiveMinimum' has to be true or false"},
    {R"({"multipleOf":0})", "'multipleOf' has to be a number above 0"},
    {R"({"multipleOf":-1})", "'multipleOf' has to be a number above 0"},
    {R"({"multipleOf":{"$numberDouble":"NaN"}})", "'multipleOf' has to be a number above 0"},
    {R"({"multipleOf":{"$numberDecimal":"Infinity"}})", "'multipleOf' has to be a number above 0"},
    {R"({"minLength":-1})", "'minLength' has to be a whole number"},
    {R"({"maxLength":1.5})", "'maxLength' has to be a whole number"},
    {R"({"minItems":"1"})", "'minItems' has to be a whole number"},
    {R"({"maxItems":-1})", "'maxItems' has to be a whole number"},
    {R"({"minProperties":null})", "'minProperties' has to be a whole number"},
    {R"({"maxProperties":0.5})", "'maxProperties' has to be a whole number"},
    {R"({"pattern":1})", "'pattern' has to be a string"},
    {R"({"pattern":"("})", "'pattern' is not valid: invalid regular expression"},
    {R"({"items":1})", "'items' has to be a schema or an array of schemas"},
    {R"({"items":[1]})", "'items.0' has to be an object"},
    {R"({"additionalItems":1})", "'additionalItems' has to be true, false or a schema"},
    {R"({"additionalItems":{"foo":1}})", "'additionalItems.foo' is no keyword"},
    {R"({"uniqueItems":1})", "'uniqueItems' has to be true or false"},
    {R"({"properties":[]})", "'properties' has to be an object of schemas"},
    {R"({"properties":{"a":true}})", "'properties.a' has to be an object"},
    {R"({"patternProperties":1})", "'patternProperties' has to be an object of schemas"},
    {R"({"patternProperties":{"(":{}}})", "'patternProperties.(' is not valid"},
    {R"({"additionalProperties":"x"})", "'additionalProperties' has to be true, false or a schema"},
    {R"({"properties":{},"additionalProperties":0})", "'additionalProperties' has to be"},
    {R"({"required":"a"})", "'required' has to be a non-empty array"},
    {R"({"required":[]})", "'required' has to be a non-empty array"},
    {R"({"required":["a","a"]})", "'required' has to be a non-empty array"},
    {R"({"required":[1]})", "'required' has to be a non-empty array"},
    {R"({"dependencies":[]})", "'dependencies' has to be an object"},
    {R"({"dependencies":{"a":[]}})", "'dependencies.a' has to be a non-empty array"},
    {R"({"dependencies":{"a":1}})", "'dependencies.a' has to be an object"},
};

TEST(Schema, WhatIsWrongIsNamed) {
  for (const Refused& row : kRefused) {
    const Result<Schema> schema = Schema::ParseJson(row.schema);
    ASSERT_FALSE(schema.ok()) << row.schema;
    EXPECT_EQ(schema.error().code, ErrorCode::kBadQuery) << row.schema;
    EXPECT_NE(schema.error().message.find(row.message), std::string::npos)
        << row.schema << " -> " << schema.error().message;
  }
}

struct Broken {
  const char* schema;
  const char* document;
  const char* message;
};

constexpr Broken kBroken[] = {
    {R"({"required":["name"]})", R"({"_id":1})",
     "'name' of the document 1 breaks the rule required"},
    {R"({"properties":{"a":{"properties":{"b":{"minimum":18}}}}})", R"({"_id":"x","a":{"b":5}})",
     R"('a.b' of the document "x" breaks the rule minimum: 18)"},
    {R"({"properties":{"a":{"minimum":1,"exclusiveMinimum":true}}})", R"({"a":1})",
     "'a' of the document breaks the rule minimum: 1, exclusiveMinimum"},
    {R"({"properties":{"a":{"items":{"bsonType":"int"}}}})", R"({"_id":1,"a":[1,"2"]})",
     R"('a.1' of the document 1 breaks the rule bsonType: "int")"},
    {R"({"properties":{"a":{"items":[{}],"additionalItems":false}}})", R"({"_id":1,"a":[1,2]})",
     "'a.1' of the document 1 breaks the rule additionalItems: false"},
    {R"({"properties":{"a":{"uniqueItems":true}}})", R"({"_id":1,"a":[1,2,1.0]})",
     "'a.2' of the document 1 breaks the rule uniqueItems: true"},
    {R"({"properties":{"_id":{}},"additionalProperties":false})", R"({"_id":1,"a":[1,2]})",
     "'a' of the document 1 breaks the rule additionalProperties: false"},
    {R"({"maxProperties":1})", R"({"_id":1,"a":1})",
     "the document 1 breaks the rule maxProperties: 1"},
    {R"({"dependencies":{"a":["b"]}})", R"({"_id":1,"a":1})",
     "'b' of the document 1 breaks the rule dependencies of 'a'"},
    {R"({"dependencies":{"a":{"properties":{"b":{"enum":[1,2]}}}}})", R"({"_id":1,"a":1,"b":3})",
     "'b' of the document 1 breaks the rule enum: [1,2]"},
    {R"({"anyOf":[{"required":["a"]},{"required":["b"]}]})", R"({"_id":1})",
     "the document 1 breaks the rule anyOf"},
    {R"({"properties":{"a":{"oneOf":[{"minimum":1},{"minimum":2}]}}})", R"({"_id":1,"a":5})",
     "'a' of the document 1 breaks the rule oneOf"},
    {R"({"properties":{"a":{"not":{"bsonType":"string"}}}})", R"({"_id":1,"a":"x"})",
     "'a' of the document 1 breaks the rule not"},
    {R"({"allOf":[{"properties":{"a":{"pattern":"^x"}}}]})", R"({"_id":1,"a":"y"})",
     R"('a' of the document 1 breaks the rule pattern: "^x")"},
    {R"({"bsonType":"array"})", R"({"_id":1})",
     R"(the document 1 breaks the rule bsonType: "array")"},
    {R"({"description":"a person","properties":{"a":{"description":"years","maximum":150}}})",
     R"({"_id":1,"a":200})", "'a' of the document 1 breaks the rule maximum: 150 (years)"},
    {R"({"description":"a person","properties":{"a":{"maximum":150}}})", R"({"_id":1,"a":200})",
     "'a' of the document 1 breaks the rule maximum: 150"},
    {R"({"description":"a person","required":["a"]})", R"({"_id":1})",
     "'a' of the document 1 breaks the rule required (a person)"},
    {R"({"title":"person","required":["a"]})", R"({"_id":1})",
     "'a' of the document 1 breaks the rule required (person)"},
};

TEST(Schema, AViolationNamesDocumentPathAndRule) {
  for (const Broken& row : kBroken) {
    const Result<Schema> schema = Schema::ParseJson(row.schema);
    ASSERT_TRUE(schema.ok()) << row.schema << ": " << schema.error().message;
    const std::string document = *ParseDocument(row.document);
    const Status status = schema->Validate(DocView(document));
    ASSERT_FALSE(status.ok()) << row.schema;
    EXPECT_EQ(status.error().code, ErrorCode::kValidation) << row.schema;
    EXPECT_EQ(status.error().message, row.message) << row.schema;
  }
}

TEST(Schema, ALongValueOfAKeywordIsNotTold) {
  std::string list;
  for (int i = 0; i < 100; ++i) list += (i == 0 ? "" : ",") + std::to_string(i);
  const Result<Schema> schema =
      Schema::ParseJson(R"({"properties":{"a":{"enum":[)" + list + "]}}}");
  const std::string document = *ParseDocument(R"({"_id":1,"a":-1})");
  EXPECT_EQ(schema->Validate(DocView(document)).error().message,
            "'a' of the document 1 breaks the rule enum");
}

TEST(SchemaKeywords, EveryRowHasItsOwnName) {
  for (const SchemaKeyword& row : SchemaKeywords()) {
    const auto same =
        std::count_if(SchemaKeywords().begin(), SchemaKeywords().end(),
                      [&row](const SchemaKeyword& one) { return one.name == row.name; });
    EXPECT_EQ(same, 1) << row.name;
  }
}

std::string Repeated(const char* text, size_t times) {
  std::string out;
  for (size_t i = 0; i < times; ++i) out += text;
  return out;
}

TEST(Schema, WhatIsTooLargeIsRefused) {
  const Result<Schema> deep =
      Schema::ParseJson(Repeated(R"({"not":)", 101) + "{}" + Repeated("}", 101));
  EXPECT_EQ(deep.error().code, ErrorCode::kTooLarge);
  std::string many = R"({"items":[{})" + Repeated(",{}", 100'000) + "]}";
  EXPECT_EQ(Schema::ParseJson(many).error().code, ErrorCode::kTooLarge);
  std::string patterns = R"({"items":[{})" + Repeated(R"(,{"pattern":"a"})", 1'001) + "]}";
  EXPECT_EQ(Schema::ParseJson(patterns).error().code, ErrorCode::kTooLarge);
}

// The schema asks every element of a large array many times over.
TEST(Schema, WorkOnOneDocumentIsBounded) {
  const Result<Schema> schema = Schema::ParseJson(R"({"properties":{"a":{"items":{"allOf":[{})" +
                                                  Repeated(",{}", 1'000) + "]}}}}");
  ASSERT_TRUE(schema.ok());
  const std::string document = *ParseDocument(R"({"_id":1,"a":[1)" + Repeated(",1", 20'000) + "]}");
  const Status status = schema->Validate(DocView(document));
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ErrorCode::kValidation);
  EXPECT_NE(status.error().message.find("too much work"), std::string::npos);
  std::optional<RegexScratch> regex;
  const Result<bool> follows = schema->Follows(DocView(document).AsValue(BsonType::kObject), regex);
  ASSERT_FALSE(follows.ok());
  EXPECT_EQ(follows.error().code, ErrorCode::kBadQuery);
}

TEST(Schema, AHostilePatternEndsInAnErrorEvenWhenTurnedRound) {
  const Result<Schema> schema =
      Schema::ParseJson(R"({"properties":{"a":{"not":{"pattern":"^(a+)+$"}}}})");
  const std::string document = *ParseDocument(R"({"a":")" + std::string(5000, 'a') + "b\"}");
  const Status status = schema->Validate(DocView(document));
  ASSERT_FALSE(status.ok());
  EXPECT_NE(status.error().message.find("too much work"), std::string::npos);
}

// All values of the largest documents may be looked at by several rules.
TEST(Schema, ALargeDocumentIsNoReasonToGiveUp) {
  const Result<Schema> schema = Schema::ParseJson(
      R"({"properties":{"a":{"items":{"bsonType":"int","minimum":0,"maximum":9},"maxItems":9000000}}})");
  const std::string document =
      *ParseDocument(R"({"_id":1,"a":[1)" + Repeated(",1", 1'000'000) + "]}");
  EXPECT_TRUE(schema->Validate(DocView(document)).ok());
}

}  // namespace
}  // namespace veddb::doc
