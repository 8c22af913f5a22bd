// SPDX-License-Identifier: BSD-3-Clause
// Arena: bytes of values that live as long as one evaluation. Allocating is a step of a pointer;
// nothing is freed alone. Addresses are stable. Owned by: one thread.
#pragma once
#include <cstddef>
#include <memory>
#include <vector>

namespace veddb::doc::expression {

class Arena {
 public:
  explicit Arena(size_t bytes_max) : bytes_max_(bytes_max) {}

  // Room for so many more bytes within the limit? Whoever allocates more than a scalar asks first.
  bool Fits(size_t bytes) const { return used_ <= bytes_max_ && bytes <= bytes_max_ - used_; }
  size_t bytes_max() const { return bytes_max_; }

  // Unaligned.
  char* Allocate(size_t bytes) {
    used_ += bytes;
    if (bytes > room_) return AllocateSlowly(bytes);
    char* at = at_;
    at_ += bytes;
    room_ -= bytes;
    return at;
  }

  // Forgets all; keeps a block for what comes next.
  void Reset();

 private:
  struct Block {
    std::unique_ptr<char[]> bytes;
    size_t size;
  };
  char* AllocateSlowly(size_t bytes);

  const size_t bytes_max_;
  size_t used_ = 0;
  char* at_ = nullptr;
  size_t room_ = 0;
  std::vector<Block> blocks_;
};

}  // namespace veddb::doc::expression
