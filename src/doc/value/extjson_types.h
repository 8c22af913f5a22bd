// SPDX-License-Identifier: BSD-3-Clause
// The extended types of JSON: `{"$oid": …}` and its kin. The parser reads such an object as a plain
// document first; ConvertExtended turns that into the value it stands for. Internal to extjson.
#pragma once
#include <optional>
#include <string>

#include "doc/value/document.h"

namespace veddb::doc {

enum class ExtendedType : uint8_t {
  kBinary,
  kCode,
  kScope,
  kDate,
  kDbPointer,
  kMaxKey,
  kMinKey,
  kNumberDecimal,
  kNumberDouble,
  kNumberInt,
  kNumberLong,
  kOid,
  kRegularExpression,
  kSymbol,
  kTimestamp,
  kUndefined,
  kUuid,
};

// The extended type that an object with this key is, if any.
std::optional<ExtendedType> ExtendedTypeOf(Bytes key);
// Its key.
Bytes ExtendedKey(ExtendedType type);

// `wrapper`: the object as a plain document, with every extended type inside it converted already;
// `long_inside`: its last value was written as {"$numberLong": …}. Appends the value's bytes
// (without the type byte) to *out. Nothing if the object is malformed.
std::optional<BsonType> ConvertExtended(ExtendedType type, DocView wrapper, bool long_inside,
                                        std::string* out);

}  // namespace veddb::doc
