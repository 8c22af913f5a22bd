// SPDX-License-Identifier: BSD-3-Clause
// SlowLog: the last commands that took long, with what they were sent, as SLOWLOG shows it.
// An entry holds at most kArgumentsMax arguments of kArgumentBytesMax bytes; what is cut off is
// told in words. Owned by: the loop.
#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace veddb {

class SlowLog {
 public:
  static constexpr size_t kArgumentsMax = 32;
  static constexpr size_t kArgumentBytesMax = 128;

  struct Entry {
    uint64_t id = 0;  // counts all there ever were, from 0
    int64_t time_s = 0;
    int64_t micros = 0;
    std::vector<std::string> arguments;
    std::string client_address;
    std::string client_name;
  };

  void Add(std::span<const Bytes> argv, int64_t micros, int64_t time_s, Bytes client_address,
           Bytes client_name);
  void Reset() { entries_.clear(); }
  // How many are kept; a smaller number drops the oldest at once.
  void set_entries_max(size_t n);
  // The newest first.
  const std::deque<Entry>& entries() const { return entries_; }

 private:
  std::deque<Entry> entries_;
  size_t entries_max_ = 128;
  uint64_t next_id_ = 0;
};

}  // namespace veddb
