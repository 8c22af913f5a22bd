// SPDX-License-Identifier: BSD-3-Clause
#include "doc/match/node.h"

#include "doc/expression/expression.h"

namespace veddb::doc {

void SetVariables(std::span<const ValueView> variables, MatchState* state) {
  if (variables.empty()) return;
  expression::Evaluation& run = state->expressions();
  run.ReserveVariables(variables.size());
  for (size_t i = 0; i < variables.size(); ++i) run.SetVariable(i, variables[i]);
}

// --- what nodes read ---

void MatchNode::AddReads(expression::Dependencies* reads) const { reads->whole_document = true; }

void PathNode::AddReads(expression::Dependencies* reads) const {
  reads->paths.insert(path_.text());
}

void ListNode::AddReads(expression::Dependencies* reads) const {
  for (const NodePtr& child : children_) child->AddReads(reads);
}

void NotNode::AddReads(expression::Dependencies* reads) const { child_->AddReads(reads); }

void SampleRateNode::AddReads(expression::Dependencies* reads) const { reads->chance = true; }

// --- matching ---

template <typename Test>
bool ListNode::Match(MatchState& state, const Test& test) const {
  const bool all = kind() == MatchKind::kAnd;
  const uint32_t index = state.array_index;
  for (const NodePtr& child : children_) {
    if (test(*child) == all) continue;
    // The first child decides: false for $and, true for $or, which $nor turns round.
    if (kind() != MatchKind::kOr) state.array_index = index;
    return kind() == MatchKind::kOr;
  }
  return kind() != MatchKind::kOr;
}

bool ListNode::MatchDocument(DocView doc, MatchState& state) const {
  return Match(state, [&](const MatchNode& child) { return child.MatchDocument(doc, state); });
}

bool ListNode::MatchValue(ValueView value, MatchState& state) const {
  return Match(state, [&](const MatchNode& child) { return child.MatchValue(value, state); });
}

bool NotNode::MatchDocument(DocView doc, MatchState& state) const {
  const uint32_t index = state.array_index;
  const bool matched = child_->MatchDocument(doc, state);
  state.array_index = index;
  return !matched;
}

bool NotNode::MatchValue(ValueView value, MatchState& state) const {
  const uint32_t index = state.array_index;
  const bool matched = child_->MatchValue(value, state);
  state.array_index = index;
  return !matched;
}

NodePtr AndOf(std::vector<NodePtr> children) {
  if (children.size() == 1) return std::move(children[0]);
  return std::make_unique<ListNode>(MatchKind::kAnd, std::move(children));
}

}  // namespace veddb::doc
