// SPDX-License-Identifier: BSD-3-Clause
// A filter in normal form, and what it says about the values of one path: the raw material of index
// bounds. Pure.
#pragma once
#include <optional>
#include <vector>

#include "doc/match/filter.h"
#include "doc/plan/value_set.h"

namespace veddb::doc {

// A filter whose negations stand at its leaves only; lists of the same kind are flattened.
struct Condition {
  enum class Kind : uint8_t { kAnd, kOr, kLeaf };

  Kind kind = Kind::kAnd;
  // Of a list; of a leaf that is an $elemMatch of objects: what an element has to meet.
  std::vector<Condition> children;
  const MatchNode* node = nullptr;  // of a leaf
  bool negated = false;             // of a leaf
};
Condition NormalForm(const MatchNode& node);

// The conditions that all must hold, in the order given: nested lists of $and are opened.
std::vector<const MatchNode*> Conjuncts(const Filter& filter);

// A set of keys of which every document that matches has at least one.
struct KeySet {
  IntervalSet set;
  // Documents with such a key match, if the path is an array in none. No document has a key inside
  // and one outside then.
  bool exact = false;
  // The $elemMatch inside of which this was asked: of one and the same, sets that belong to several
  // fields hold for one key. Null: none.
  const MatchNode* scope = nullptr;
  size_t scope_parts = 0;  // components of its whole path
};

struct PathConditions {
  // Each holds for itself. Where the path may be an array each may hold for another key, so only
  // one of them can be used.
  std::vector<KeySet> sets;
  // Together they say all that the condition says (see KeySet::exact).
  bool whole = false;
};

// What `condition` says about the keys of an index on `path`. `multikey`: the path leads to or
// through an array in some document.
PathConditions ConditionsOn(const Condition& condition, const FieldPath& path, bool multikey);

// The intersection of all; REQUIRES: not empty.
KeySet Intersection(const std::vector<KeySet>& sets);
// The one that looks narrowest, where there is nothing to count with; REQUIRES: not empty.
const KeySet& Narrowest(const std::vector<KeySet>& sets);

// A number behind the first component may be a place in an array, for which filters and indexes
// have different rules: such a path has no bounds.
bool HasPlaces(const FieldPath& path);

}  // namespace veddb::doc
