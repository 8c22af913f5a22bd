// SPDX-License-Identifier: BSD-3-Clause
// TopK: the k least of what passes by, in memory for k, for a sort with a limit. Owned by: one
// thread.
#pragma once
#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/check.h"

namespace veddb::doc {

template <typename Payload>
class TopK {
 public:
  struct Entry {
    std::string key;
    Payload payload;
  };

  // REQUIRES: k > 0
  explicit TopK(size_t k) : k_(k) { DCHECK(k > 0); }

  // Would this key get in? Asked before the payload is copied.
  bool Accepts(Bytes key) const { return entries_.size() < k_ || key < entries_.front().key; }

  // What there is no place for (any more).
  std::optional<Entry> Push(std::string key, Payload payload) {
    if (!Accepts(key)) return Entry{std::move(key), std::move(payload)};
    std::optional<Entry> out;
    if (entries_.size() == k_) {
      std::pop_heap(entries_.begin(), entries_.end(), Less);
      out = std::move(entries_.back());
      entries_.pop_back();
    }
    entries_.push_back({std::move(key), std::move(payload)});
    std::push_heap(entries_.begin(), entries_.end(), Less);
    return out;
  }

  size_t size() const { return entries_.size(); }
  // In ascending order; leaves nothing behind.
  std::vector<Entry> TakeSorted() {
    std::sort_heap(entries_.begin(), entries_.end(), Less);
    return std::move(entries_);
  }

 private:
  static bool Less(const Entry& a, const Entry& b) { return a.key < b.key; }

  const size_t k_;
  std::vector<Entry> entries_;  // a heap with the greatest key in front
};

}  // namespace veddb::doc
