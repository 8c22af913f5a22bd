// SPDX-License-Identifier: BSD-3-Clause
// Rows of tables: a schema, a value, and whether it follows.
#pragma once
#include <gtest/gtest.h>

#include "doc/schema/schema.h"

namespace veddb::doc {

struct SchemaCase {
  const char* schema;
  const char* value;
  bool follows;
};

inline void CheckSchemaCase(const SchemaCase& row) {
  const Result<Schema> schema = Schema::ParseJson(row.schema);
  ASSERT_TRUE(schema.ok()) << row.schema << ": " << schema.error().message;
  const Result<std::string> value = ParseValue(row.value);
  ASSERT_TRUE(value.ok()) << row.value << ": " << value.error().message;
  std::optional<RegexScratch> regex;
  const Result<bool> follows = schema->Follows(TaggedView(*value), regex);
  ASSERT_TRUE(follows.ok()) << row.schema << ": " << follows.error().message;
  EXPECT_EQ(*follows, row.follows) << row.schema << " on " << row.value;
}

template <size_t N>
void CheckSchemaCases(const SchemaCase (&rows)[N]) {
  for (const SchemaCase& row : rows) CheckSchemaCase(row);
}

}  // namespace veddb::doc
