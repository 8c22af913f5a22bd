// SPDX-License-Identifier: BSD-3-Clause
// The stages that make one document of one.
#include "doc/pipeline/transform.h"

#include <gtest/gtest.h>

#include "doc/value/extjson.h"

namespace veddb::doc {
namespace {

struct Case {
  const char* stage;
  const char* before;
  const char* after;  // '!': a part of the error's message
};

std::string Run(const char* stage_json, const char* before_json) {
  const auto failed = [](const auto& result) { return "!" + result.error().Wire(); };
  const std::string stage = ParseDocument(stage_json).TakeValue();
  const std::string before = ParseDocument(before_json).TakeValue();
  const auto transform = Transform::Parse(*DocView(stage).begin(), {});
  if (!transform.ok()) return failed(transform);
  expression::Evaluation run;
  std::string after;
  const Status status = transform->Apply(DocView(before), run, &after);
  return status.ok() ? JsonText(DocView(after)) : failed(status);
}

void CheckAll(std::span<const Case> cases) {
  for (const Case& one : cases) {
    SCOPED_TRACE(std::string(one.stage) + " on " + one.before);
    const std::string said = Run(one.stage, one.before);
    if (one.after[0] != '!') {
      EXPECT_EQ(said, one.after);
      continue;
    }
    EXPECT_TRUE(said.starts_with("!BADQUERY")) << said;
    EXPECT_NE(said.find(one.after + 1), std::string::npos) << said;
  }
}

constexpr const char* kDoc = R"({"_id":1,"a":1,"b":{"c":2,"d":[{"e":3},4,[{"e":5}]]}})";

TEST(Transform, SetAddsAndReplacesFieldsWhereTheyStand) {
  constexpr Case kCases[] = {
      {R"({"$set":{"x":"$a"}})", kDoc,
       R"({"_id":1,"a":1,"b":{"c":2,"d":[{"e":3},4,[{"e":5}]]},"x":1})"},
      {R"({"$set":{"a":5,"_id":"$a"}})", R"({"_id":2,"a":1,"z":0})", R"({"_id":1,"a":5,"z":0})"},
      {R"({"$addFields":{"a":"$b","b":"$a"}})", R"({"a":1,"b":2})", R"({"a":2,"b":1})"},
      {R"({"$set":{"b.c":true}})", R"({"b":{"a":1,"c":2,"z":3}})",
       R"({"b":{"a":1,"c":true,"z":3}})"},
      {R"({"$set":{"b":{"c":9,"n":{"m":"$a"}}}})", R"({"a":1,"b":{"c":2,"d":3}})",
       R"({"a":1,"b":{"c":9,"d":3,"n":{"m":1}}})"},
      {R"({"$set":{"b.d.e":"$a"}})", kDoc,
       R"({"_id":1,"a":1,"b":{"c":2,"d":[{"e":1},{"e":1},[{"e":1}]]}})"},
      {R"({"$set":{"a.b":7}})", R"({"a":1,"z":2})", R"({"a":{"b":7},"z":2})"},
      {R"({"$set":{"a":"$$REMOVE","n":"$none"}})", R"({"a":1,"b":2})", R"({"b":2})"},
      {R"({"$set":{"a.b":"$none"}})", "{}", R"({"a":{}})"},
      {R"({"$set":{"a":{}}})", R"({"a":{"b":1}})", R"({"a":{}})"},
      {R"({"$set":{"a":0,"b":false}})", "{}", R"({"a":0,"b":false})"},
      {R"({"$set":{"z":1,"a":2}})", "{}", R"({"z":1,"a":2})"},
      {R"({"$set":{}})", "{}", "!$set: it takes an object of at least one field"},
      {R"({"$set":1})", "{}", "!$set: it takes an object"},
      {R"({"$set":{"a":1,"a.b":2}})", "{}", "!the path collides with another"},
      {R"({"$set":{"a..b":2}})", "{}", "!$set: "},
      {R"({"$addFields":{"a":{"$nothing":1}}})", "{}", "!$addFields: unknown expression operator"},
      {R"({"$set":{"a":{"$divide":[1,"$b"]}}})", R"({"b":0})", "!$divide: division by 0"},
  };
  CheckAll(kCases);
}

TEST(Transform, UnsetTakesFieldsAway) {
  constexpr Case kCases[] = {
      {R"({"$unset":"a"})", R"({"_id":1,"a":1,"b":2})", R"({"_id":1,"b":2})"},
      {R"({"$unset":["a","b.c"]})", R"({"a":1,"b":{"c":2,"d":3}})", R"({"b":{"d":3}})"},
      {R"({"$unset":"_id"})", R"({"_id":1,"a":1})", R"({"a":1})"},
      {R"({"$unset":"b.d.e"})", kDoc, R"({"_id":1,"a":1,"b":{"c":2,"d":[{},4,[{}]]}})"},
      {R"({"$unset":[]})", "{}", "!$unset: it takes at least one path"},
      {R"({"$unset":[1]})", "{}", "!$unset: it takes a path or an array of them"},
      {R"({"$unset":["a","a.b"]})", "{}", "!the path collides"},
  };
  CheckAll(kCases);
}

TEST(Transform, ProjectShowsAndComputes) {
  constexpr Case kCases[] = {
      {R"({"$project":{"a":1}})", kDoc, R"({"_id":1,"a":1})"},
      {R"({"$project":{"b":0}})", kDoc, R"({"_id":1,"a":1})"},
      {R"({"$project":{"_id":0,"x":{"$add":["$a","$b.c"]}}})", kDoc, R"({"x":3})"},
      {R"({"$project":{"x":{"y":"$a"},"a":true}})", kDoc, R"({"_id":1,"a":1,"x":{"y":1}})"},
      {R"({"$project":{"s":"text"}})", kDoc, R"({"_id":1,"s":"text"})"},
      {R"({"$project":{}})", "{}", "!$project: it takes an object of at least one field"},
      {R"({"$project":{"a":1,"b":0}})", "{}", "!can't exclude anything but _id"},
      {R"({"$project":{"a":"$x","b":0}})", "{}", "!an exclusion can't compute anything"},
      {R"({"$project":{"a":{}}})", "{}", "!an empty object is no projection"},
      {R"({"$project":{"a.$":1}})", "{}", "!$project: "},
      {R"({"$project":{"a":{"$elemMatch":{"b":1}}}})", "{}", "!unknown expression operator"},
  };
  CheckAll(kCases);
}

TEST(Transform, ReplaceRootMakesAnotherDocument) {
  constexpr Case kCases[] = {
      {R"({"$replaceRoot":{"newRoot":"$b"}})", R"({"_id":1,"b":{"c":2}})", R"({"c":2})"},
      {R"({"$replaceWith":{"$mergeObjects":[{"d":0},"$b"]}})", R"({"b":{"c":2}})",
       R"({"d":0,"c":2})"},
      {R"({"$replaceWith":{"x":["$a","$none"],"y":"$none"}})", R"({"a":1})", R"({"x":[1,null]})"},
      {R"({"$replaceWith":"$a"})", R"({"a":1})",
       "!the new root must be an object, not of type int"},
      {R"({"$replaceWith":"$none"})", "{}", "!the new root must be an object"},
      {R"({"$replaceRoot":{"newroot":"$b"}})", "{}", "!$replaceRoot: it takes an object with"},
      {R"({"$replaceRoot":"$b"})", "{}", "!$replaceRoot: it takes an object"},
  };
  CheckAll(kCases);
}

}  // namespace
}  // namespace veddb::doc
