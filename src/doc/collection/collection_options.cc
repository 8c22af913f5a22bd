// SPDX-License-Identifier: BSD-3-Clause
#include "doc/collection/collection_options.h"

#include <array>

#include "base/glob.h"
#include "doc/value/builder.h"
#include "doc/value/validate.h"

namespace veddb::doc {
namespace {

struct ValidationRow {
  Validation validation;
  Bytes name;
};
// The options, and a schema as deep as any document.
constexpr uint32_t kDepthMax = 101;

constexpr std::array kValidations = {ValidationRow{Validation::kError, "error"},
                                     ValidationRow{Validation::kWarn, "warn"},
                                     ValidationRow{Validation::kOff, "off"}};

Error Damaged() { return MakeError(ErrorCode::kIoErr, "the options of a collection are damaged"); }

}  // namespace

std::optional<Validation> ParseValidation(Bytes word) {
  for (const ValidationRow& row : kValidations) {
    if (EqualsIgnoreCase(word, row.name)) return row.validation;
  }
  return std::nullopt;
}

Bytes ValidationName(Validation validation) {
  for (const ValidationRow& row : kValidations) {
    if (row.validation == validation) return row.name;
  }
  return {};
}

std::string EncodeCollectionOptions(const CollectionOptions& options) {
  std::string out;
  DocBuilder builder(&out);
  if (!options.schema.empty()) {
    builder.Append("schema", DocView(options.schema).AsValue(BsonType::kObject));
  }
  builder.String("validation", ValidationName(options.validation));
  builder.Finish();
  return out;
}

Result<CollectionOptions> DecodeCollectionOptions(Bytes bytes) {
  CollectionOptions options;
  if (bytes.empty()) return options;
  if (!ValidateBson(bytes, kDepthMax).ok()) return Damaged();
  const DocView stored(bytes);
  if (const ValueView schema = stored.Find("schema"); !schema.missing()) {
    if (schema.type != BsonType::kObject) return Damaged();
    options.schema = std::string(schema.bytes());
  }
  const ValueView word = stored.Find("validation");
  const auto validation =
      word.type == BsonType::kString ? ParseValidation(word.String()) : std::nullopt;
  if (!validation) return Damaged();
  options.validation = *validation;
  return options;
}

Result<std::shared_ptr<const CollectionSchema>> SchemaOfOptions(Bytes bytes) {
  const CollectionOptions options = TRY(DecodeCollectionOptions(bytes));
  std::shared_ptr<const CollectionSchema> none;
  if (options.schema.empty() || options.validation == Validation::kOff) return none;
  Result<Schema> schema = Schema::Parse(DocView(options.schema));
  if (!schema.ok()) return Damaged();
  return std::shared_ptr<const CollectionSchema>(
      new CollectionSchema{schema.TakeValue(), options.validation});
}

}  // namespace veddb::doc
