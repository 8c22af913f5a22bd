// SPDX-License-Identifier: BSD-3-Clause
// RecordSorter: records are kept in memory up to its bound; then they are written out as a sorted
// run. Runs are merged when there are kMergeWidth of them, and when all has come.
#include <algorithm>
#include <cstring>

#include "base/coding.h"
#include "doc/pipeline/spill.h"

namespace veddb::doc {
namespace {

// Runs that are merged at a time.
constexpr size_t kMergeWidth = 64;
constexpr size_t kBlockBytesMax = 1 << 20;
constexpr size_t kBlockBytesMin = 16 * 1024;
// Sorted in a few milliseconds.
constexpr size_t kSliceRecords = 16 * 1024;
constexpr size_t kReaderBytesMin = 4 * 1024;

uint64_t PrefixOf(Bytes key) {
  char first[8] = {};
  std::memcpy(first, key.data(), std::min<size_t>(key.size(), sizeof first));
  return LoadBE64(first);
}

}  // namespace

// Reads runs side by side. Of equal keys the older run's comes first.
struct RecordSorter::Merger {
  struct Run {
    RecordReader reader;
    size_t age;
  };
  std::vector<std::unique_ptr<Run>> heap;  // the least in front
  bool begun = false;

  static bool Later(const std::unique_ptr<Run>& a, const std::unique_ptr<Run>& b) {
    const int order = a->reader.key().compare(b->reader.key());
    return order != 0 ? order > 0 : a->age > b->age;
  }

  Status Open(const std::vector<RecordRange>& runs, size_t buffer_bytes) {
    for (const RecordRange& range : runs) {
      auto run = std::make_unique<Run>(Run{RecordReader(range, buffer_bytes), heap.size()});
      heap.push_back(std::move(run));
    }
    std::vector<std::unique_ptr<Run>> filled;
    for (auto& run : heap) {
      if (TRY(run->reader.Next())) filled.push_back(std::move(run));
    }
    heap = std::move(filled);
    std::make_heap(heap.begin(), heap.end(), Later);
    return Ok();
  }

  // nullptr: there are no more. Good until the next call.
  Result<const RecordReader*> Next() {
    if (begun && !heap.empty()) {
      std::pop_heap(heap.begin(), heap.end(), Later);
      if (TRY(heap.back()->reader.Next())) {
        std::push_heap(heap.begin(), heap.end(), Later);
      } else {
        heap.pop_back();
      }
    }
    begun = true;
    return heap.empty() ? nullptr : &heap.front()->reader;
  }
};

RecordSorter::RecordSorter(PipelineContext& context, size_t memory_bytes_max)
    : context_(context), memory_bytes_max_(memory_bytes_max) {}

RecordSorter::~RecordSorter() = default;

char* RecordSorter::Allocate(size_t bytes) {
  if (bytes > room_bytes_) {
    const size_t usual = std::clamp(memory_bytes_max_ / 16, kBlockBytesMin, kBlockBytesMax);
    room_bytes_ = std::max(bytes, usual);
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(room_bytes_));
    room_ = blocks_.back().get();
    memory_bytes_ += room_bytes_;
  }
  char* at = room_;
  room_ += bytes;
  room_bytes_ -= bytes;
  return at;
}

Status RecordSorter::Add(Bytes key, Bytes payload) {
  // Sorting takes as much again for the records as such.
  constexpr size_t kRecordBytes = 2 * sizeof(Record);
  const size_t more = key.size() + payload.size();
  const bool needs_block = more > room_bytes_;
  const size_t after = memory_bytes_ + (records_.size() + 1) * kRecordBytes;
  if (!records_.empty() && after + (needs_block ? more : 0) > memory_bytes_max_) TRY(Spill());
  char* at = Allocate(more);
  std::memcpy(at, key.data(), key.size());
  std::memcpy(at + key.size(), payload.data(), payload.size());
  records_.push_back({PrefixOf(key), at, static_cast<uint32_t>(key.size()),
                      static_cast<uint32_t>(payload.size())});
  return Ok();
}

// In slices that are then merged, so that it can be stopped in between.
Status RecordSorter::SortRecords() {
  const auto less = [](const Record& a, const Record& b) {
    if (a.prefix != b.prefix) return a.prefix < b.prefix;
    return a.key() < b.key();
  };
  const auto at = [this](size_t place) {
    return records_.begin() + static_cast<ptrdiff_t>(std::min(place, records_.size()));
  };
  for (size_t begin = 0; begin < records_.size(); begin += kSliceRecords) {
    TRY(context_.MayGoOn());
    std::stable_sort(at(begin), at(begin + kSliceRecords), less);
  }
  for (size_t width = kSliceRecords; width < records_.size(); width *= 2) {
    for (size_t begin = 0; begin + width < records_.size(); begin += 2 * width) {
      TRY(context_.MayGoOn());
      std::inplace_merge(at(begin), at(begin + width), at(begin + 2 * width), less);
    }
  }
  return context_.MayGoOn();
}

Status RecordSorter::Spill() {
  TRY(SortRecords());
  if (file_ == nullptr) file_ = TRY(context_.NewSpillFile());
  const uint64_t begin = file_->size();
  for (size_t i = 0; i < records_.size(); ++i) {
    if (i % kCheckEvery == 0) TRY(context_.MayGoOn());
    TRY(AppendRecord(records_[i].key(), records_[i].payload(), file_.get()));
  }
  TRY(file_->Flush());
  runs_.push_back({file_.get(), begin, file_->size()});
  spilled_bytes_ += file_->size() - begin;
  std::vector<Record>().swap(records_);
  blocks_.clear();
  room_bytes_ = 0;
  memory_bytes_ = 0;
  return runs_.size() < kMergeWidth ? Ok() : MergeRuns();
}

size_t RecordSorter::ReaderBytes() const {
  return std::clamp(memory_bytes_max_ / kMergeWidth, kReaderBytesMin,
                    RecordReader::kRecordBufferBytes);
}

// All runs become one, in a file of its own; the old one goes.
Status RecordSorter::MergeRuns() {
  Merger merger;
  TRY(merger.Open(runs_, ReaderBytes()));
  std::unique_ptr<SpillFile> merged = TRY(context_.NewSpillFile());
  for (uint64_t i = 0;; ++i) {
    if (i % kCheckEvery == 0) TRY(context_.MayGoOn());
    const RecordReader* least = TRY(merger.Next());
    if (least == nullptr) break;
    TRY(AppendRecord(least->key(), least->payload(), merged.get()));
  }
  TRY(merged->Flush());
  spilled_bytes_ += merged->size();
  file_ = std::move(merged);
  runs_ = {{file_.get(), 0, file_->size()}};
  return Ok();
}

Status RecordSorter::Finish() {
  if (runs_.empty()) return SortRecords();
  if (!records_.empty()) TRY(Spill());
  merger_ = std::make_unique<Merger>();
  memory_bytes_ = runs_.size() * ReaderBytes();
  return merger_->Open(runs_, ReaderBytes());
}

Result<bool> RecordSorter::Next() {
  if (merger_ != nullptr) {
    const RecordReader* least = TRY(merger_->Next());
    if (least == nullptr) return false;
    key_ = least->key();
    payload_ = least->payload();
    return true;
  }
  if (next_ == records_.size()) return false;
  key_ = records_[next_].key();
  payload_ = records_[next_].payload();
  ++next_;
  return true;
}

}  // namespace veddb::doc
