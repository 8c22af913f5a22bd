// SPDX-License-Identifier: BSD-3-Clause
// From BSON to the tree of an expression. Internal to doc/expression.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "doc/expression/expression.h"
#include "doc/expression/node.h"
#include "doc/expression/operators.h"

namespace veddb::doc::expression {

// The named arguments of `owner`, in the order of `names`; missing: not given. BADQUERY for an
// unknown one and for a missing one that has no '?'.
Result<std::vector<ValueView>> NamedArguments(Bytes owner, Bytes names, ValueView operand);

// Owned by: one thread, for one expression.
class Parser {
 public:
  explicit Parser(const Scope& scope);

  // Any value as an expression.
  Result<NodePtr> Parse(ValueView value);

  // --- for operators with a grammar of their own ---
  Result<std::vector<ValueView>> NamedValues(const Operator& row, Bytes names, ValueView operand) {
    return NamedArguments(row.name, names, operand);
  }
  // Parses those that are given.
  Result<NodePtr> ParseGiven(ValueView value) {
    if (value.missing()) return NodePtr();
    return Parse(value);
  }
  // From here to the matching Unbind, $$name is this slot. BADQUERY unless it may be named so.
  Result<uint32_t> Bind(const Operator& row, Bytes name);
  void Unbind(size_t count) { bindings_.resize(bindings_.size() - count); }
  // The slot that the next Bind gives.
  uint32_t next_slot() const { return static_cast<uint32_t>(bindings_.size()); }
  // The call as a node, or as a constant where it is one. Arguments from `first_bound` on in
  // `parts` see the variables that it binds.
  Result<NodePtr> Finish(CallNode::Parts parts, size_t first_bound = SIZE_MAX);
  // $$CURRENT.
  NodePtr Current();

  const Dependencies& dependencies() const { return dependencies_; }
  uint32_t slots() const { return slots_; }

  static Error Bad(const Operator& row, Bytes what);

 private:
  Result<NodePtr> ParseText(ValueView text);
  Result<NodePtr> ParsePath(Bytes variable, Bytes path);
  Result<NodePtr> ParseObject(DocView object);
  Result<NodePtr> ParseArray(DocView array);
  Result<NodePtr> ParseCall(const Operator& row, ValueView operand);
  Result<NodePtr> ParseList(const Operator& row, ValueView operand);
  Result<NodePtr> ParseNamed(const Operator& row, ValueView operand);
  NodePtr PathFrom(uint32_t slot, std::optional<FieldPath> path);
  NodePtr Fold(NodePtr node);
  std::optional<uint32_t> SlotOf(Bytes name) const;

  const Scope& scope_;
  uint32_t depth_ = 0;
  std::vector<std::string> bindings_;  // the place is the slot
  uint32_t slots_ = 0;
  Dependencies dependencies_;
};

}  // namespace veddb::doc::expression
