// SPDX-License-Identifier: BSD-3-Clause
// Schema: a compiled JSON Schema (draft 4 with bsonType, without references and formats; see
// keywords.h), immutable, shared by the threads that run it; owns the BSON it came from.
//
//   Schema schema = TRY(Schema::ParseJson(text));
//   TRY(schema.Validate(document));
//
// Work on one value is bounded (kSchemaWorkMax): a hostile schema ends in an error.
#pragma once
#include <memory>
#include <optional>

#include "base/result.h"
#include "doc/schema/rule.h"
#include "doc/value/extjson.h"
#include "doc/value/regex.h"

namespace veddb::doc {

class Schema {
 public:
  // BADJSON, TOOLARGE, BADQUERY; the last names the keyword and where it stands.
  static Result<Schema> ParseJson(Bytes json, const ParseLimits& limits = {});
  static Result<Schema> Parse(DocView bson);

  DocView document() const { return DocView(bson_.get()); }

  // BADQUERY: it takes too much work to tell.
  Result<bool> Follows(ValueView value, std::optional<RegexScratch>& regex) const;
  // VALIDATION names the document, the path in it, and the rule that is broken.
  Status Validate(DocView document) const;

 private:
  Schema(std::unique_ptr<char[]> bson, SchemaNodePtr root)
      : bson_(std::move(bson)), root_(std::move(root)) {}

  std::unique_ptr<char[]> bson_;  // the rules' values point here
  SchemaNodePtr root_;
};

}  // namespace veddb::doc
