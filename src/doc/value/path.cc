// SPDX-License-Identifier: BSD-3-Clause
#include "doc/value/path.h"

namespace veddb::doc {
namespace {

// No array has a place of more digits.
constexpr size_t kIndexDigits = 9;

}  // namespace

int64_t ArrayIndexOf(Bytes component) {
  if (component.empty() || component.size() > kIndexDigits) return FieldPath::kNotNumeric;
  if (component[0] == '0' && component.size() > 1) return FieldPath::kNotNumeric;
  int64_t index = 0;
  for (const char c : component) {
    if (c < '0' || c > '9') return FieldPath::kNotNumeric;
    index = index * 10 + (c - '0');
  }
  return index;
}

FieldPath::FieldPath(Bytes text) : text_(text) {
  for (size_t begin = 0;;) {
    const size_t dot = text.find('.', begin);
    const Bytes name = text.substr(begin, dot - begin);
    parts_.push_back({std::string(name), ArrayIndexOf(name)});
    if (dot == Bytes::npos) return;
    begin = dot + 1;
  }
}

bool FieldPath::HasEmptyPart() const {
  for (const Part& part : parts_) {
    if (part.name.empty()) return true;
  }
  return false;
}

}  // namespace veddb::doc
