// SPDX-License-Identifier: BSD-3-Clause
#include "doc/plan/bounds_walk.h"

#include <algorithm>

#include "doc/value/ordered_key.h"

namespace veddb::doc {

std::string BehindPrefix(std::string prefix) {
  while (!prefix.empty() && static_cast<uint8_t>(prefix.back()) == 0xff) prefix.pop_back();
  if (!prefix.empty()) prefix.back() = static_cast<char>(static_cast<uint8_t>(prefix.back()) + 1);
  return prefix;
}

BoundsWalk::BoundsWalk(const IndexSpec* spec, const FieldBounds& bounds, bool backward)
    : spec_(spec), backward_(backward) {
  size_t bounded = bounds.size();
  while (bounded > 0 && bounds[bounded - 1].IsAll()) --bounded;
  for (size_t i = 0; i < bounded; ++i) {
    const bool descending = spec->fields[i].descending;
    const IntervalSet set = descending ? bounds[i].Inverted() : bounds[i];
    std::vector<Range>& ranges = fields_.emplace_back();
    for (const Interval& one : set.intervals()) ranges.push_back({one, one.IsPoint(descending)});
  }
  places_.resize(bounded);
  if (bounded == 0) return;
  lower_ = LowestOf("", 0, fields_[0].front());
  upper_ = HighestOf("", 0, fields_[0].back());
}

// Where the interval begins behind `prefix`, and where the fields behind it begin if it begins with
// one whole value.
std::string BoundsWalk::LowestOf(std::string prefix, size_t field, const Range& range) const {
  prefix += range.interval.low.prefix;
  if (range.interval.low.after) return BehindPrefix(std::move(prefix));
  if (!range.is_point || field + 1 == fields_.size()) return prefix;
  return LowestOf(std::move(prefix), field + 1, fields_[field + 1].front());
}

std::string BoundsWalk::HighestOf(std::string prefix, size_t field, const Range& range) const {
  prefix += range.interval.high.prefix;
  if (!range.interval.high.after) return prefix;
  if (!range.is_point || field + 1 == fields_.size()) return BehindPrefix(std::move(prefix));
  return HighestOf(std::move(prefix), field + 1, fields_[field + 1].back());
}

BoundsWalk::Place BoundsWalk::Check(Bytes key) {
  if (fields_.empty()) return Place::kInside;
  if (has_inside_) {
    const bool inside =
        backward_ ? key >= inside_until_ : inside_until_.empty() || key < inside_until_;
    if (inside) return Place::kInside;
    has_inside_ = false;
  }
  size_t at = 0;
  for (size_t i = 0; i < fields_.size(); ++i) {
    const size_t length = OrderedKeyLength(key.substr(at), spec_->fields[i].descending);
    if (length == 0) return Place::kDamaged;
    const Place place = CheckField(key, i, at, length);
    if (place != Place::kInside) return place;
    at += length;
  }
  return Place::kInside;
}

BoundsWalk::Place BoundsWalk::CheckField(Bytes key, size_t field, size_t at, size_t length) {
  const std::vector<Range>& all = fields_[field];
  const Bytes value = key.substr(at, length);
  // The first range that does not end before the value.
  const auto found = std::partition_point(all.begin(), all.end(), [value](const Range& one) {
    return CompareToCut(value, one.interval.high) > 0;
  });
  const auto next = static_cast<size_t>(found - all.begin());
  places_[field] = {next, at};
  if (next < all.size() && CompareToCut(value, all[next].interval.low) > 0) {
    if (field + 1 == fields_.size()) {
      has_inside_ = true;
      const std::string prefix(key.substr(0, at));
      inside_until_ =
          backward_ ? LowestOf(prefix, field, all[next]) : HighestOf(prefix, field, all[next]);
    }
    return Place::kInside;
  }
  if (backward_ ? next == 0 : next == all.size()) return LeaveField(key, field);
  target_ = TargetOf(key, field, backward_ ? next - 1 : next);
  return Place::kOutside;
}

std::string BoundsWalk::TargetOf(Bytes key, size_t field, size_t range) const {
  const std::string prefix(key.substr(0, places_[field].begin));
  const Range& wanted = fields_[field][range];
  return backward_ ? HighestOf(prefix, field, wanted) : LowestOf(prefix, field, wanted);
}

// Nothing comes in this field any more: to the next value of the one before it.
BoundsWalk::Place BoundsWalk::LeaveField(Bytes key, size_t field) {
  if (field == 0) return Place::kBehind;
  const FieldPlace& before = places_[field - 1];
  const std::vector<Range>& all = fields_[field - 1];
  if (!all[before.range].is_point) {
    const std::string prefix(key.substr(0, places_[field].begin));
    target_ = backward_ ? prefix : BehindPrefix(prefix);
    return Place::kOutside;
  }
  if (backward_ ? before.range == 0 : before.range + 1 == all.size()) {
    return LeaveField(key, field - 1);
  }
  target_ = TargetOf(key, field - 1, backward_ ? before.range - 1 : before.range + 1);
  return Place::kOutside;
}

}  // namespace veddb::doc
