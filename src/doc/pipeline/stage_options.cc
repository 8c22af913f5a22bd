// SPDX-License-Identifier: BSD-3-Clause
#include "doc/pipeline/stage_options.h"

#include <algorithm>

namespace veddb::doc {
namespace {

Error Bad(Bytes name, Bytes what) {
  return MakeError(ErrorCode::kBadQuery, "'" + std::string(name) + "' " + std::string(what));
}

}  // namespace

ValueView StageOptions::Take(Bytes name) {
  taken_.push_back(name);
  return options_.Find(name);
}

Result<ValueView> StageOptions::Need(Bytes name) {
  const ValueView value = Take(name);
  if (value.missing()) return Bad(name, "is missing");
  return value;
}

Result<ValueView> StageOptions::TakeTyped(Bytes name, BsonType type) {
  const ValueView value = Take(name);
  if (value.missing() || value.type == type) return value;
  return Bad(name, "has to be of type " + std::string(TypeName(type)) + ", not " +
                       std::string(TypeName(value.type)));
}

Result<bool> StageOptions::TakeBool(Bytes name) {
  const ValueView value = TRY(TakeTyped(name, BsonType::kBool));
  return !value.missing() && value.Bool();
}

Status StageOptions::Finish() const {
  for (const Element& element : options_) {
    if (std::find(taken_.begin(), taken_.end(), element.name) == taken_.end()) {
      return Bad(element.name, "is an option that it does not have");
    }
  }
  return Ok();
}

}  // namespace veddb::doc
