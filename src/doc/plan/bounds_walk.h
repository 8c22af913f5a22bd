// SPDX-License-Identifier: BSD-3-Clause
// BoundsWalk: finds the way through an index within bounds: whether a key lies inside, and if not,
// to where one can go at once without missing any that does. Immutable but for Check's scratch.
// Owned by: one thread.
#pragma once
#include <string>
#include <vector>

#include "doc/plan/statistics.h"

namespace veddb::doc {

class BoundsWalk {
 public:
  enum class Place : uint8_t {
    kInside,
    kOutside,  // go to target()
    kBehind,   // nothing comes any more
    kDamaged,
  };

  // REQUIRES: no set of the bounds is empty; the spec outlives the walk.
  BoundsWalk(const IndexSpec* spec, const FieldBounds& bounds, bool backward);

  // All keys inside lie in [lower, upper); empty: without end.
  const std::string& lower() const { return lower_; }
  const std::string& upper() const { return upper_; }

  Place Check(Bytes key);
  // After kOutside: forwards the next key may be this; backwards it is below this.
  const std::string& target() const { return target_; }

 private:
  Place CheckField(Bytes key, size_t field, size_t at, size_t length);
  Place LeaveField(Bytes key, size_t field);
  std::string TargetOf(Bytes key, size_t field, size_t range) const;
  struct Range {
    Interval interval;
    bool is_point;
  };
  std::string LowestOf(std::string prefix, size_t field, const Range& range) const;
  std::string HighestOf(std::string prefix, size_t field, const Range& range) const;

  const IndexSpec* spec_;
  const bool backward_;
  std::vector<std::vector<Range>> fields_;  // as they lie in the index; to the last bounded one
  // Of the key that is checked: where each field begins, and its range (or the next one).
  struct FieldPlace {
    size_t range;
    size_t begin;
  };
  std::vector<FieldPlace> places_;
  std::string lower_;
  std::string upper_;
  std::string target_;
  // Keys from the last one inside to this are inside as well (backwards: above this).
  std::string inside_until_;
  bool has_inside_ = false;
};

// The first byte string behind all that begin with the prefix; empty: there is none.
std::string BehindPrefix(std::string prefix);

}  // namespace veddb::doc
