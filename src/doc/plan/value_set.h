// SPDX-License-Identifier: BSD-3-Clause
// What a condition of a filter says about one value, as a set of encodings. Pure.
#pragma once
#include "doc/match/node.h"
#include "doc/plan/interval.h"

namespace veddb::doc {

struct ValueSet {
  IntervalSet set = IntervalSet::All();
  // The condition holds for exactly these values; else for no others. A missing value counts as
  // null, as in an index.
  bool exact = false;
};

// Of MatchNode::MatchValue, for any node.
ValueSet ValuesOf(const MatchNode& node);

// How a condition on a path may be met by an array at the path's end as a whole (an index has the
// keys of its elements instead).
enum class WholeArrays : uint8_t {
  kNever,
  kEqual,   // by those that WholeArrayKeys finds
  kAnyone,  // that can't be told from the keys
};
WholeArrays WholeArraysOf(const PathNode& node);
// Keys of which every array that the node equals has one.
// REQUIRES: WholeArraysOf(node) is kEqual
IntervalSet WholeArrayKeys(const PathNode& node);

// The text with which everything begins that the pattern matches; `*whole`: and nothing else is
// asked of it.
std::string RegexPrefix(Bytes pattern, Bytes options, bool* whole);

}  // namespace veddb::doc
