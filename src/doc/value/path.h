// SPDX-License-Identifier: BSD-3-Clause
// Dotted paths and how they run through documents. A component that is a plain number is also a
// place in an array; an array in the middle of a path is entered element by element; whether an
// array at its end is opened is up to the visitor. Immutable; any thread.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "doc/value/document.h"

namespace veddb::doc {

class FieldPath {
 public:
  static constexpr int64_t kNotNumeric = -1;

  // Splits at every dot; empty components are kept, it is for the caller to allow them.
  explicit FieldPath(Bytes text);

  const std::string& text() const { return text_; }
  size_t size() const { return parts_.size(); }
  Bytes part(size_t i) const { return parts_[i].name; }
  // The array place that component i is ("0", "17"; not "01"), or kNotNumeric.
  int64_t index(size_t i) const { return parts_[i].index; }
  bool HasEmptyPart() const;

 private:
  struct Part {
    std::string name;
    int64_t index;
  };
  std::string text_;
  std::vector<Part> parts_;
};

// The place of a component in an array, or FieldPath::kNotNumeric.
int64_t ArrayIndexOf(Bytes component);

enum class LeafArrays : uint8_t {
  kOpen,    // an array at the path's end yields its elements, then itself
  kClosed,  // it yields only itself
};

inline constexpr uint32_t kNoArrayIndex = UINT32_MAX;

namespace path_internal {

// `outer`: the place in the outermost array on the way, as positional operators need it.
struct Walk {
  const FieldPath& path;
  LeafArrays leaf;
};

template <typename Visitor>
bool VisitObject(const Walk& walk, DocView doc, size_t part, uint32_t outer, Visitor& visit);

template <typename Visitor>
bool VisitArray(const Walk& walk, ValueView array, size_t part, uint32_t outer, Visitor& visit) {
  uint32_t index = 0;
  if (part == walk.path.size()) {
    if (walk.leaf == LeafArrays::kOpen) {
      for (const Element& element : array.Document()) {
        if (visit(element.value, outer == kNoArrayIndex ? index : outer)) return true;
        ++index;
      }
    }
    return visit(array, outer);
  }
  const bool last = part + 1 == walk.path.size();
  for (const Element& element : array.Document()) {
    const ValueView value = element.value;
    const uint32_t here = outer == kNoArrayIndex ? index : outer;
    const bool placed = walk.path.index(part) == static_cast<int64_t>(index);
    ++index;
    if (value.type == BsonType::kObject) {
      // The component may be a field of the element, and its place as well.
      if (VisitObject(walk, value.Document(), part, here, visit)) return true;
      if (!placed) continue;
      if (last ? visit(value, here) : VisitObject(walk, value.Document(), part + 1, here, visit)) {
        return true;
      }
    } else if (placed) {
      if (last) {
        if (visit(value, here)) return true;
      } else if (value.type == BsonType::kArray) {
        if (VisitArray(walk, value, part + 1, here, visit)) return true;
      }
    }
  }
  return false;
}

template <typename Visitor>
bool VisitObject(const Walk& walk, DocView doc, size_t part, uint32_t outer, Visitor& visit) {
  for (;; ++part) {
    const ValueView value = doc.Find(walk.path.part(part));
    if (value.type == BsonType::kArray) return VisitArray(walk, value, part + 1, outer, visit);
    if (part + 1 == walk.path.size()) return visit(value, outer);
    if (value.type != BsonType::kObject) return visit(ValueView{}, outer);
    doc = value.Document();
  }
}

}  // namespace path_internal

// Calls visit(ValueView, uint32_t outer_array_index) for every value that the path leads to until
// it returns true; returns whether it did. An absent field is visited as a missing value; an array
// in the middle without objects in it yields nothing at all.
template <typename Visitor>
bool VisitPath(DocView doc, const FieldPath& path, LeafArrays leaf, Visitor&& visit) {
  const path_internal::Walk walk{path, leaf};
  return path_internal::VisitObject(walk, doc, 0, kNoArrayIndex, visit);
}

}  // namespace veddb::doc
