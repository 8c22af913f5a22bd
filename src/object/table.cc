// SPDX-License-Identifier: BSD-3-Clause
#include "object/table.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/check.h"
#include "base/hash.h"
#include "base/prefetch.h"

namespace veddb {
namespace {

constexpr size_t kBucketsMin = 16;
constexpr size_t kMovesPerOperation = 4;
// Entries a bucket, on average, at which a table grows even where there is no room for it.
constexpr size_t kCrowdedFactor = 2;
// How many buckets Sample looks at before it falls back to a linear search from there.
constexpr size_t kSampleTries = 64;
// The fixed part and a short key.
constexpr size_t kEntryPrefetchBytes = 2 * kCacheLineBytes;
constexpr size_t kValuePrefetchBytes = 8 * kCacheLineBytes;

}  // namespace

Table::~Table() {
  std::free(halves_[0].heads);
  std::free(halves_[1].heads);
}

size_t Table::bucket_bytes() const {
  return (halves_[0].count + halves_[1].count) * sizeof(Entry*);
}

Entry* Table::Find(Bytes key, uint64_t hash) {
  if (resizing()) MoveSome(kMovesPerOperation);
  for (const Buckets& half : halves_) {
    if (half.count == 0) continue;
    for (Entry* entry = half.heads[hash & (half.count - 1)]; entry != nullptr;
         entry = entry->next) {
      if (entry->key_size == key.size() &&
          std::memcmp(entry->key_bytes, key.data(), key.size()) == 0) {
        return entry;
      }
    }
  }
  return nullptr;
}

void Table::PrefetchBucket(uint64_t hash) const {
  for (const Buckets& half : halves_) {
    if (half.count != 0) __builtin_prefetch(&half.heads[hash & (half.count - 1)]);
  }
}

void Table::PrefetchEntry(uint64_t hash) const {
  for (const Buckets& half : halves_) {
    if (half.count == 0) continue;
    const Entry* entry = half.heads[hash & (half.count - 1)];
    if (entry != nullptr) PrefetchBytes(entry, kEntryPrefetchBytes);
  }
}

void Table::PrefetchValue(uint64_t hash) const {
  for (const Buckets& half : halves_) {
    if (half.count == 0) continue;
    const Entry* entry = half.heads[hash & (half.count - 1)];
    if (entry == nullptr) continue;
    if (entry->next != nullptr) PrefetchBytes(entry->next, kEntryPrefetchBytes);
    if (!entry->has_bytes() || entry->in_place()) continue;
    PrefetchBytes(entry->value.blob, kValuePrefetchBytes);
  }
}

Entry* Table::Insert(Bytes key, uint64_t hash, size_t value_bytes) {
  ResizeIfDue();
  Entry* entry = NewEntry(key, value_bytes);
  Buckets& half = resizing() ? halves_[1] : halves_[0];
  Entry*& head = half.heads[hash & (half.count - 1)];
  entry->next = head;
  head = entry;
  ++size_;
  return entry;
}

void Table::Remove(Entry* entry, uint64_t hash) {
  for (Buckets& half : halves_) {
    if (half.count == 0) continue;
    for (Entry** link = &half.heads[hash & (half.count - 1)]; *link != nullptr;
         link = &(*link)->next) {
      if (*link != entry) continue;
      *link = entry->next;
      --size_;
      ResizeIfDue();
      return;
    }
  }
  CHECK(false && "the entry is in the table");
}

Entry* Table::Sample(uint64_t random) const {
  if (size_ == 0) return nullptr;
  const size_t total = halves_[0].count + halves_[1].count;
  const auto chain_at = [this](size_t i) {
    return i < halves_[0].count ? halves_[0].heads[i] : halves_[1].heads[i - halves_[0].count];
  };
  size_t at = random % total;
  for (size_t tries = 0; tries < kSampleTries && chain_at(at) == nullptr; ++tries) {
    random = random * 6364136223846793005ULL + 1442695040888963407ULL;
    at = (random >> 17) % total;
  }
  while (chain_at(at) == nullptr) at = at + 1 == total ? 0 : at + 1;
  Entry* entry = chain_at(at);
  for (uint64_t skip = (random >> 60) & 3; skip > 0 && entry->next != nullptr; --skip) {
    entry = entry->next;
  }
  return entry;
}

void Table::ResizeIfDue() {
  if (resizing()) {
    MoveSome(kMovesPerOperation);
    return;
  }
  const size_t count = halves_[0].count;
  if (count == 0) {
    halves_[0] = {static_cast<Entry**>(std::calloc(kBucketsMin, sizeof(Entry*))), kBucketsMin};
  } else if (size_ >= count && MayGrow()) {
    StartResize(count * 2);
  } else if (count > kBucketsMin && size_ < count / 8) {
    StartResize(std::max(kBucketsMin, std::bit_ceil(size_ + 1)));
  }
}

bool Table::MayGrow() const {
  const size_t count = halves_[0].count;
  const auto more_bytes = static_cast<int64_t>(count * 2 * sizeof(Entry*));
  return more_bytes <= room_.Get() || size_ >= count * kCrowdedFactor;
}

void Table::StartResize(size_t buckets) {
  halves_[1] = {static_cast<Entry**>(std::calloc(buckets, sizeof(Entry*))), buckets};
  CHECK(halves_[1].heads != nullptr);
  moved_ = 0;
}

void Table::MoveSome(size_t buckets) {
  Buckets& from = halves_[0];
  Buckets& to = halves_[1];
  for (size_t empty = 0; buckets > 0 && moved_ < from.count; ++moved_) {
    Entry* entry = from.heads[moved_];
    if (entry == nullptr && ++empty < buckets * 8) continue;
    --buckets;
    while (entry != nullptr) {
      Entry* next = entry->next;
      Entry*& head = to.heads[Hash64(entry->key()) & (to.count - 1)];
      entry->next = head;
      head = entry;
      entry = next;
    }
    from.heads[moved_] = nullptr;
  }
  if (moved_ < from.count) return;
  std::free(from.heads);
  from = to;
  to = {};
}

}  // namespace veddb
