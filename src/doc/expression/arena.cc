// SPDX-License-Identifier: BSD-3-Clause
#include "doc/expression/arena.h"

#include <algorithm>

namespace veddb::doc::expression {
namespace {

constexpr size_t kFirstBlockBytes = 4096;
constexpr size_t kBlockBytesMax = 1024 * 1024;

}  // namespace

char* Arena::AllocateSlowly(size_t bytes) {
  const size_t wanted =
      blocks_.empty() ? kFirstBlockBytes : std::min(blocks_.back().size * 2, kBlockBytesMax);
  const size_t size = std::max(wanted, bytes);
  blocks_.push_back({std::make_unique_for_overwrite<char[]>(size), size});
  at_ = blocks_.back().bytes.get() + bytes;
  room_ = size - bytes;
  return blocks_.back().bytes.get();
}

void Arena::Reset() {
  used_ = 0;
  if (blocks_.empty()) return;
  // The first block is small unless the very first value was not.
  blocks_.erase(blocks_.begin() + 1, blocks_.end());
  if (blocks_[0].size > kBlockBytesMax) blocks_.clear();
  at_ = blocks_.empty() ? nullptr : blocks_[0].bytes.get();
  room_ = blocks_.empty() ? 0 : blocks_[0].size;
}

}  // namespace veddb::doc::expression
