// SPDX-License-Identifier: BSD-3-Clause
#include "doc/plan/condition.h"

#include <algorithm>

#include "doc/match/ops_array.h"

namespace veddb::doc {
namespace {

Condition Normalise(const MatchNode& node, bool negated);

Condition NormalList(const ListNode& list, bool negated) {
  // De Morgan: what is negated turns $and into $or and the other way round.
  const bool inverts = negated != (list.kind() == MatchKind::kNor);
  const bool is_and = list.kind() == MatchKind::kAnd;
  Condition out;
  out.kind = is_and != inverts ? Condition::Kind::kAnd : Condition::Kind::kOr;
  for (const NodePtr& child : list.children()) {
    Condition one = Normalise(*child, inverts);
    if (one.kind == out.kind) {
      std::move(one.children.begin(), one.children.end(), std::back_inserter(out.children));
    } else {
      out.children.push_back(std::move(one));
    }
  }
  return out;
}

Condition Normalise(const MatchNode& node, bool negated) {
  switch (node.kind()) {
    case MatchKind::kAnd:
    case MatchKind::kOr:
    case MatchKind::kNor:
      return NormalList(static_cast<const ListNode&>(node), negated);
    case MatchKind::kNot:
      return Normalise(static_cast<const NotNode&>(node).child(), !negated);
    default:
      break;
  }
  Condition leaf{.kind = Condition::Kind::kLeaf, .node = &node, .negated = negated};
  if (node.kind() == MatchKind::kElemMatchObject && !negated) {
    leaf.children.push_back(Normalise(static_cast<const ElemMatchNode&>(node).condition(), false));
  }
  return leaf;
}

// Which part of a path is meant, and inside of which $elemMatch.
struct Place {
  const FieldPath& path;
  bool multikey;
  size_t from = 0;  // the components before it lead to the element
  const MatchNode* scope = nullptr;
};

bool IsPathNode(const MatchNode& node) {
  switch (node.kind()) {
    case MatchKind::kCompare:
    case MatchKind::kIn:
    case MatchKind::kExists:
    case MatchKind::kType:
    case MatchKind::kRegex:
    case MatchKind::kMod:
    case MatchKind::kSize:
    case MatchKind::kElemMatchObject:
    case MatchKind::kElemMatchValue:
    case MatchKind::kBits:
      return true;
    default:
      return false;
  }
}

// Do the components of `path` stand in the place's path, from where it is?
bool LeadsTo(const FieldPath& path, const Place& place) {
  if (place.from + path.size() > place.path.size()) return false;
  for (size_t i = 0; i < path.size(); ++i) {
    if (path.part(i) != place.path.part(place.from + i)) return false;
  }
  return true;
}

// The artefacts of an index: null for what is missing, undefined for an empty array. A document
// may have them though no condition was ever asked about such a value.
IntervalSet Artefacts() { return IntervalSet::Null().Or(IntervalSet::Undefined()); }

KeySet NegatedKeys(const PathNode& node, bool multikey) {
  if (node.kind() == MatchKind::kExists) return {.set = IntervalSet::Null()};
  const ValueSet values = ValuesOf(node);
  const bool opens_arrays = node.kind() == MatchKind::kCompare || node.kind() == MatchKind::kIn ||
                            node.kind() == MatchKind::kType || node.kind() == MatchKind::kRegex;
  if (!opens_arrays || !values.exact) return {.set = IntervalSet::All()};
  if (!multikey) return {.set = values.set.Not(), .exact = true};
  return {.set = values.set.Not().Or(Artefacts())};
}

KeySet KeysOf(const PathNode& node, bool multikey) {
  switch (node.kind()) {
    case MatchKind::kExists:
      return {.set = IntervalSet::All()};
    case MatchKind::kSize:
      if (!multikey) return {};
      return {.set = static_cast<const SizeNode&>(node).size() == 0 ? IntervalSet::Undefined()
                                                                    : IntervalSet::All()};
    case MatchKind::kElemMatchValue:
      if (!multikey) return {};
      return {.set = ValuesOf(static_cast<const ElemMatchNode&>(node).condition()).set};
    case MatchKind::kElemMatchObject:
      // Its elements are the keys themselves.
      return {
          .set =
              multikey
                  ? IntervalSet::OfRank(TypeRank::kObject).Or(IntervalSet::OfRank(TypeRank::kArray))
                  : IntervalSet()};
    default:
      break;
  }
  ValueSet values = ValuesOf(node);
  if (!multikey) return {.set = std::move(values.set), .exact = values.exact};
  switch (WholeArraysOf(node)) {
    case WholeArrays::kNever:
      return {.set = std::move(values.set)};
    case WholeArrays::kEqual:
      return {.set = values.set.Or(WholeArrayKeys(node))};
    case WholeArrays::kAnyone:
      break;
  }
  return {.set = IntervalSet::All()};
}

PathConditions Find(const Condition& condition, const Place& place);

PathConditions FindInLeaf(const Condition& leaf, const Place& place) {
  if (leaf.node->kind() == MatchKind::kNothing) {
    return {{KeySet{.set = leaf.negated ? IntervalSet::All() : IntervalSet(), .exact = true}},
            true};
  }
  if (!IsPathNode(*leaf.node)) return {};
  const auto& node = static_cast<const PathNode&>(*leaf.node);
  if (!LeadsTo(node.path(), place)) return {};
  const size_t end = place.from + node.path().size();
  if (end < place.path.size()) {
    if (leaf.children.empty()) return {};
    PathConditions inner = Find(leaf.children[0], {place.path, place.multikey, end, leaf.node});
    for (KeySet& one : inner.sets) {
      if (one.scope == leaf.node) one.scope_parts = end;
      one.exact = false;
    }
    inner.whole = false;
    return inner;
  }
  KeySet keys = leaf.negated ? NegatedKeys(node, place.multikey) : KeysOf(node, place.multikey);
  if (keys.set.IsAll() && !keys.exact) return {};
  keys.scope = place.scope;
  const bool exact = keys.exact;
  return {{std::move(keys)}, exact};
}

PathConditions FindInAll(const Condition& list, const Place& place) {
  PathConditions out{{}, true};
  for (const Condition& child : list.children) {
    PathConditions one = Find(child, place);
    out.whole = out.whole && one.whole;
    std::move(one.sets.begin(), one.sets.end(), std::back_inserter(out.sets));
  }
  return out;
}

PathConditions FindInAny(const Condition& list, const Place& place) {
  KeySet any{.exact = true, .scope = place.scope};
  bool whole = true;
  for (const Condition& child : list.children) {
    PathConditions one = Find(child, place);
    if (one.sets.empty()) return {};
    const KeySet keys = place.multikey ? Narrowest(one.sets) : Intersection(one.sets);
    any.set = any.set.Or(keys.set);
    any.exact = any.exact && keys.exact;
    whole = whole && one.whole;
  }
  return {{std::move(any)}, whole};
}

PathConditions Find(const Condition& condition, const Place& place) {
  switch (condition.kind) {
    case Condition::Kind::kAnd:
      return FindInAll(condition, place);
    case Condition::Kind::kOr:
      return FindInAny(condition, place);
    case Condition::Kind::kLeaf:
      return FindInLeaf(condition, place);
  }
  return {};
}

void AddConjuncts(const MatchNode& node, std::vector<const MatchNode*>* out) {
  if (node.kind() != MatchKind::kAnd) {
    out->push_back(&node);
    return;
  }
  for (const NodePtr& child : static_cast<const ListNode&>(node).children()) {
    AddConjuncts(*child, out);
  }
}

// Points before ranges, few before many.
size_t Width(const KeySet& keys) {
  constexpr size_t kRange = 1000;
  const size_t count = keys.set.intervals().size();
  if (keys.set.IsAll()) return SIZE_MAX;
  return keys.set.empty() || keys.set.IsPoints() ? count : kRange * (count + 1);
}

}  // namespace

Condition NormalForm(const MatchNode& node) { return Normalise(node, false); }

std::vector<const MatchNode*> Conjuncts(const Filter& filter) {
  std::vector<const MatchNode*> out;
  AddConjuncts(filter.root(), &out);
  return out;
}

PathConditions ConditionsOn(const Condition& condition, const FieldPath& path, bool multikey) {
  if (HasPlaces(path)) return {};
  return Find(condition, {path, multikey});
}

KeySet Intersection(const std::vector<KeySet>& sets) {
  KeySet all = sets.front();
  for (size_t i = 1; i < sets.size(); ++i) {
    all.set = all.set.And(sets[i].set);
    all.exact = all.exact && sets[i].exact;
  }
  return all;
}

const KeySet& Narrowest(const std::vector<KeySet>& sets) {
  return *std::min_element(sets.begin(), sets.end(),
                           [](const KeySet& a, const KeySet& b) { return Width(a) < Width(b); });
}

bool HasPlaces(const FieldPath& path) {
  for (size_t i = 1; i < path.size(); ++i) {
    if (path.index(i) != FieldPath::kNotNumeric) return true;
  }
  return false;
}

}  // namespace veddb::doc
