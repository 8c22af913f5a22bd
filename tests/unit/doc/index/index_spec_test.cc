// SPDX-License-Identifier: BSD-3-Clause
#include "doc/index/index_spec.h"

#include <gtest/gtest.h>

namespace veddb::doc {
namespace {

std::string NameOf(Bytes keys) {
  Result<std::vector<IndexField>> fields = ParseIndexKeys(keys);
  return fields.ok() ? DefaultIndexName(*fields) : fields.error().Wire();
}

TEST(IndexSpecTest, NamesAreMongoDbs) {
  EXPECT_EQ(NameOf(R"({"age":1,"city":-1})"), "age_1_city_-1");
  EXPECT_EQ(NameOf(R"({"a.b":1.0})"), "a.b_1");
}

TEST(IndexSpecTest, KeysThatAreRefused) {
  EXPECT_TRUE(NameOf("{}").starts_with("BADQUERY"));
  EXPECT_TRUE(NameOf(R"({"a":2})").starts_with("BADQUERY"));
  EXPECT_TRUE(NameOf(R"({"a":"text"})").starts_with("BADQUERY"));
  EXPECT_TRUE(NameOf(R"({"a":true})").starts_with("BADQUERY"));
  EXPECT_TRUE(NameOf(R"({"a..b":1})").starts_with("BADQUERY"));
  EXPECT_TRUE(NameOf(R"({"$a":1})").starts_with("BADQUERY"));
  EXPECT_TRUE(NameOf(R"({"a":1,"a":1})").starts_with("BADJSON"));
  EXPECT_TRUE(NameOf("[1]").starts_with("BAD"));
  std::string many = "{";
  for (int i = 0; i < 33; ++i) many += (i == 0 ? "\"f" : ",\"f") + std::to_string(i) + "\":1";
  EXPECT_TRUE(NameOf(many + "}").starts_with("BADQUERY"));
}

IndexSpec Make(Bytes keys) {
  IndexSpec spec;
  spec.fields = ParseIndexKeys(keys).TakeValue();
  spec.name = DefaultIndexName(spec.fields);
  return spec;
}

TEST(IndexSpecTest, OptionsThatDoNotGoTogether) {
  IndexSpec spec = Make(R"({"a":1,"b":1})");
  EXPECT_TRUE(CheckIndexSpec(spec).ok());
  spec.ttl_seconds = 5;
  EXPECT_FALSE(CheckIndexSpec(spec).ok());
  spec = Make(R"({"_id":1})");
  spec.ttl_seconds = 5;
  EXPECT_FALSE(CheckIndexSpec(spec).ok());
  spec = Make(R"({"a":1})");
  spec.partial =
      std::make_shared<const Filter>(Filter::ParseJson(R"({"a":{"$gt":1}})").TakeValue());
  EXPECT_TRUE(CheckIndexSpec(spec).ok());
  spec.sparse = true;
  EXPECT_FALSE(CheckIndexSpec(spec).ok());
  spec.sparse = false;
  spec.partial =
      std::make_shared<const Filter>(Filter::ParseJson(R"({"a":{"$ne":1}})").TakeValue());
  EXPECT_FALSE(CheckIndexSpec(spec).ok());
  spec.partial = nullptr;
  spec.name = "";
  EXPECT_FALSE(CheckIndexSpec(spec).ok());
}

TEST(IndexSpecTest, ComesBackFromItsBson) {
  IndexSpec spec = Make(R"({"a.b":1,"c":-1})");
  spec.unique = true;
  spec.partial =
      std::make_shared<const Filter>(Filter::ParseJson(R"({"c":{"$gt":1}})").TakeValue());
  const std::string bson = EncodeIndexSpec(spec);
  const IndexSpec again = DecodeIndexSpec(DocView(bson)).TakeValue();
  EXPECT_TRUE(again.SameAs(spec));
  EXPECT_TRUE(again.unique);
  EXPECT_FALSE(again.sparse);
  EXPECT_EQ(again.fields[1].path.text(), "c");
  EXPECT_TRUE(again.fields[1].descending);
  EXPECT_FALSE(DecodeIndexSpec(DocView()).ok());
}

}  // namespace
}  // namespace veddb::doc
