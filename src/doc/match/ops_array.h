// SPDX-License-Identifier: BSD-3-Clause
// $size and $elemMatch as nodes.
#pragma once
#include "doc/match/node.h"

namespace veddb::doc {

class SizeNode final : public PathNode {
 public:
  SizeNode(FieldPath path, uint64_t size)
      : PathNode(MatchKind::kSize, std::move(path), LeafArrays::kClosed), size_(size) {}
  uint64_t size() const { return size_; }
  bool MatchValue(ValueView value, MatchState&) const override {
    return value.type == BsonType::kArray && value.Document().Count() == size_;
  }

 private:
  const uint64_t size_;
};

// Some element of the array meets the conditions: as an object of its own (arrays count as objects
// with numbers for names), or as a plain value.
class ElemMatchNode final : public PathNode {
 public:
  ElemMatchNode(MatchKind kind, FieldPath path, NodePtr condition)
      : PathNode(kind, std::move(path), LeafArrays::kClosed), condition_(std::move(condition)) {}
  const MatchNode& condition() const { return *condition_; }

  bool MatchValue(ValueView value, MatchState& state) const override {
    if (value.type != BsonType::kArray) return false;
    uint32_t index = 0;
    for (const Element& element : value.Document()) {
      if (MatchElement(element.value, state)) {
        state.array_index = index;
        return true;
      }
      ++index;
    }
    return false;
  }

 private:
  bool MatchElement(ValueView element, MatchState& state) const {
    if (kind() == MatchKind::kElemMatchValue) return condition_->MatchValue(element, state);
    return element.IsContainer() && condition_->MatchDocument(element.Document(), state);
  }

  const NodePtr condition_;
};

}  // namespace veddb::doc
