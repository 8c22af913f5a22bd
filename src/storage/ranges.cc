// SPDX-License-Identifier: BSD-3-Clause
// Work on whole ranges of keys: drop, compact, measure, split.
#include <rocksdb/convenience.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "base/coding.h"
#include "storage/engine_impl.h"

namespace veddb {
namespace {

// Up to so many keys are deleted one by one: a range tombstone slows readers until compaction.
constexpr size_t kPointDeletesMax = 1024;
// A split is good enough within this part of the wanted size; and a bound on the bisection.
constexpr uint64_t kSplitTolerance = 32;
constexpr int kBisectionSteps = 48;
constexpr int kPartsMax = 256;

// A key half-way between two, compared by the eight bytes behind what they share.
std::string Midpoint(Bytes low, Bytes high) {
  size_t shared = 0;
  while (shared < low.size() && shared < high.size() && low[shared] == high[shared]) ++shared;
  const auto number = [shared](Bytes key) {
    char bytes[8] = {};
    const Bytes part = key.substr(shared, sizeof bytes);
    std::copy(part.begin(), part.end(), bytes);
    return LoadBE64(bytes);
  };
  const uint64_t a = number(low);
  const uint64_t b = number(high);
  std::string out(low.substr(0, shared));
  PutBE64(out, a + (b - a) / 2);
  return out;
}

std::unique_ptr<rocksdb::Iterator> Bounded(const Engine::Impl& impl, Family family,
                                           const rocksdb::Slice& lower,
                                           const rocksdb::Slice& upper) {
  rocksdb::ReadOptions read;
  read.fill_cache = false;
  if (!lower.empty()) read.iterate_lower_bound = &lower;
  if (!upper.empty()) read.iterate_upper_bound = &upper;
  return std::unique_ptr<rocksdb::Iterator>(impl.db->NewIterator(read, impl.handle(family)));
}

// The few keys that are left in the range, deleted one by one; false if there are more.
Result<bool> DeleteFew(Engine::Impl& impl, Family family, const rocksdb::Slice& begin,
                       const rocksdb::Slice& end) {
  auto it = Bounded(impl, family, begin, end);
  rocksdb::WriteBatch deletes;
  size_t count = 0;
  for (it->SeekToFirst(); it->Valid() && count <= kPointDeletesMax; it->Next(), ++count) {
    TRY(FromWrite(deletes.Delete(impl.handle(family), it->key())));
  }
  TRY(FromRead(it->status()));
  if (count > kPointDeletesMax) return false;
  if (count == 0) return true;
  TRY(FromWrite(impl.db->Write(impl.write, &deletes)));
  impl.unflushed.store(true, std::memory_order_release);
  return true;
}

}  // namespace

Status Engine::DropRange(Family family, Bytes begin, Bytes end) {
  const rocksdb::Slice from = ToSlice(begin);
  const rocksdb::Slice to = ToSlice(end);
  // Whole files first: that is most of a large range, and costs nothing.
  TRY(FromWrite(rocksdb::DeleteFilesInRange(impl_->db.get(), impl_->handle(family), &from, &to,
                                            /*include_end=*/false)));
  if (TRY(DeleteFew(*impl_, family, from, to))) return Ok();
  TRY(FromWrite(impl_->db->DeleteRange(impl_->write, impl_->handle(family), from, to)));
  impl_->unflushed.store(true, std::memory_order_release);
  TRY(impl_->FlushAll());
  return CompactRange(family, begin, end);
}

Status Engine::CompactRange(Family family, Bytes begin, Bytes end) {
  const rocksdb::Slice from = ToSlice(begin);
  const rocksdb::Slice to = ToSlice(end);
  rocksdb::CompactRangeOptions how;
  how.exclusive_manual_compaction = false;
  how.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForceOptimized;
  return FromWrite(impl_->db->CompactRange(
      how, impl_->handle(family), begin.empty() ? nullptr : &from, end.empty() ? nullptr : &to));
}

uint64_t Engine::ApproximateBytes(Family family, Bytes begin, Bytes end) const {
  rocksdb::SizeApproximationOptions how;
  how.include_memtables = true;
  how.include_files = true;
  // RocksDB has no open end; no key of ours begins with so many 0xff bytes.
  const std::string last(16, '\xff');
  const rocksdb::Range range(ToSlice(begin), end.empty() ? ToSlice(last) : ToSlice(end));
  uint64_t bytes = 0;
  const rocksdb::Status status =
      impl_->db->GetApproximateSizes(how, impl_->handle(family), &range, 1, &bytes);
  return status.ok() ? bytes : 0;
}

std::vector<std::string> Engine::SplitRange(Family family, Bytes begin, Bytes end,
                                            int parts) const {
  std::vector<std::string> cuts;
  const rocksdb::Slice lower = ToSlice(begin);
  const rocksdb::Slice upper = ToSlice(end);
  auto it = Bounded(*impl_, family, lower, upper);
  it->SeekToFirst();
  if (!it->Valid()) return cuts;
  const std::string first = it->key().ToString();
  it->SeekToLast();
  if (!it->Valid()) return cuts;
  const std::string last = it->key().ToString();
  parts = std::clamp(parts, 1, kPartsMax);
  const uint64_t total = ApproximateBytes(family, first, last);
  for (int i = 1; i < parts; ++i) {
    const uint64_t wanted = total / static_cast<uint64_t>(parts) * static_cast<uint64_t>(i);
    const uint64_t tolerance =
        std::max<uint64_t>(1, total / static_cast<uint64_t>(parts) / kSplitTolerance);
    std::string low = cuts.empty() ? first : cuts.back();
    std::string high = last;
    std::string middle;
    for (int step = 0; step < kBisectionSteps; ++step) {
      middle = Midpoint(low, high);
      if (middle <= low || middle >= high) break;
      const uint64_t below = ApproximateBytes(family, first, middle);
      if (below + tolerance >= wanted && below <= wanted + tolerance) break;
      (below < wanted ? low : high) = middle;
    }
    // At a key that exists, so that no part is empty.
    it->Seek(middle);
    if (!it->Valid()) break;
    std::string cut = it->key().ToString();
    if (cut > first && (cuts.empty() || cut > cuts.back())) cuts.push_back(std::move(cut));
  }
  return cuts;
}

}  // namespace veddb
