// SPDX-License-Identifier: BSD-3-Clause
// A set of BSON types, as $type and bsonType name them. Pure.
#pragma once
#include <bitset>

#include "doc/value/document.h"

namespace veddb::doc {

class TypeSet {
 public:
  void Add(BsonType type) { types_.set(static_cast<uint8_t>(type)); }
  // By alias ("int", "objectId"; "number" is all four numbers). False: there is no such type.
  bool AddName(Bytes name);
  // By the number of the type (MinKey is -1). False: there is no such type.
  bool AddNumber(ValueView value);

  bool Has(BsonType type) const { return types_[static_cast<uint8_t>(type)]; }

 private:
  std::bitset<256> types_;
};

}  // namespace veddb::doc
