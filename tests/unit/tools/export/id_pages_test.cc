// SPDX-License-Identifier: BSD-3-Clause
#include "tools/export/id_pages.h"

#include <gtest/gtest.h>

namespace veddb::tool {
namespace {

std::string After(Bytes id, Behind behind) {
  const std::string value = *doc::ParseValue(id);
  return FilterBehind("{}", doc::TaggedView(value), behind).value_or("none");
}

TEST(IdPagesTest, FirstWhatIsOfTheSameKind) {
  EXPECT_EQ(After("5", Behind::kOfItsKind), R"({"$and":[{},{"_id":{"$gt":{"$numberInt":"5"}}}]})");
  EXPECT_EQ(After("\"a\"", Behind::kOfItsKind), R"({"$and":[{},{"_id":{"$gt":"a"}}]})");
  EXPECT_EQ(After(R"({"$numberDouble":"NaN"})", Behind::kOfItsKind),
            R"({"$and":[{},{"_id":{"$gte":{"$numberDouble":"-Infinity"}}}]})");
}

TEST(IdPagesTest, ThenTheKindsThatFollow) {
  EXPECT_EQ(After(R"({"$date":"2024-01-01T00:00:00Z"})", Behind::kOtherKinds),
            R"({"$and":[{},{"_id":{"$type":["timestamp","dbPointer","javascript",)"
            R"("javascriptWithScope","maxKey"]}}]})");
  EXPECT_EQ(After("5", Behind::kOtherKinds).find("double"), std::string::npos);
  EXPECT_EQ(After(R"({"$maxKey":1})", Behind::kOtherKinds), "none");
}

}  // namespace
}  // namespace veddb::tool
