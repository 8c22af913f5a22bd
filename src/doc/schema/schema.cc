// SPDX-License-Identifier: BSD-3-Clause
#include "doc/schema/schema.h"

#include <cstring>

#include "doc/schema/keywords.h"
#include "doc/value/id.h"

namespace veddb::doc {
namespace {

// Of an `_id` in a message.
constexpr size_t kIdTextMax = 100;

constexpr Bytes kTooMuchWork = "the schema takes too much work on this document";

std::string DocumentName(DocView document) {
  const ValueView id = document.Find(kIdField);
  std::string text = id.missing() ? std::string() : JsonText(id);
  if (text.empty() || text.size() > kIdTextMax) return "the document";
  return "the document " + text;
}

Error Invalid(DocView document, const Violation& violation) {
  std::string message = DocumentName(document);
  if (!violation.path.empty()) message = "'" + violation.path + "' of " + message;
  message += " breaks the rule " + violation.rule;
  if (!violation.description.empty()) message += " (" + violation.description + ")";
  return MakeError(ErrorCode::kValidation, std::move(message));
}

}  // namespace

Result<Schema> Schema::Parse(DocView bson) {
  auto bytes = std::make_unique<char[]>(bson.size());
  std::memcpy(bytes.get(), bson.data(), bson.size());
  SchemaCompiler compiler;
  SchemaNodePtr root = TRY(compiler.Node(DocView(bytes.get()).AsValue(BsonType::kObject), Place{}));
  return Schema(std::move(bytes), std::move(root));
}

Result<Schema> Schema::ParseJson(Bytes json, const ParseLimits& limits) {
  const std::string bson = TRY(ParseDocument(json, limits));
  return Parse(DocView(bson));
}

Result<bool> Schema::Follows(ValueView value, std::optional<RegexScratch>& regex) const {
  SchemaRun run(SchemaRun::Mode::kVerdict, regex);
  const bool holds = root_->Holds(value, Place{}, run);
  if (run.gave_up()) {
    return MakeError(ErrorCode::kBadQuery, "$jsonSchema: " + std::string(kTooMuchWork));
  }
  return holds;
}

Status Schema::Validate(DocView document) const {
  std::optional<RegexScratch> regex;
  SchemaRun run(SchemaRun::Mode::kExplain, regex);
  const bool holds = root_->Holds(document.AsValue(BsonType::kObject), Place{}, run);
  if (run.gave_up()) return MakeError(ErrorCode::kValidation, std::string(kTooMuchWork));
  if (holds) return Ok();
  CHECK(run.violation().has_value());
  return Invalid(document, *run.violation());
}

}  // namespace veddb::doc
