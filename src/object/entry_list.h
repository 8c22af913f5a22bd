// SPDX-License-Identifier: BSD-3-Clause
// EntryList: a list of entries that may become very long. It lies in blocks, so that no push copies
// what is there already: of a million entries that would take milliseconds.
//
// Owned by: the keyspace that has it. All is O(1) but clear, which is O(blocks), and ForEach.
#pragma once
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "base/check.h"

namespace veddb {

struct Entry;

class EntryList {
 public:
  static constexpr size_t kBlockEntries = 4096;

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  Entry*& operator[](size_t i) { return blocks_[i / kBlockEntries][i % kBlockEntries]; }
  Entry* operator[](size_t i) const { return blocks_[i / kBlockEntries][i % kBlockEntries]; }
  Entry* back() const { return (*this)[size_ - 1]; }

  void push_back(Entry* entry) {
    if (size_ == blocks_.size() * kBlockEntries) {
      blocks_.push_back(std::make_unique_for_overwrite<Entry*[]>(kBlockEntries));
    }
    (*this)[size_++] = entry;
  }
  // One block that is empty is kept, so that going to and fro costs nothing.
  void pop_back() {
    DCHECK(size_ > 0);
    --size_;
    const size_t needed = size_ / kBlockEntries + 2;
    if (blocks_.size() > needed) blocks_.pop_back();
  }
  // Keeps the first block.
  void clear() {
    size_ = 0;
    if (blocks_.size() > 1) blocks_.resize(1);
  }
  void swap(EntryList& other) noexcept {
    std::swap(size_, other.size_);
    blocks_.swap(other.blocks_);
  }
  template <typename Visitor>
  void ForEach(Visitor visit) const {
    for (size_t i = 0; i < size_; ++i) visit((*this)[i]);
  }

 private:
  std::vector<std::unique_ptr<Entry*[]>> blocks_;
  size_t size_ = 0;
};

}  // namespace veddb
