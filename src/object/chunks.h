// SPDX-License-Identifier: BSD-3-Clause
// How long strings lie on disk: from kChunkedBytesMin on in chunks of kChunkBytes, each a key of
// the elements family, so that what a change costs in the log and in a drain follows the change and
// not the string. In memory such a string is one block like any other. Bytes: storage/FORMAT.md.
//
// A string that has grown to kChunkedBytesMin stays in chunks until another value takes its place:
// edits never shorten one, and whoever writes a whole value pays for it anyway.
//
// Owned by: the keyspace of the string.
#pragma once
#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/bytes.h"
#include "object/entry.h"

namespace veddb {

inline constexpr size_t kChunkedBytesMin = size_t{64} << 10;
// One bit that changes costs so much in the log at most.
inline constexpr size_t kChunkBytes = 4096;

inline uint32_t ChunkCount(size_t bytes) {
  return static_cast<uint32_t>((bytes + kChunkBytes - 1) / kChunkBytes);
}
// What is stored of a chunk of the string: its bytes without the zeros at their end. Empty: nothing
// is, the chunk is all zeros or behind the end.
Bytes StoredChunk(Bytes string, uint32_t chunk);

// A set of chunk numbers, a bit each. Add, Remove, Contains: O(1) a number (and room up to the
// highest); ForEach and Clear look at the words between the lowest and the highest member.
class ChunkSet {
 public:
  bool empty() const { return size_ == 0; }
  size_t size() const { return size_; }
  bool Contains(uint32_t chunk) const {
    const size_t word = chunk / kWordBits;
    return word < words_.size() && (words_[word] >> (chunk % kWordBits) & 1) != 0;
  }
  // Adds [first, end); returns how many were not in it.
  size_t Add(uint32_t first, uint32_t end);
  // False: it was not in it.
  bool Remove(uint32_t chunk);
  void Clear();
  // In order. The visitor may remove the chunk that it is told, and returns false to stop.
  template <typename Visitor>
  void ForEach(Visitor visit) const {
    for (size_t word = begin_; word < end_; ++word) {
      for (uint64_t bits = words_[word]; bits != 0; bits &= bits - 1) {
        const auto bit = static_cast<size_t>(std::countr_zero(bits));
        if (!visit(static_cast<uint32_t>(word * kWordBits + bit))) return;
      }
    }
  }

 private:
  static constexpr size_t kWordBits = 64;

  std::vector<uint64_t> words_;
  size_t begin_ = 0;  // words outside of [begin_, end_) are zero
  size_t end_ = 0;
  size_t size_ = 0;
};

struct ChunkedString {
  uint64_t object = 0;   // under which its chunks lie
  bool drained = false;  // a drain has written some of it: there may be chunks in the store
  ChunkSet stored;       // chunks that the log holds, as of its last record
  ChunkSet unlogged;     // changed since then
  ChunkSet undrained;    // changed since the last drain began, or not yet written to it
  // Of the drain under way, where the string was edited before its slice came: the row is written,
  // these are not, and have not changed since the drain began.
  ChunkSet left_behind;
  // Set: the string's block is this one, and must not change, for a drain may need it as it is
  // (LeftChunks).
  std::shared_ptr<Blob> shared;
};

// Chunks of a string that is no longer what it was, for the drain: as they are in this block, or
// where there is none, to be deleted.
struct LeftChunks {
  uint64_t object = 0;
  ChunkSet chunks;
  std::shared_ptr<Blob> blob;
};

}  // namespace veddb
