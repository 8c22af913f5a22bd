// SPDX-License-Identifier: BSD-3-Clause
// Document ids: as command arguments, as fields, made by the server; and what may stand at the top
// of a document that is written. Pure but for IdGenerator, which says who owns it.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "doc/value/document.h"
#include "doc/value/extjson.h"

namespace veddb::doc {

inline constexpr Bytes kIdField = "_id";

// An `id` argument as a tagged value: one that begins with '{' is Extended JSON, one that is a JSON
// scalar is that, anything else is the string of its bytes. BADJSON, TOOLARGE; ERR if it is not
// UTF-8; BADQUERY for a type that no id may have.
Result<std::string> ParseIdArgument(Bytes argument, const ParseLimits& limits = {});

// BADQUERY unless the value may be an id: no array, regex or undefined, and no field name inside
// that begins with '$'.
Status ValidateId(ValueView id);

enum class DocumentUse : uint8_t {
  kInsert,       // '$' may begin a top-level field's name
  kReplacement,  // it may not: it would be taken for an update operator
};
// Checks the names at the top and `_id`, if there is one.
Status ValidateDocument(DocView doc, DocumentUse use);

// The document with `_id` as its first field: where it has none, `id_if_missing`.
std::string WithIdFirst(DocView doc, ValueView id_if_missing);

// Makes UUIDs of version 7 as strings: 48 bits of time, then 74 bits that start at random in every
// millisecond and grow within it, so that later ids are greater even if the clock stands or steps
// back. Owned by: one thread; a server has one, at the place where inserts are put in order.
class IdGenerator {
 public:
  // `random`: 16 fresh random bytes. Returns a tagged string of 36 characters.
  std::string Next(uint64_t unix_ms, const uint8_t random[16]);

 private:
  uint64_t last_ms_ = 0;
  uint64_t high_ = 0;  // 12 bits
  uint64_t low_ = 0;   // 62 bits
};

}  // namespace veddb::doc
