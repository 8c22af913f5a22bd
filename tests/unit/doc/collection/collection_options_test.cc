// SPDX-License-Identifier: BSD-3-Clause
// The options of a collection as they are stored, and the schema that is made of them.
#include "doc/collection/collection_options.h"

#include <gtest/gtest.h>

namespace veddb::doc {
namespace {

TEST(CollectionOptions, AreReadAsTheyWereWritten) {
  const std::string schema = *ParseDocument(R"({"required":["a"]})");
  for (const Validation validation : {Validation::kError, Validation::kWarn, Validation::kOff}) {
    for (const std::string& one : {std::string(), schema}) {
      const auto read = DecodeCollectionOptions(EncodeCollectionOptions({one, validation}));
      ASSERT_TRUE(read.ok());
      EXPECT_EQ(read->schema, one);
      EXPECT_EQ(read->validation, validation);
    }
  }
  const auto none = DecodeCollectionOptions("");
  ASSERT_TRUE(none.ok());
  EXPECT_EQ(none->schema, "");
  EXPECT_EQ(none->validation, Validation::kError);
}

TEST(CollectionOptions, HaveFixedBytes) {
  const std::string bytes = EncodeCollectionOptions({*ParseDocument("{}"), Validation::kWarn});
  EXPECT_EQ(bytes, std::string("\x27\0\0\0"
                               "\x03schema\0\x05\0\0\0\0"
                               "\x02validation\0\x05\0\0\0warn\0"
                               "\0",
                               39));
}

TEST(CollectionOptions, TheDeepestSchemaIsStoredAsWell) {
  std::string json = "{}";
  for (int i = 1; i < 100; ++i) json = R"({"not":)" + json + "}";
  const Result<Schema> schema = Schema::ParseJson(json);
  ASSERT_TRUE(schema.ok()) << schema.error().message;
  const std::string bson(schema->document().bytes());
  const auto made = SchemaOfOptions(EncodeCollectionOptions({bson, Validation::kError}));
  ASSERT_TRUE(made.ok()) << made.error().message;
  EXPECT_NE(*made, nullptr);
}

TEST(CollectionOptions, ASchemaIsMadeOnlyWhereItIsLookedAt) {
  const std::string schema = *ParseDocument(R"({"required":["a"]})");
  EXPECT_EQ(*SchemaOfOptions(""), nullptr);
  EXPECT_EQ(*SchemaOfOptions(EncodeCollectionOptions({"", Validation::kError})), nullptr);
  EXPECT_EQ(*SchemaOfOptions(EncodeCollectionOptions({schema, Validation::kOff})), nullptr);
  const auto made = SchemaOfOptions(EncodeCollectionOptions({schema, Validation::kWarn}));
  ASSERT_NE(*made, nullptr);
  EXPECT_EQ((*made)->validation, Validation::kWarn);
  EXPECT_FALSE((*made)->schema.Validate(DocView()).ok());
}

TEST(CollectionOptions, WhatIsDamagedIsTold) {
  const std::string good =
      EncodeCollectionOptions({*ParseDocument(R"({"required":["a"]})"), Validation::kWarn});
  for (size_t size = 1; size < good.size(); ++size) {
    EXPECT_EQ(DecodeCollectionOptions(good.substr(0, size)).error().code, ErrorCode::kIoErr);
  }
  for (const char* json : {"{}", R"({"validation":"no"})", R"({"validation":1})",
                           R"({"schema":1,"validation":"warn"})"}) {
    EXPECT_EQ(DecodeCollectionOptions(*ParseDocument(json)).error().code, ErrorCode::kIoErr);
  }
  const std::string no_schema = *ParseDocument(R"({"schema":{"foo":1},"validation":"warn"})");
  EXPECT_EQ(SchemaOfOptions(no_schema).error().code, ErrorCode::kIoErr);
}

TEST(Validation, HasNames) {
  EXPECT_EQ(ParseValidation("ERROR"), Validation::kError);
  EXPECT_EQ(ParseValidation("warn"), Validation::kWarn);
  EXPECT_EQ(ParseValidation("Off"), Validation::kOff);
  EXPECT_EQ(ParseValidation("none"), std::nullopt);
  EXPECT_EQ(ParseValidation(""), std::nullopt);
}

}  // namespace
}  // namespace veddb::doc
