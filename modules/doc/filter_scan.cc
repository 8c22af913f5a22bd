// SPDX-License-Identifier: BSD-3-Clause
#include "modules/doc/filter_scan.h"

#include <algorithm>

namespace veddb {

FilterScan::FilterScan(const Snapshot& snapshot, const Query& query, uint64_t need)
    : snapshot_(snapshot), query_(query), need_(need) {
  // Where every document matches, the first part alone would do.
  const bool first_will_do = need > 0 && query.filter.MatchesAll();
  const size_t count =
      first_will_do ? 1 : snapshot.Parts(KeyspaceKind::kDocuments, query.collection);
  const auto seed = static_cast<uint64_t>(MonoNanos());
  for (size_t i = 0; i < std::max<size_t>(count, 1); ++i) {
    parts_.emplace_back(&query.filter, (seed + i) * 0x9E3779B97F4A7C15ULL);
  }
}

uint64_t FilterScan::FoundBefore(size_t part) const {
  uint64_t found = 0;
  for (size_t i = 0; i < part; ++i) found += parts_[i].found.load(std::memory_order_relaxed);
  return found;
}

bool FilterScan::MayGoOn(size_t part) {
  if (timed_out_.load(std::memory_order_relaxed)) return false;
  if (query_.deadline_ns != 0 && MonoNanos() >= query_.deadline_ns) {
    timed_out_.store(true, std::memory_order_relaxed);
    return false;
  }
  return !failed_.load(std::memory_order_relaxed) && !EarlierSuffice(part);
}

bool FilterScan::Fail(Part& part, Error error) {
  part.error = std::move(error);
  // With a need, the parts before this one may find enough without it.
  if (need_ == 0) failed_.store(true, std::memory_order_relaxed);
  return false;
}

Status FilterScan::Outcome() const {
  if (timed_out_.load(std::memory_order_relaxed)) {
    return TookTooLong(query_.options);
  }
  for (size_t i = 0; i < parts_.size() && !EarlierSuffice(i); ++i) {
    if (parts_[i].error) return *parts_[i].error;
  }
  return Ok();
}

}  // namespace veddb
