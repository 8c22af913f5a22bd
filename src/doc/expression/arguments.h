// SPDX-License-Identifier: BSD-3-Clause
// What operators ask of their arguments, in the words in which they refuse them.
#pragma once
#include <algorithm>
#include <optional>
#include <vector>

#include "doc/expression/operators.h"
#include "doc/value/compare.h"
#include "doc/value/whole.h"

namespace veddb::doc::expression {

inline bool AnyNullish(Arguments values) {
  return std::any_of(values.begin(), values.end(), [](ValueView v) { return v.IsNullish(); });
}

// A whole number of 32 bits.
inline Result<int32_t> AsInt32(const Call& call, Bytes what, ValueView value) {
  const std::optional<int64_t> whole = WholeNumber(value);
  if (!value.IsNumber() || !whole || *whole < INT32_MIN || *whole > INT32_MAX) {
    return call.BadType(what, "a whole number of 32 bits", value);
  }
  return static_cast<int32_t>(*whole);
}

inline Result<Bytes> AsString(const Call& call, Bytes what, ValueView value) {
  if (value.type != BsonType::kString) return call.BadType(what, "a string", value);
  return value.String();
}

inline Result<DocView> AsArray(const Call& call, Bytes what, ValueView value) {
  if (value.type != BsonType::kArray) return call.BadType(what, "an array", value);
  return value.Document();
}

inline std::vector<ValueView> ElementsOf(DocView array) {
  std::vector<ValueView> elements;
  for (const Element& element : array) elements.push_back(element.value);
  return elements;
}

}  // namespace veddb::doc::expression
