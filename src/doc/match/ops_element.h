// SPDX-License-Identifier: BSD-3-Clause
// $exists and $type as nodes.
#pragma once
#include "doc/match/node.h"
#include "doc/value/type_set.h"

namespace veddb::doc {

class ExistsNode final : public PathNode {
 public:
  explicit ExistsNode(FieldPath path)
      : PathNode(MatchKind::kExists, std::move(path), LeafArrays::kClosed) {}
  bool MatchValue(ValueView value, MatchState&) const override { return !value.missing(); }
};

class TypeNode final : public PathNode {
 public:
  TypeNode(FieldPath path, TypeSet types)
      : PathNode(MatchKind::kType, std::move(path), LeafArrays::kOpen), types_(types) {}
  const TypeSet& types() const { return types_; }

  bool MatchValue(ValueView value, MatchState&) const override { return types_.Has(value.type); }

 private:
  const TypeSet types_;
};

}  // namespace veddb::doc
