// SPDX-License-Identifier: BSD-3-Clause
// What the dialect adds to JSON Schema or does in its own way: BSON types, all number types,
// equality without the order of fields.
#include "schema_cases.h"

namespace veddb::doc {
namespace {

TEST(Schema, BsonTypesByName) {
  constexpr SchemaCase kCases[] = {
      {R"({"bsonType":"double"})", "1.5", true},
      {R"({"bsonType":"double"})", "1", false},
      {R"({"bsonType":"string"})", R"("x")", true},
      {R"({"bsonType":"string"})", R"({"$symbol":"x"})", false},
      {R"({"bsonType":"symbol"})", R"({"$symbol":"x"})", true},
      {R"({"bsonType":"object"})", "{}", true},
      {R"({"bsonType":"object"})", "[]", false},
      {R"({"bsonType":"array"})", "[]", true},
      {R"({"bsonType":"array"})", "{}", false},
      {R"({"bsonType":"binData"})", R"({"$binary":{"base64":"AA==","subType":"00"}})", true},
      {R"({"bsonType":"binData"})", R"("AA==")", false},
      {R"({"bsonType":"undefined"})", R"({"$undefined":true})", true},
      {R"({"bsonType":"undefined"})", "null", false},
      {R"({"bsonType":"objectId"})", R"({"$oid":"56e1fc72e0c917e9c4714161"})", true},
      {R"({"bsonType":"objectId"})", R"("56e1fc72e0c917e9c4714161")", false},
      {R"({"bsonType":"bool"})", "true", true},
      {R"({"bsonType":"bool"})", "1", false},
      {R"({"bsonType":"date"})", R"({"$date":"2020-01-01T00:00:00Z"})", true},
      {R"({"bsonType":"date"})", R"({"$timestamp":{"t":1,"i":1}})", false},
      {R"({"bsonType":"null"})", "null", true},
      {R"({"bsonType":"null"})", R"({"$undefined":true})", false},
      {R"({"bsonType":"regex"})", R"({"$regularExpression":{"pattern":"x","options":""}})", true},
      {R"({"bsonType":"dbPointer"})",
       R"({"$dbPointer":{"$ref":"c","$id":{"$oid":"56e1fc72e0c917e9c4714161"}}})", true},
      {R"({"bsonType":"javascript"})", R"({"$code":"x"})", true},
      {R"({"bsonType":"javascriptWithScope"})", R"({"$code":"x","$scope":{}})", true},
      {R"({"bsonType":"int"})", "1", true},
      {R"({"bsonType":"int"})", "2147483648", false},
      {R"({"bsonType":"int"})", "1.0", false},
      {R"({"bsonType":"timestamp"})", R"({"$timestamp":{"t":1,"i":1}})", true},
      {R"({"bsonType":"long"})", "2147483648", true},
      {R"({"bsonType":"long"})", "1", false},
      {R"({"bsonType":"decimal"})", R"({"$numberDecimal":"1"})", true},
      {R"({"bsonType":"decimal"})", "1.0", false},
      {R"({"bsonType":"minKey"})", R"({"$minKey":1})", true},
      {R"({"bsonType":"maxKey"})", R"({"$maxKey":1})", true},
      {R"({"bsonType":"number"})", "1", true},
      {R"({"bsonType":"number"})", "2147483648", true},
      {R"({"bsonType":"number"})", "1.5", true},
      {R"({"bsonType":"number"})", R"({"$numberDecimal":"1"})", true},
      {R"({"bsonType":"number"})", R"("1")", false},
      {R"({"bsonType":["int","string"]})", "1", true},
      {R"({"bsonType":["int","string"]})", R"("x")", true},
      {R"({"bsonType":["int","string"]})", "1.5", false},
      {R"({"type":"number"})", R"({"$numberDecimal":"NaN"})", true},
      {R"({"type":"boolean"})", "false", true},
      {R"({"type":["null","array"]})", "[null]", true},
      {R"({"type":"object"})", R"({"$date":"2020-01-01T00:00:00Z"})", false},
      {R"({"type":"string"})", R"({"$symbol":"x"})", false},
      {R"({"not":{"bsonType":"int"}})", "1", false},
      {R"({"not":{"bsonType":"int"}})", "1.0", true},
  };
  CheckSchemaCases(kCases);
}

TEST(Schema, BoundsCompareAllNumberTypes) {
  constexpr SchemaCase kCases[] = {
      {R"({"minimum":1})", "1.0", true},
      {R"({"minimum":1})", R"({"$numberDecimal":"0.99"})", false},
      {R"({"minimum":1,"exclusiveMinimum":true})", R"({"$numberDecimal":"1.0"})", false},
      {R"({"minimum":1,"exclusiveMinimum":false})", R"({"$numberLong":"1"})", true},
      {R"({"minimum":9007199254740992.0})", "9007199254740993", true},
      {R"({"minimum":9007199254740993})", "9007199254740992.0", false},
      {R"({"maximum":0.1})", R"({"$numberDecimal":"0.1"})", true},
      {R"({"maximum":{"$numberDecimal":"0.1"}})", "0.1", false},
      {R"({"maximum":5,"exclusiveMaximum":true})", "5", false},
      {R"({"maximum":5,"exclusiveMaximum":true})", "4.5", true},
      {R"({"maximum":5})", R"({"$numberDouble":"NaN"})", false},
      {R"({"minimum":5})", R"({"$numberDouble":"NaN"})", false},
      {R"({"minimum":5})", R"({"$numberDouble":"Infinity"})", true},
      {R"({"maximum":5})", R"({"$numberDecimal":"-Infinity"})", true},
      {R"({"minimum":{"$numberDouble":"NaN"}})", R"({"$numberDecimal":"NaN"})", true},
      {R"({"minimum":{"$numberDouble":"NaN"}})", "1", false},
      {R"({"minimum":5})", R"("1")", true},
      {R"({"minimum":5})", R"({"$date":{"$numberLong":"1"}})", true},
      {R"({"maximum":5})", R"({"$timestamp":{"t":9,"i":1}})", true},
      {R"({"maximum":5})", "true", true},
  };
  CheckSchemaCases(kCases);
}

TEST(Schema, MultiplesAreExactInDecimals) {
  constexpr SchemaCase kCases[] = {
      {R"({"multipleOf":2})", "4", true},
      {R"({"multipleOf":2})", "-4", true},
      {R"({"multipleOf":2})", "5", false},
      {R"({"multipleOf":2})", "0", true},
      {R"({"multipleOf":2})", "-0.0", true},
      {R"({"multipleOf":2})", "9223372036854775806", true},
      {R"({"multipleOf":2})", "9223372036854775807", false},
      {R"({"multipleOf":0.01})", "19.99", true},
      {R"({"multipleOf":0.01})", "19.999", false},
      {R"({"multipleOf":0.1})", "1", true},
      {R"({"multipleOf":10})", "1e300", true},
      {R"({"multipleOf":3})", "1e300", false},
      {R"({"multipleOf":7})", R"({"$numberDecimal":"7E+6100"})", true},
      {R"({"multipleOf":7})", R"({"$numberDecimal":"1E+6100"})", false},
      {R"({"multipleOf":{"$numberDecimal":"1E-6170"}})", R"({"$numberDecimal":"3E+6100"})", true},
      {R"({"multipleOf":{"$numberDecimal":"3E-6170"}})", R"({"$numberDecimal":"1E+6100"})", false},
      {R"({"multipleOf":{"$numberDecimal":"1.234567890123456789012345678901234"}})",
       R"({"$numberDecimal":"1.234567890123456789012345678901234E+6000"})", true},
      {R"({"multipleOf":2})", R"({"$numberDouble":"Infinity"})", false},
      {R"({"multipleOf":2})", R"({"$numberDouble":"NaN"})", false},
      {R"({"multipleOf":2})", R"("3")", true},
  };
  CheckSchemaCases(kCases);
}

TEST(Schema, EnumAndUniqueItemsLookAtNeitherNumberTypesNorTheOrderOfFields) {
  constexpr SchemaCase kCases[] = {
      {R"({"enum":[1]})", "1.0", true},
      {R"({"enum":[1]})", R"({"$numberDecimal":"1.00"})", true},
      {R"({"enum":[1]})", "true", false},
      {R"({"enum":["a"]})", R"({"$symbol":"a"})", true},
      {R"({"enum":["a"]})", R"("A")", false},
      {R"({"enum":[null]})", "null", true},
      {R"({"enum":[null]})", R"({"$undefined":true})", false},
      {R"({"enum":[[1,2]]})", "[1,2]", true},
      {R"({"enum":[[1,2]]})", "[2,1]", false},
      {R"({"enum":[{"a":1,"b":2}]})", R"({"b":2,"a":1.0})", true},
      {R"({"enum":[{"a":{"x":1,"y":[{"p":1,"q":2}]}}]})", R"({"a":{"y":[{"q":2,"p":1}],"x":1}})",
       true},
      {R"({"enum":[{"a":1}]})", R"({"a":1,"b":2})", false},
      {R"({"enum":[{"$date":{"$numberLong":"5"}}]})", R"({"$date":{"$numberLong":"5"}})", true},
      {R"({"uniqueItems":true})", "[1,1.0]", false},
      {R"({"uniqueItems":true})", R"([{"a":1,"b":2},{"b":2,"a":1}])", false},
      {R"({"uniqueItems":true})", R"([{"a":1},{"a":2}])", true},
      {R"({"uniqueItems":true})", "[[1,2],[2,1]]", true},
      {R"({"uniqueItems":true})", R"([0,false,null,"",[],{}])", true},
      {R"({"uniqueItems":true})", "[]", true},
      {R"({"uniqueItems":false})", "[1,1]", true},
      {R"({"uniqueItems":true})", R"("aa")", true},
  };
  CheckSchemaCases(kCases);
}

TEST(Schema, StringsAreMeasuredInCodePointsAndMatchedByPerlsPatterns) {
  constexpr SchemaCase kCases[] = {
      {R"({"maxLength":2})", R"("äö")", true},
      {R"({"minLength":3})", R"("äö")", false},
      {R"({"minLength":2.0})", R"("💩💩")", true},
      {R"({"maxLength":1})", R"({"$symbol":"xyz"})", true},
      {R"({"maxLength":1})", R"({"$code":"xyz"})", true},
      {R"({"pattern":"^[a-z]+$"})", R"("abc")", true},
      {R"({"pattern":"^[a-z]+$"})", R"("Abc")", false},
      {R"({"pattern":"b"})", R"("abc")", true},
      {R"({"pattern":"(?i)^ABC$"})", R"("abc")", true},
      {R"({"pattern":"^.$"})", R"("ä")", true},
      {R"({"pattern":"b"})", "5", true},
  };
  CheckSchemaCases(kCases);
}

TEST(Schema, FieldsAndElements) {
  constexpr SchemaCase kCases[] = {
      {R"({"properties":{"a.b":{"type":"string"}}})", R"({"a.b":1})", false},
      {R"({"properties":{"a.b":{"type":"string"}}})", R"({"a":{"b":1}})", true},
      {R"({"properties":{"":{"type":"string"}}})", R"({"":1})", false},
      {R"({"properties":{"a":{"type":"string"}}})", "{}", true},
      {R"({"properties":{"a":{"type":"string"}}})", R"([{"a":1}])", true},
      {R"({"required":["a"]})", R"({"a":null})", true},
      {R"({"required":["a"]})", "{}", false},
      {R"({"required":["a","b","c"]})", R"({"c":1,"b":2,"a":3})", true},
      {R"({"required":["a","b","c"]})", R"({"c":1,"a":3})", false},
      {R"({"required":["a.b"]})", R"({"a":{"b":1}})", false},
      {R"({"additionalProperties":false})", "{}", true},
      {R"({"additionalProperties":false})", R"({"a":1})", false},
      {R"({"additionalProperties":{"type":"string"},"patternProperties":{"^n":{"type":"number"}}})",
       R"({"n1":1,"x":"y"})", true},
      {R"({"additionalProperties":{"type":"string"},"patternProperties":{"^n":{"type":"number"}}})",
       R"({"n1":"1"})", false},
      {R"({"minProperties":1})", "{}", false},
      {R"({"maxProperties":1})", R"({"a":1,"b":2})", false},
      {R"({"maxProperties":1})", "[1,2]", true},
      {R"({"items":[]})", "[1]", true},
      {R"({"items":[],"additionalItems":false})", "[1]", false},
      {R"({"items":{},"additionalItems":false})", "[1]", true},
      {R"({"additionalItems":false})", "[1]", true},
      {R"({"items":[{"type":"string"}],"additionalItems":{"type":"number"}})", R"(["a",1,2])",
       true},
      {R"({"items":[{"type":"string"}],"additionalItems":{"type":"number"}})", R"(["a",1,"2"])",
       false},
      {R"({"items":{"items":{"type":"number"}}})", "[[1],[2,3],4]", true},
      {R"({"items":{"items":{"type":"number"}}})", R"([[1],["2"]])", false},
      {R"({"minItems":1,"maxItems":2})", "[1,2,3]", false},
      {R"({"minItems":1})", "{}", true},
      {R"({"dependencies":{"a":["b"]}})", R"({"a":1})", false},
      {R"({"dependencies":{"a":["b"]}})", R"({"b":1})", true},
      {R"({"dependencies":{"a":{"required":["b"]}}})", R"({"a":1,"b":1})", true},
      {R"({"dependencies":{"a":{"required":["b"]}}})", R"({"a":1})", false},
  };
  CheckSchemaCases(kCases);
}

TEST(Schema, Combinations) {
  constexpr SchemaCase kCases[] = {
      {R"({"allOf":[{"minimum":1},{"maximum":3}]})", "2", true},
      {R"({"allOf":[{"minimum":1},{"maximum":3}]})", "4", false},
      {R"({"anyOf":[{"maximum":1},{"minimum":3}]})", "2", false},
      {R"({"anyOf":[{"maximum":1},{"minimum":3}]})", "3", true},
      {R"({"oneOf":[{"minimum":1},{"minimum":3}]})", "2", true},
      {R"({"oneOf":[{"minimum":1},{"minimum":3}]})", "4", false},
      {R"({"oneOf":[{"minimum":1},{"minimum":3}]})", "0", false},
      {R"({"not":{"not":{"type":"string"}}})", R"("x")", true},
      {R"({"not":{}})", "1", false},
      {"{}", "null", true},
      {R"({"title":"t","description":"d"})", "null", true},
  };
  CheckSchemaCases(kCases);
}

}  // namespace
}  // namespace veddb::doc
