// SPDX-License-Identifier: BSD-3-Clause
#include "doc/value/type_set.h"

#include "doc/value/whole.h"

namespace veddb::doc {

bool TypeSet::AddName(Bytes name) {
  if (name == "number") {
    for (const BsonType type :
         {BsonType::kDouble, BsonType::kInt32, BsonType::kInt64, BsonType::kDecimal128}) {
      Add(type);
    }
    return true;
  }
  for (size_t tag = 1; tag < types_.size(); ++tag) {
    if (!IsBsonType(static_cast<uint8_t>(tag))) continue;
    if (TypeName(static_cast<BsonType>(tag)) != name) continue;
    types_.set(tag);
    return true;
  }
  return false;
}

bool TypeSet::AddNumber(ValueView value) {
  const std::optional<int64_t> code = WholeNumber(value);
  if (!code || *code < -1 || *code == 0 || *code > 127) return false;
  // MinKey is -1 as a number and 255 as a byte.
  const auto tag = static_cast<uint8_t>(*code);
  if (!IsBsonType(tag)) return false;
  types_.set(tag);
  return true;
}

}  // namespace veddb::doc
