// SPDX-License-Identifier: BSD-3-Clause
// Sets of values as ranges of their ordered encodings (value/ordered_key.h), for the bounds of an
// index. No encoding is a prefix of another, so a place between encodings is told by a prefix: just
// before, or just behind all encodings that begin with it. Values; pure.
//   [5, "a")   is   Before(enc(5)) … Before(enc("a"))
//   any text   is   Before(30) … After(30)
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "doc/value/compare.h"
#include "doc/value/document.h"

namespace veddb::doc {

struct Cut {
  std::string prefix;
  bool after = false;

  static Cut Before(std::string prefix) { return {std::move(prefix), false}; }
  static Cut After(std::string prefix) { return {std::move(prefix), true}; }
  friend bool operator==(const Cut&, const Cut&) = default;
};
// Below 0, 0 or above 0.
int CompareCuts(const Cut& a, const Cut& b);
// Where an encoding lies: below 0 if it stands before the cut, above 0 behind it.
int CompareToCut(Bytes encoding, const Cut& cut);

struct Interval {
  Cut low;
  Cut high;

  // Exactly one encoding. `inverted`: see IntervalSet::Inverted.
  bool IsPoint(bool inverted = false) const;
  friend bool operator==(const Interval&, const Interval&) = default;
};

// Immutable but for assignment. Operations are linear in the number of intervals.
class IntervalSet {
 public:
  // Nothing.
  IntervalSet() = default;
  static IntervalSet All();
  static IntervalSet Of(Cut low, Cut high);
  static IntervalSet Point(ValueView value);
  // All values of types that rank alike.
  static IntervalSet OfRank(TypeRank rank);
  // Null, and with it what is stored for a missing field.
  static IntervalSet Null();
  static IntervalSet Undefined();

  bool empty() const { return intervals_.empty(); }
  bool IsAll() const;
  // Points and nothing else.
  bool IsPoints() const;
  bool IsPoint() const { return intervals_.size() == 1 && IsPoints(); }
  // In ascending order, with space between them.
  const std::vector<Interval>& intervals() const { return intervals_; }
  bool Contains(Bytes encoding) const;
  bool IsSubsetOf(const IntervalSet& other) const;

  IntervalSet And(const IntervalSet& other) const;
  IntervalSet Or(const IntervalSet& other) const;
  IntervalSet Not() const;
  // The same set among encodings with every bit inverted.
  IntervalSet Inverted() const;

  friend bool operator==(const IntervalSet&, const IntervalSet&) = default;

 private:
  std::vector<Interval> intervals_;
};

// "[1, 5)", as EXPLAIN shows it; MongoDB's literals stand for the ends of types.
std::string IntervalText(const Interval& interval);

}  // namespace veddb::doc
