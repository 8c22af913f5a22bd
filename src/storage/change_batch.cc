// SPDX-License-Identifier: BSD-3-Clause
#include "storage/change_batch.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/check.h"
#include "base/coding.h"
#include "storage/key_sort.h"

namespace veddb {
namespace {

constexpr size_t kChunkBytesMin = size_t{16} << 10;
constexpr size_t kChunkBytesMax = size_t{1} << 20;
// Ops that a segment has room for: it doubles from one to the next.
constexpr size_t kSegmentMin = 4;
constexpr size_t kSegmentMax = 8192;

void Copy(char* to, Bytes bytes) {
  if (!bytes.empty()) std::memcpy(to, bytes.data(), bytes.size());
}

}  // namespace

char* ChangeBatch::Allocate(size_t size) {
  if (size > free_size_) {
    // Chunks double, so that a small turn costs little and a long drain few allocations. What is
    // larger gets a chunk of its own and leaves the one in use as it is.
    chunk_bytes_ = std::clamp(chunk_bytes_ * 2, kChunkBytesMin, kChunkBytesMax);
    if (size > chunk_bytes_ / 2) {
      chunks_.push_back(std::make_unique_for_overwrite<char[]>(size));
      memory_bytes_ += size;
      return chunks_.back().get();
    }
    chunks_.push_back(std::make_unique_for_overwrite<char[]>(chunk_bytes_));
    memory_bytes_ += chunk_bytes_;
    free_ = chunks_.back().get();
    free_size_ = chunk_bytes_;
  }
  char* at = free_;
  free_ += size;
  free_size_ -= size;
  return at;
}

char* ChangeBatch::Begin(Family family, ChangeOp op, size_t key_size, size_t value_size) {
  DCHECK(key_size <= UINT32_MAX && value_size <= UINT32_MAX);
  char* data = Allocate(key_size + value_size);
  Segments& segments = entries_[Index(family)];
  if (segments.empty() || segments.back().size() == segments.back().capacity()) {
    const size_t last = segments.empty() ? 0 : segments.back().capacity();
    segments.emplace_back().reserve(std::clamp(2 * last, kSegmentMin, kSegmentMax));
  }
  segments.back().push_back({.data = data,
                             .key_size = static_cast<uint32_t>(key_size),
                             .value_size = static_cast<uint32_t>(value_size),
                             .op = op});
  ++sizes_[Index(family)];
  bytes_ += key_size + value_size;
  return data;
}

char* ChangeBatch::BeginPut(Family family, size_t key_size, size_t value_size) {
  return Begin(family, ChangeOp::kPut, key_size, value_size);
}

char* ChangeBatch::BeginDelete(Family family, size_t key_size) {
  return Begin(family, ChangeOp::kDelete, key_size, 0);
}

void ChangeBatch::Put(Family family, Bytes key, Bytes value) {
  char* at = BeginPut(family, key.size(), value.size());
  Copy(at, key);
  Copy(at + key.size(), value);
}

void ChangeBatch::Delete(Family family, Bytes key) { Copy(BeginDelete(family, key.size()), key); }

void ChangeBatch::Add(Family family, Bytes key, int64_t delta) {
  char* at = Begin(family, ChangeOp::kAdd, key.size(), sizeof delta);
  Copy(at, key);
  StoreLE64(at + key.size(), static_cast<uint64_t>(delta));
}

void ChangeBatch::Append(ChangeBatch&& other) {
  if (empty() && chunks_.empty()) {
    *this = std::move(other);
    other.Clear();
    return;
  }
  for (size_t i = 0; i < kFamilyCount; ++i) {
    std::move(other.entries_[i].begin(), other.entries_[i].end(), std::back_inserter(entries_[i]));
    sizes_[i] += other.sizes_[i];
  }
  std::move(other.chunks_.begin(), other.chunks_.end(), std::back_inserter(chunks_));
  bytes_ += other.bytes_;
  memory_bytes_ += other.memory_bytes_;
  other.Clear();
}

void ChangeBatch::Clear() {
  for (Segments& segments : entries_) segments.clear();
  sizes_ = {};
  chunks_.clear();
  free_ = nullptr;
  free_size_ = 0;
  chunk_bytes_ = 0;
  bytes_ = 0;
  memory_bytes_ = 0;
}

size_t ChangeBatch::size() const {
  size_t sum = 0;
  for (const size_t size : sizes_) sum += size;
  return sum;
}

size_t ChangeBatch::MemoryBytes() const {
  size_t sum = memory_bytes_;
  for (const Segments& segments : entries_) {
    for (const auto& segment : segments) sum += segment.capacity() * sizeof(Entry);
  }
  return sum;
}

void ChangeBatch::Sort() {
  for (size_t i = 0; i < kFamilyCount; ++i) {
    if (sizes_[i] == 0) continue;
    Gather(entries_[i], sizes_[i]);
    std::vector<Entry>& entries = entries_[i].front();
    SortByKey(entries);
    FoldDuplicates(entries);
    sizes_[i] = entries.size();
  }
}

// Makes one segment of all.
void ChangeBatch::Gather(Segments& segments, size_t size) {
  if (segments.size() == 1) return;
  std::vector<Entry> all;
  all.reserve(size);
  for (std::vector<Entry>& segment : segments) {
    all.insert(all.end(), segment.begin(), segment.end());
    segment = {};
  }
  segments.clear();
  segments.push_back(std::move(all));
}

void ChangeBatch::FoldDuplicates(std::vector<Entry>& entries) {
  size_t kept = 0;
  for (size_t first = 0; first < entries.size();) {
    size_t last = first + 1;
    while (last < entries.size() && entries[last].key() == entries[first].key()) ++last;
    entries[kept++] = Fold({entries.data() + first, last - first});
    first = last;
  }
  entries.resize(kept);
}

// The one op that does what these ops of one key do in their order.
ChangeBatch::Entry ChangeBatch::Fold(std::span<const Entry> ops) {
  if (ops.back().op != ChangeOp::kAdd || ops.size() == 1) return ops.back();
  size_t base = ops.size();
  uint64_t sum = 0;
  while (base > 0 && ops[base - 1].op == ChangeOp::kAdd) {
    sum += LoadLE64(ops[--base].value().data());
  }
  Entry folded = ops.back();
  if (base > 0) {
    const Entry& under = ops[base - 1];
    folded.op = ChangeOp::kPut;
    // A value that is no counter counts as 0, as in the store.
    if (under.op == ChangeOp::kPut && under.value_size == sizeof sum) {
      sum += LoadLE64(under.value().data());
    }
  }
  char* at = Allocate(folded.key_size + sizeof sum);
  Copy(at, folded.key());
  StoreLE64(at + folded.key_size, sum);
  folded.data = at;
  return folded;
}

}  // namespace veddb
