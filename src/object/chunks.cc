// SPDX-License-Identifier: BSD-3-Clause
#include "object/chunks.h"

#include <cstring>

namespace veddb {
namespace {

size_t SizeWithoutZeros(Bytes bytes) {
  size_t size = bytes.size();
  for (uint64_t word = 0; size >= sizeof word; size -= sizeof word) {
    std::memcpy(&word, bytes.data() + size - sizeof word, sizeof word);
    if (word != 0) break;
  }
  while (size > 0 && bytes[size - 1] == '\0') --size;
  return size;
}

}  // namespace

Bytes StoredChunk(Bytes string, uint32_t chunk) {
  const size_t begin = size_t{chunk} * kChunkBytes;
  if (begin >= string.size()) return {};
  const Bytes bytes = string.substr(begin, kChunkBytes);
  return bytes.substr(0, SizeWithoutZeros(bytes));
}

size_t ChunkSet::Add(uint32_t first, uint32_t end) {
  if (first >= end) return 0;
  const size_t first_word = first / kWordBits;
  const size_t end_word = (end - 1) / kWordBits + 1;
  if (words_.size() < end_word) words_.resize(end_word);
  begin_ = size_ == 0 ? first_word : std::min(begin_, first_word);
  end_ = size_ == 0 ? end_word : std::max(end_, end_word);
  size_t added = 0;
  for (size_t word = first_word; word < end_word; ++word) {
    uint64_t mask = ~uint64_t{0};
    if (word == first_word) mask &= ~uint64_t{0} << (first % kWordBits);
    if (word == end_word - 1) mask &= ~uint64_t{0} >> (kWordBits - 1 - (end - 1) % kWordBits);
    added += static_cast<size_t>(std::popcount(mask & ~words_[word]));
    words_[word] |= mask;
  }
  size_ += added;
  return added;
}

bool ChunkSet::Remove(uint32_t chunk) {
  if (!Contains(chunk)) return false;
  words_[chunk / kWordBits] &= ~(uint64_t{1} << (chunk % kWordBits));
  --size_;
  return true;
}

void ChunkSet::Clear() {
  if (size_ != 0)
    std::fill(words_.begin() + static_cast<std::ptrdiff_t>(begin_),
              words_.begin() + static_cast<std::ptrdiff_t>(end_), 0);
  begin_ = end_ = size_ = 0;
}

}  // namespace veddb
