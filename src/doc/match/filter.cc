// SPDX-License-Identifier: BSD-3-Clause
#include "doc/match/filter.h"

#include <cstring>

#include "doc/match/operators.h"
#include "doc/match/ops_compare.h"
#include "doc/value/id.h"

namespace veddb::doc {
namespace {

std::optional<ValueView> IdEqualityOf(const MatchNode& node) {
  if (node.kind() == MatchKind::kAnd) {
    for (const NodePtr& child : static_cast<const ListNode&>(node).children()) {
      if (const auto id = IdEqualityOf(*child)) return id;
    }
    return std::nullopt;
  }
  if (node.kind() != MatchKind::kCompare) return std::nullopt;
  const auto& compare = static_cast<const CompareNode&>(node);
  if (compare.comparison() != Comparison::kEq || compare.path().text() != kIdField) {
    return std::nullopt;
  }
  return compare.operand();
}

}  // namespace

Result<Filter> Filter::Parse(DocView bson, const expression::Scope* scope) {
  auto bytes = std::make_unique<char[]>(bson.size());
  std::memcpy(bytes.get(), bson.data(), bson.size());
  NodePtr root = TRY(ParseFilterDocument(DocView(bytes.get()), {.scope = scope}));
  return Filter(std::move(bytes), std::move(root));
}

Result<Filter> Filter::ParseJson(Bytes json, const expression::Scope* scope,
                                 const ParseLimits& limits) {
  const std::string bson = TRY(ParseDocument(json, limits));
  return Parse(DocView(bson), scope);
}

bool Filter::MatchesAll() const {
  return root_->kind() == MatchKind::kAnd &&
         static_cast<const ListNode&>(*root_).children().empty();
}

expression::Dependencies ReadsOf(const Filter& filter) {
  expression::Dependencies reads;
  filter.root().AddReads(&reads);
  return reads;
}

std::optional<ValueView> IdEquality(const Filter& filter) { return IdEqualityOf(filter.root()); }

}  // namespace veddb::doc
