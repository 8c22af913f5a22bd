// SPDX-License-Identifier: BSD-3-Clause
#include "tests/unit/doc/update/update_cases.h"

namespace veddb::doc {
namespace {

TEST(PipelineUpdate, StagesFollowOneAnother) {
  constexpr UpdateCase kCases[] = {
      {R"({"_id":1,"a":1})", R"([{"$set":{"b":"$a"}},{"$set":{"c":{"$add":["$b",1]}}}])",
       R"({"_id":1,"a":1,"b":1,"c":2})"},
      {R"({"_id":1,"a":1})", R"([{"$set":{"a":1}}])", nullptr},
      {R"({"_id":1,"a":1})", R"([{"$set":{"b":1}},{"$unset":"b"}])", nullptr},
      {R"({"_id":1,"a":1,"b":2})", R"([{"$project":{"b":1}}])", R"({"_id":1,"b":2})"},
      {R"({"_id":1,"a":{"b":2}})", R"([{"$replaceRoot":{"newRoot":"$a"}}])", R"({"_id":1,"b":2})"},
      {R"({"_id":1,"a":1})", R"([{"$replaceWith":{"x":"$a","_id":1}}])", R"({"_id":1,"x":1})"},
      {R"({"_id":1,"a":1})", R"([{"$unset":"_id"},{"$set":{"b":"$_id"}}])", nullptr},
      {R"({"_id":1,"a":1})", R"([{"$project":{"_id":0}},{"$set":{"x":1}}])",
       R"({"_id":1,"a":1,"x":1})"},
  };
  ExpectUpdates(kCases);
}

TEST(PipelineUpdate, WhatMayNotBe) {
  constexpr RefusedUpdate kRefused[] = {
      {R"({"_id":1})", "[]", "the pipeline has no stages"},
      {R"({"_id":1})", "[1]", "a stage is an object with one operator"},
      {R"({"_id":1})", R"([{"$set":{"a":1},"$unset":"b"}])", "a stage is an object with one"},
      {R"({"_id":1})", R"([{"$match":{}}])", "'$match' is no stage of an update"},
      {R"({"_id":1})", R"([{"$inc":{"a":1}}])", "'$inc' is no stage of an update"},
      {R"({"_id":1})", R"([{"$set":{"_id":2}}])", "would change the field '_id'"},
      {R"({"_id":1})", R"([{"$replaceWith":{"_id":{"$literal":"x"}}}])", "would change the field"},
      {R"({"_id":1})", R"([{"$set":{"a":1}}])", "array filters are for updates of operators",
       nullptr, R"([{"x":1}])"},
      {R"({"_id":1})", R"([{"$set":{"a":{"$divide":[1,0]}}}])", "$divide: division by 0"},
      {R"({"_id":1})", R"([{"$set":{"a":"$$x"}}])", "'$$x': there is no such variable"},
  };
  ExpectRefused(kRefused);
}

TEST(PipelineUpdate, ResultsAreBounded) {
  const std::string before =
      ParseDocument("{\"_id\":1,\"s\":\"" + std::string(1000, 'x') + "\"}").TakeValue();
  const Update update =
      Update::ParseJson(R"([{"$set":{"t":["$s","$s","$s"]}},{"$unset":"t"}])").TakeValue();
  std::string after;
  const Status status = update.Apply({.document = DocView(before)}, kNoArrayIndex,
                                     {.size_max = 2000, .depth_max = 100}, &after);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ErrorCode::kTooLarge);
}

}  // namespace
}  // namespace veddb::doc
