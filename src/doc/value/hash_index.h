// SPDX-License-Identifier: BSD-3-Clause
// Values found again by their hash. HashValue is the same for all that compare equal; HashIndex
// says which of a list of things have a hash. Owned by: one thread.
#pragma once
#include <bit>
#include <cstdint>
#include <utility>
#include <vector>

#include "doc/value/document.h"

namespace veddb::doc {

// Values that compare equal, whatever their types, have the same hash.
uint64_t HashValue(ValueView value);

// Numbers of things by hash: open addressing, 8 bytes a slot.
class HashIndex {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;

  // The number with this hash for which is_it(number) holds, or kNone.
  template <typename IsIt>
  uint32_t Find(uint64_t hash, IsIt&& is_it) const {
    if (slots_.empty()) return kNone;
    const uint32_t tag = TagOf(hash);
    for (size_t at = tag & mask();; at = (at + 1) & mask()) {
      const Slot slot = slots_[at];
      if (slot.number_plus_1 == 0) return kNone;
      if (slot.tag == tag && is_it(slot.number_plus_1 - 1)) return slot.number_plus_1 - 1;
    }
  }
  // REQUIRES: it is not there; number < kNone.
  void Insert(uint64_t hash, uint32_t number) {
    if ((count_ + 1) * 4 > slots_.size() * 3) Grow();
    Put({TagOf(hash), number + 1});
    ++count_;
  }
  void Clear() {
    slots_ = {};
    count_ = 0;
  }
  size_t size() const { return count_; }
  size_t memory_bytes() const { return slots_.size() * sizeof(Slot); }
  // What it would take with one more.
  size_t memory_bytes_next() const {
    return (count_ + 1) * 4 > slots_.size() * 3 ? SizeNext() * sizeof(Slot) : memory_bytes();
  }

 private:
  struct Slot {
    uint32_t tag = 0;
    uint32_t number_plus_1 = 0;  // 0: empty
  };
  static constexpr size_t kSlotsMin = 8;

  static uint32_t TagOf(uint64_t hash) { return static_cast<uint32_t>(hash >> 32); }
  size_t mask() const { return slots_.size() - 1; }
  size_t SizeNext() const { return slots_.empty() ? kSlotsMin : slots_.size() * 2; }
  void Put(Slot slot) {
    size_t at = slot.tag & mask();
    while (slots_[at].number_plus_1 != 0) at = (at + 1) & mask();
    slots_[at] = slot;
  }
  void Grow() {
    const std::vector<Slot> old = std::exchange(slots_, std::vector<Slot>(SizeNext()));
    for (const Slot& slot : old) {
      if (slot.number_plus_1 != 0) Put(slot);
    }
  }

  std::vector<Slot> slots_;
  size_t count_ = 0;
};

}  // namespace veddb::doc
