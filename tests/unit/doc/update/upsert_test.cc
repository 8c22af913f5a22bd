// SPDX-License-Identifier: BSD-3-Clause
#include <gtest/gtest.h>

#include "doc/update/update.h"

namespace veddb::doc {
namespace {

TEST(Upsert, BeginsWithWhatTheFilterSaysIsEqual) {
  const struct {
    const char* filter;
    const char* document;
  } kCases[] = {
      {"{}", "{}"},
      {R"({"a":1})", R"({"a":1})"},
      {R"({"b":1,"a":"x"})", R"({"a":"x","b":1})"},
      {R"({"a":{"$eq":1}})", R"({"a":1})"},
      {R"({"a":{"$gt":1}})", "{}"},
      {R"({"a":{"$in":[1]}})", R"({"a":1})"},
      {R"({"a":{"$in":[1,2]}})", "{}"},
      {R"({"a":{"$all":[1]}})", R"({"a":1})"},
      {R"({"a":{"$all":[1,2]}})", "{}"},
      {R"({"a":{"$eq":[1,2]}})", R"({"a":[1,2]})"},
      {R"({"a":null})", R"({"a":null})"},
      {R"({"a.b":1,"a.c":2})", R"({"a":{"b":1,"c":2}})"},
      {R"({"a.0":1})", R"({"a":{"0":1}})"},
      {R"({"$and":[{"a":1},{"b":{"$eq":2}}]})", R"({"a":1,"b":2})"},
      {R"({"$or":[{"a":1}]})", R"({"a":1})"},
      {R"({"$or":[{"a":1},{"b":1}]})", "{}"},
      {R"({"$nor":[{"a":1}]})", "{}"},
      {R"({"a":{"$not":{"$eq":1}}})", "{}"},
      {R"({"a":{"$ne":1},"b":{"$exists":true}})", "{}"},
      {R"({"a":{"$regularExpression":{"pattern":"x","options":""}}})", "{}"},
      {R"({"a":{"b":1}})", R"({"a":{"b":1}})"},
      {R"({"_id":7,"x":{"$elemMatch":{"y":1}}})", R"({"_id":7})"},
  };
  for (const auto& one : kCases) {
    SCOPED_TRACE(one.filter);
    const auto document = DocumentOfFilter(Filter::ParseJson(one.filter).TakeValue());
    ASSERT_TRUE(document.ok()) << document.error().message;
    EXPECT_EQ(JsonText(DocView(*document)),
              JsonText(DocView(ParseDocument(one.document).TakeValue())));
  }
}

TEST(Upsert, AFilterThatSaysItTwiceIsRefused) {
  for (const char* filter :
       {R"({"a":1,"$and":[{"a":1}]})", R"({"a":{"b":1},"a.b":1})", R"({"a.b":1,"a":{"b":1}})"}) {
    SCOPED_TRACE(filter);
    const auto document = DocumentOfFilter(Filter::ParseJson(filter).TakeValue());
    ASSERT_FALSE(document.ok());
    EXPECT_EQ(document.error().code, ErrorCode::kBadQuery);
  }
}

}  // namespace
}  // namespace veddb::doc
