// SPDX-License-Identifier: BSD-3-Clause
// FilterScan: one run of a query's filter over its collection, on a snapshot, in parallel over
// ranges of `_id` where the collection is large. Parts follow each other in order of `_id`, so what
// they found one after the other is the answer in order.
//
// A query that needs no more than so many documents stops early: a part ends as soon as the parts
// before it have enough.
//
// Owned by: the thread of the command; on_match runs on the threads of the parts.
#pragma once
#include <atomic>
#include <deque>
#include <optional>

#include "base/clock.h"
#include "base/mutation.h"
#include "command/snapshot.h"
#include "modules/doc/query.h"

namespace veddb {

class FilterScan {
 public:
  // `need`: matches that are enough, 0: all of them.
  FilterScan(const Snapshot& snapshot, const Query& query, uint64_t need);

  size_t parts() const { return parts_.size(); }
  // Matches in all parts.
  uint64_t found() const { return FoundBefore(parts_.size()); }
  // Calls on_match(part, const Match&) -> Status for every match; an error ends its part. Parts may
  // find more than is needed in all. Returns the first error in order that lies within the need;
  // TIMEOUT.
  template <typename OnMatch>
  Status Run(const OnMatch& on_match);

 private:
  // Documents between two looks at the clock.
  static constexpr uint32_t kCheckEvery = 256;

  struct alignas(64) Part {
    Part(const doc::Filter* filter, uint64_t seed) : matcher(filter, seed) {}
    doc::Matcher matcher;
    uint32_t until_check = 0;
    std::atomic<uint64_t> found{0};
    std::optional<Error> error;
  };

  bool MayGoOn(size_t part);
  uint64_t FoundBefore(size_t part) const;
  bool EarlierSuffice(size_t part) const { return need_ != 0 && FoundBefore(part) >= need_; }
  template <typename OnMatch>
  bool Visit(size_t part, Bytes key, Bytes value, const OnMatch& on_match);
  bool Fail(Part& part, Error error);
  Status Outcome() const;

  const Snapshot& snapshot_;
  const Query& query_;
  const uint64_t need_;
  std::deque<Part> parts_;
  std::atomic<bool> timed_out_{false};
  std::atomic<bool> failed_{false};  // no part need go on
};

template <typename OnMatch>
Status FilterScan::Run(const OnMatch& on_match) {
  Status scanned = snapshot_.ScanParallel(
      KeyspaceKind::kDocuments, query_.collection, parts_.size(),
      [&](size_t part, Bytes key, Bytes value) { return Visit(part, key, value, on_match); });
  if (!scanned.ok()) return scanned;
  return Outcome();
}

template <typename OnMatch>
bool FilterScan::Visit(size_t index, Bytes key, Bytes value, const OnMatch& on_match) {
  Part& part = parts_[index];
  if (part.until_check == 0) {
    if (!MayGoOn(index)) return false;
    part.until_check = kCheckEvery;
  }
  --part.until_check;
  Result<doc::StoredDocument> stored = doc::DecodeStored(value);
  if (!stored.ok()) return Fail(part, std::move(stored.error()));
  const bool last_batch = Mutated("filter-ignored-late") && part.found > kCheckEvery;
  if (!last_batch && !part.matcher.Matches(stored->doc)) {
    return !part.matcher.error() || Fail(part, *part.matcher.error());
  }
  Status taken = on_match(
      index, Match{key.substr(kCollectionPrefixBytes), *stored, part.matcher.array_index()});
  if (!taken.ok()) return Fail(part, std::move(taken.error()));
  const uint64_t found = part.found.load(std::memory_order_relaxed) + 1;
  part.found.store(found, std::memory_order_relaxed);
  return need_ == 0 || found < need_;
}

}  // namespace veddb
