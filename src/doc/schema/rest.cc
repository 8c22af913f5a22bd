// SPDX-License-Identifier: BSD-3-Clause
#include "doc/schema/rest.h"

namespace veddb::doc {

Result<Rest> ParseRest(const KeywordOperand& operand, Bytes keyword) {
  const ValueView value = operand.schema.Find(keyword);
  if (value.missing()) return Rest(true);
  if (value.type == BsonType::kBool) return Rest(value.Bool());
  const Place place{operand.place.outer, keyword};
  if (value.type != BsonType::kObject) {
    return BadKeyword(place, "has to be true, false or a schema");
  }
  return Rest(TRY(operand.compiler.Node(value, place)));
}

}  // namespace veddb::doc
