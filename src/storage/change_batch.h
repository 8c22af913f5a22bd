// SPDX-License-Identifier: BSD-3-Clause
// ChangeBatch: changes of a drain on their way to RocksDB, in one arena. Ops may come in any order
// of keys; for one key the later op wins, and additions are folded into what precedes them.
//
// Cost: an append per op, which never moves what is there; Sort is a radix sort on 8 cached key
// bytes at a time (about 0.1 µs an op). Owned by: one thread at a time (it is handed from the
// shards to the drain thread).
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "log/family.h"
#include "log/record.h"

namespace veddb {

class ChangeBatch {
 public:
  // One op; the key stands at data, the value (kPut: any bytes, kAdd: 8 bytes LE) right behind it.
  struct Entry {
    const char* data = nullptr;
    uint64_t prefix = 0;  // Sort's: 8 bytes of the key as a number
    uint32_t key_size = 0;
    uint32_t value_size = 0;
    ChangeOp op = ChangeOp::kPut;

    Bytes key() const { return {data, key_size}; }
    Bytes value() const { return {data + key_size, value_size}; }
  };

  ChangeBatch() = default;
  ChangeBatch(ChangeBatch&&) noexcept = default;
  ChangeBatch& operator=(ChangeBatch&&) noexcept = default;

  void Put(Family family, Bytes key, Bytes value);
  void Delete(Family family, Bytes key);
  // Adds to the 8-byte LE counter under the key. If no Put or Delete of the key precedes it in the
  // batch, Engine::Drain reads what the store holds.
  void Add(Family family, Bytes key, int64_t delta);
  // Returns where key_size bytes of key and right behind them value_size bytes of value must be
  // written before the batch is sorted or drained.
  char* BeginPut(Family family, size_t key_size, size_t value_size);
  char* BeginDelete(Family family, size_t key_size);
  // Appends the other batch's ops behind ours; takes its memory over, copies no key or value.
  void Append(ChangeBatch&& other);
  void Clear();

  // Ops so far, doubled keys counted each (after Sort: distinct keys).
  size_t size() const;
  size_t size(Family family) const { return sizes_[Index(family)]; }
  bool empty() const { return size() == 0; }
  // Bytes of keys and values so far.
  size_t bytes() const { return bytes_; }
  // Memory held.
  size_t MemoryBytes() const;

  // Sorts each family by key and leaves one op a key.
  void Sort();
  // REQUIRES: Sort was the last call.
  std::span<const Entry> Sorted(Family family) const {
    const Segments& segments = entries_[Index(family)];
    return segments.empty() ? std::span<const Entry>() : segments.front();
  }

 private:
  // Of one family's ops; each is filled to its capacity before the next begins. Sort leaves one.
  using Segments = std::vector<std::vector<Entry>>;

  static size_t Index(Family family) { return static_cast<size_t>(family); }
  char* Begin(Family family, ChangeOp op, size_t key_size, size_t value_size);
  char* Allocate(size_t size);
  static void Gather(Segments& segments, size_t size);
  void FoldDuplicates(std::vector<Entry>& entries);
  Entry Fold(std::span<const Entry> ops);

  std::array<Segments, kFamilyCount> entries_;
  std::array<size_t, kFamilyCount> sizes_ = {};
  std::vector<std::unique_ptr<char[]>> chunks_;
  char* free_ = nullptr;
  size_t free_size_ = 0;
  size_t chunk_bytes_ = 0;
  size_t bytes_ = 0;
  size_t memory_bytes_ = 0;  // of the chunks
};

}  // namespace veddb
