// SPDX-License-Identifier: BSD-3-Clause
// Table: a chained hash table of entries that grows and shrinks a few buckets at a time, so that no
// operation on a table of any size takes long. Hashes come from the caller (Hash64 of the key).
//
// Owned by: one shard. Find, Insert, Remove: O(1) expected.
#pragma once
#include <cstddef>
#include <cstdint>

#include "object/context.h"
#include "object/entry.h"

namespace veddb {

class Table {
 public:
  // Where more buckets would take more than `room` bytes, chains grow longer first.
  explicit Table(const SharedCounter& room) : room_(room) {}
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;
  ~Table();  // frees the buckets; the entries are the keyspace's to free

  Entry* Find(Bytes key, uint64_t hash);
  // Steps on the way to an entry, for looking up several at once: one step of all of them, then the
  // next, so that their cache misses are waited for together.
  void PrefetchBucket(uint64_t hash) const;
  void PrefetchEntry(uint64_t hash) const;
  void PrefetchValue(uint64_t hash) const;
  // A new entry of type kNone, with room for a value of so many bytes if that is little.
  // REQUIRES: Find(key) == nullptr
  Entry* Insert(Bytes key, uint64_t hash, size_t value_bytes);
  // Unlinks it; the caller frees it.
  void Remove(Entry* entry, uint64_t hash);

  size_t size() const { return size_; }
  size_t bucket_bytes() const;
  // An entry near a random place, or nullptr when the table is empty; `random` is any number.
  Entry* Sample(uint64_t random) const;
  // Visits every entry. The visitor must not insert or remove.
  template <typename Visitor>
  void ForEach(Visitor visit) const {
    for (const Buckets& half : halves_) {
      for (size_t i = 0; i < half.count; ++i) {
        for (Entry* entry = half.heads[i]; entry != nullptr; entry = entry->next) visit(entry);
      }
    }
  }

 private:
  struct Buckets {
    Entry** heads = nullptr;
    size_t count = 0;  // a power of two, or 0
  };

  void ResizeIfDue();
  bool MayGrow() const;
  void StartResize(size_t buckets);
  void MoveSome(size_t buckets);
  bool resizing() const { return halves_[1].heads != nullptr; }

  const SharedCounter& room_;
  // halves_[0] holds everything, or while resizing what has not yet moved to halves_[1].
  Buckets halves_[2];
  size_t moved_ = 0;
  size_t size_ = 0;
};

}  // namespace veddb
