// SPDX-License-Identifier: BSD-3-Clause
#include "doc/plan/statistics.h"

#include <algorithm>

#include "doc/plan/bounds_walk.h"
#include "doc/value/ordered_key.h"

namespace veddb::doc {
namespace {

// Of the values of a field that is not the first: a range of them.
constexpr double kRangeShare = 0.3;
// So many keys of the sample must lie within bounds for their share to be believed.
constexpr double kHitsMin = 4;

// How many keys of the sample lie within the bounds of the first `fields` fields.
size_t Hits(const IndexSpec& spec, const IndexStatistics& statistics, const FieldBounds& bounds,
            size_t fields) {
  const FieldBounds front(bounds.begin(), bounds.begin() + static_cast<std::ptrdiff_t>(fields));
  for (const IntervalSet& set : front) {
    if (set.empty()) return 0;
  }
  const auto end = statistics.keys.end();
  BoundsWalk walk(&spec, front, false);
  size_t hits = 0;
  for (auto it = std::lower_bound(statistics.keys.begin(), end, walk.lower()); it != end;) {
    const BoundsWalk::Place place = walk.Check(*it);
    if (place == BoundsWalk::Place::kOutside) {
      it = std::lower_bound(it + 1, end, walk.target());
      continue;
    }
    if (place != BoundsWalk::Place::kInside) break;
    ++hits;
    ++it;
  }
  return hits;
}

double Distinct(const IndexStatistics& statistics, size_t fields) {
  if (fields == 0) return 1;
  return std::max(statistics.distinct[fields - 1], 1.0);
}

// The share of entries within the bounds of the first `fields` fields.
double Share(const IndexSpec& spec, const IndexStatistics& statistics, const FieldBounds& bounds,
             size_t fields) {
  const auto sample = static_cast<double>(std::max<size_t>(statistics.keys.size(), 1));
  const auto hits = static_cast<double>(Hits(spec, statistics, bounds, fields));
  if (hits >= kHitsMin) return hits / sample;
  double share = 1;
  for (size_t i = 0; i < fields; ++i) {
    const IntervalSet& set = bounds[i];
    if (set.IsAll()) continue;
    if (set.empty()) return 0;
    if (set.IsPoints()) {
      const double values = Distinct(statistics, i + 1) / Distinct(statistics, i);
      share *= std::min(1.0, static_cast<double>(set.intervals().size()) / values);
    } else if (i == 0) {
      share *= std::max(static_cast<double>(Hits(spec, statistics, bounds, 1)), 0.5) / sample;
    } else {
      share *= kRangeShare;
    }
  }
  // One more would have been seen.
  return std::min(share, (hits + 1) / sample);
}

size_t BoundedFields(const FieldBounds& bounds) {
  size_t count = bounds.size();
  while (count > 0 && bounds[count - 1].IsAll()) --count;
  return count;
}

}  // namespace

bool SplitKey(const IndexSpec& spec, Bytes key, std::vector<Bytes>* fields) {
  fields->clear();
  for (const IndexField& field : spec.fields) {
    const size_t length = OrderedKeyLength(key, field.descending);
    if (length == 0) return false;
    fields->push_back(key.substr(0, length));
    key.remove_prefix(length);
  }
  return true;
}

StatisticsBuilder::StatisticsBuilder(const IndexSpec* spec, bool many_runs)
    : spec_(spec), many_runs_(many_runs), differ_(spec->fields.size(), 0) {}

void StatisticsBuilder::Add(Bytes key) {
  std::vector<Bytes> fields;
  if (!SplitKey(*spec_, key, &fields)) return;
  const size_t size = static_cast<size_t>(fields.back().data() + fields.back().size() - key.data());
  key = key.substr(0, size);
  ++added_;
  if (!last_.empty()) {
    ++pairs_;
    size_t end = 0;
    for (size_t i = 0; i < fields.size(); ++i) {
      end += fields[i].size();
      if (Bytes(last_).substr(0, end) == key.substr(0, end)) continue;
      for (size_t j = i; j < fields.size(); ++j) ++differ_[j];
      break;
    }
  }
  // Neighbours are alike: of a run one key speaks for all.
  if (last_.empty() || !many_runs_) keys_.emplace_back(key);
  last_ = std::string(key);
}

IndexStatistics StatisticsBuilder::Finish(uint64_t entries) {
  IndexStatistics out;
  out.entries = entries;
  for (const uint64_t differ : differ_) {
    const double share =
        pairs_ == 0 ? 1 : static_cast<double>(differ) / static_cast<double>(pairs_);
    const double others = entries == 0 ? 0 : static_cast<double>(entries - 1);
    out.distinct.push_back(1 + share * others);
  }
  const size_t step = std::max<size_t>(
      1, (keys_.size() + IndexStatistics::kKeysMax - 1) / IndexStatistics::kKeysMax);
  for (size_t i = step / 2; i < keys_.size(); i += step) out.keys.push_back(std::move(keys_[i]));
  keys_.clear();
  return out;
}

ScanEstimate EstimateScan(const IndexSpec& spec, const IndexStatistics& statistics,
                          const FieldBounds& bounds, std::optional<double> within) {
  ScanEstimate estimate;
  const auto entries = static_cast<double>(statistics.entries);
  const size_t bounded = BoundedFields(bounds);
  const auto share = [&](size_t fields) {
    const double sampled = Share(spec, statistics, bounds, fields);
    // What the sample has seen enough of it knows better than the sizes of files.
    const bool seen =
        !within || static_cast<double>(Hits(spec, statistics, bounds, fields)) >= kHitsMin;
    return fields == 0 || seen ? sampled : std::min(sampled, *within);
  };
  for (size_t i = 0; i < bounded; ++i) {
    if (bounds[i].empty()) return estimate;
  }
  estimate.keys = entries * share(bounded);
  estimate.seeks = 1;
  // Every value of the fields in front is a place to go to.
  double places = 1;
  size_t points = 0;
  for (; points < bounded && bounds[points].IsPoints(); ++points) {
    places *= static_cast<double>(bounds[points].intervals().size());
  }
  if (points < bounded) places *= static_cast<double>(bounds[points].intervals().size());
  estimate.seeks = std::min(places, entries + 1);
  if (bounded > points + 1) {
    const double prefixes = Distinct(statistics, bounded - 1) * share(bounded - 1);
    estimate.seeks += 2 * std::min(prefixes, entries);
  }
  estimate.examined = std::min(estimate.keys + estimate.seeks, entries);
  return estimate;
}

}  // namespace veddb::doc
