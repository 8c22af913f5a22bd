// SPDX-License-Identifier: BSD-3-Clause
// HeldValue: a copy of a value in 24 bytes; what is longer than 22 lies on the heap. Owned by: one
// thread.
#pragma once
#include <cstring>
#include <utility>

#include "doc/value/document.h"

namespace veddb::doc::accumulator {

class HeldValue {
 public:
  HeldValue() = default;
  explicit HeldValue(ValueView value) { Assign(value); }
  HeldValue(HeldValue&& other) noexcept { Take(other); }
  HeldValue& operator=(HeldValue&& other) noexcept {
    if (this == &other) return *this;
    Free();
    Take(other);
    return *this;
  }
  ~HeldValue() { Free(); }

  // REQUIRES: not a view of this one.
  void Assign(ValueView value) {
    Free();
    const size_t size = value.missing() ? 0 : value.size();
    type_ = value.type;
    if (size <= kInlineBytes) {
      if (size != 0) std::memcpy(bytes_, value.data, size);
      return;
    }
    char* const heap = new char[size];
    std::memcpy(heap, value.data, size);
    std::memcpy(bytes_, &heap, sizeof heap);
    on_heap_ = true;
  }
  // Good until the value is moved or changed.
  ValueView view() const { return {type_, on_heap_ ? heap() : bytes_}; }
  bool missing() const { return type_ == BsonType::kMissing; }
  size_t heap_bytes() const { return on_heap_ ? view().size() : 0; }

 private:
  static constexpr size_t kInlineBytes = 22;

  char* heap() const {
    char* at;
    std::memcpy(&at, bytes_, sizeof at);
    return at;
  }
  void Free() {
    if (on_heap_) delete[] heap();
    on_heap_ = false;
    type_ = BsonType::kMissing;
  }
  void Take(HeldValue& other) {
    std::memcpy(bytes_, other.bytes_, sizeof bytes_);
    type_ = std::exchange(other.type_, BsonType::kMissing);
    on_heap_ = std::exchange(other.on_heap_, false);
  }

  char bytes_[kInlineBytes] = {};
  BsonType type_ = BsonType::kMissing;
  bool on_heap_ = false;
};

static_assert(sizeof(HeldValue) == 24);

}  // namespace veddb::doc::accumulator
