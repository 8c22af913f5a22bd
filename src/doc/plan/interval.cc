// SPDX-License-Identifier: BSD-3-Clause
#include "doc/plan/interval.h"

#include <algorithm>

#include "doc/value/ordered_key.h"

namespace veddb::doc {
namespace {

const Cut& Least(const Cut& a, const Cut& b) { return CompareCuts(a, b) <= 0 ? a : b; }
const Cut& Greatest(const Cut& a, const Cut& b) { return CompareCuts(a, b) >= 0 ? a : b; }

std::string RankPrefix(TypeRank rank) { return std::string(1, static_cast<char>(rank)); }

Cut Begin() { return Cut::Before(RankPrefix(TypeRank::kMinKey)); }
Cut End() { return Cut::After(RankPrefix(TypeRank::kMaxKey)); }

Cut InvertedCut(const Cut& cut) {
  Cut inverted{cut.prefix, !cut.after};
  InvertKey(&inverted.prefix, 0);
  return inverted;
}

}  // namespace

int CompareCuts(const Cut& a, const Cut& b) {
  const size_t common = std::min(a.prefix.size(), b.prefix.size());
  if (const int order = a.prefix.compare(0, common, b.prefix, 0, common); order != 0) return order;
  if (a.prefix.size() == b.prefix.size()) return static_cast<int>(a.after) - b.after;
  // The shorter one embraces all that begin with it.
  if (a.prefix.size() < b.prefix.size()) return a.after ? 1 : -1;
  return b.after ? -1 : 1;
}

int CompareToCut(Bytes encoding, const Cut& cut) {
  const size_t common = std::min(encoding.size(), cut.prefix.size());
  if (const int order = encoding.compare(0, common, Bytes(cut.prefix).substr(0, common));
      order != 0) {
    return order;
  }
  if (encoding.size() < cut.prefix.size()) return -1;
  return cut.after ? -1 : 1;
}

bool Interval::IsPoint(bool inverted) const {
  return !low.after && high.after && low.prefix == high.prefix && !low.prefix.empty() &&
         OrderedKeyLength(low.prefix, inverted) == low.prefix.size();
}

IntervalSet IntervalSet::All() { return Of(Begin(), End()); }

IntervalSet IntervalSet::Of(Cut low, Cut high) {
  IntervalSet set;
  if (CompareCuts(low, high) < 0) set.intervals_.push_back({std::move(low), std::move(high)});
  return set;
}

IntervalSet IntervalSet::Point(ValueView value) {
  const std::string encoding = OrderedKey(value);
  return Of(Cut::Before(encoding), Cut::After(encoding));
}

IntervalSet IntervalSet::OfRank(TypeRank rank) {
  // Numbers and truth values have several first bytes.
  const char last = rank == TypeRank::kNumber ? '\x25' : static_cast<char>(rank);
  const bool is_bool = rank == TypeRank::kBool;
  return Of(Cut::Before(RankPrefix(rank)),
            Cut::After(std::string(1, is_bool ? static_cast<char>(last + 1) : last)));
}

IntervalSet IntervalSet::Null() { return OfRank(TypeRank::kNull); }
IntervalSet IntervalSet::Undefined() { return OfRank(TypeRank::kUndefined); }

bool IntervalSet::IsAll() const { return *this == All(); }

bool IntervalSet::IsPoints() const {
  return !empty() && std::all_of(intervals_.begin(), intervals_.end(),
                                 [](const Interval& one) { return one.IsPoint(); });
}

bool IntervalSet::Contains(Bytes encoding) const {
  const auto at = std::partition_point(
      intervals_.begin(), intervals_.end(),
      [encoding](const Interval& one) { return CompareToCut(encoding, one.high) > 0; });
  return at != intervals_.end() && CompareToCut(encoding, at->low) > 0;
}

bool IntervalSet::IsSubsetOf(const IntervalSet& other) const { return And(other) == *this; }

IntervalSet IntervalSet::And(const IntervalSet& other) const {
  IntervalSet both;
  auto a = intervals_.begin();
  auto b = other.intervals_.begin();
  while (a != intervals_.end() && b != other.intervals_.end()) {
    const Cut& low = Greatest(a->low, b->low);
    const Cut& high = Least(a->high, b->high);
    if (CompareCuts(low, high) < 0) both.intervals_.push_back({low, high});
    if (CompareCuts(a->high, b->high) < 0) {
      ++a;
    } else {
      ++b;
    }
  }
  return both;
}

IntervalSet IntervalSet::Or(const IntervalSet& other) const {
  std::vector<Interval> sorted;
  std::merge(intervals_.begin(), intervals_.end(), other.intervals_.begin(), other.intervals_.end(),
             std::back_inserter(sorted),
             [](const Interval& a, const Interval& b) { return CompareCuts(a.low, b.low) < 0; });
  IntervalSet either;
  for (Interval& next : sorted) {
    if (either.empty() || CompareCuts(either.intervals_.back().high, next.low) < 0) {
      either.intervals_.push_back(std::move(next));
    } else if (CompareCuts(either.intervals_.back().high, next.high) < 0) {
      either.intervals_.back().high = std::move(next.high);
    }
  }
  return either;
}

IntervalSet IntervalSet::Not() const {
  IntervalSet rest;
  Cut from = Begin();
  for (const Interval& one : intervals_) {
    if (CompareCuts(from, one.low) < 0) rest.intervals_.push_back({from, one.low});
    from = one.high;
  }
  const Cut end = End();
  if (CompareCuts(from, end) < 0) rest.intervals_.push_back({from, end});
  return rest;
}

IntervalSet IntervalSet::Inverted() const {
  IntervalSet inverted;
  for (auto it = intervals_.rbegin(); it != intervals_.rend(); ++it) {
    inverted.intervals_.push_back({InvertedCut(it->high), InvertedCut(it->low)});
  }
  return inverted;
}

}  // namespace veddb::doc
