// SPDX-License-Identifier: BSD-3-Clause
// CollectionOptions: what the catalog keeps with a collection (BSON, see ../FORMAT.md), and the
// schema that is made of it.
#pragma once
#include <memory>
#include <string>

#include "doc/schema/schema.h"

namespace veddb::doc {

// A schema's BSON is written whenever its collection is renamed or moved.
inline constexpr uint32_t kCollectionSchemaBytesMax = 1 << 20;

// What becomes of documents that break the schema: refused, logged, or not looked at.
enum class Validation : uint8_t { kError, kWarn, kOff };

// "ERROR", "WARN", "OFF", in any case.
std::optional<Validation> ParseValidation(Bytes word);
Bytes ValidationName(Validation validation);

struct CollectionOptions {
  std::string schema;  // BSON; empty: none
  Validation validation = Validation::kError;
};

std::string EncodeCollectionOptions(const CollectionOptions& options);
// Empty bytes are the options of a collection that was given none. IOERR: they are damaged.
Result<CollectionOptions> DecodeCollectionOptions(Bytes bytes);

// The schema by which documents are looked at when they are written. Immutable; any thread.
struct CollectionSchema {
  Schema schema;
  Validation validation;
};
// Null where there is none, or validation is off.
Result<std::shared_ptr<const CollectionSchema>> SchemaOfOptions(Bytes options);

}  // namespace veddb::doc
