// SPDX-License-Identifier: BSD-3-Clause
// Tagged values one behind the other. Internal to doc/accumulator.
#pragma once
#include <string>

#include "doc/value/document.h"

namespace veddb::doc::accumulator {

inline void AppendTagged(ValueView value, std::string* out) {
  out->push_back(static_cast<char>(value.type));
  out->append(value.bytes());
}

// REQUIRES: AppendTagged wrote it.
inline ValueView TakeTagged(Bytes* saved) {
  const ValueView value = TaggedView(*saved);
  saved->remove_prefix(1 + value.size());
  return value;
}

}  // namespace veddb::doc::accumulator
