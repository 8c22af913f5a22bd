// SPDX-License-Identifier: BSD-3-Clause
// LazyFree: gives back large pieces of memory on threads that serve nobody. Freeing a value of many
// megabytes, or a database of many keys, takes milliseconds to seconds; whoever holds a shard only
// hands it over.
//
// Any thread. Its owner sees to it that all work has ended before it goes.
#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <utility>

namespace veddb {

// Why a value goes; all but kUnlink have an option (lazyfree-lazy-…) that says whether it is freed
// lazily.
enum class FreeCause : uint8_t { kUnlink, kUserDelete, kServerDelete, kExpiry, kEviction };
constexpr int64_t BitOf(FreeCause cause) { return int64_t{1} << static_cast<int>(cause); }

class LazyFree {
 public:
  using Submit = std::function<void(std::function<void()>)>;

  // Smaller values cost less to free than to hand over.
  static constexpr size_t kBytesMin = size_t{1} << 20;
  // From here on it takes milliseconds, and a value is freed lazily whatever the options say.
  static constexpr size_t kAlwaysBytesMin = size_t{16} << 20;

  explicit LazyFree(Submit submit) : submit_(std::move(submit)) {}
  LazyFree(const LazyFree&) = delete;
  LazyFree& operator=(const LazyFree&) = delete;

  // `release` frees so many objects (keys or values) that are to be counted.
  void Free(int64_t objects, std::function<void()> release) {
    pending_.fetch_add(objects, std::memory_order_relaxed);
    submit_([this, objects, release = std::move(release)] {
      release();
      pending_.fetch_sub(objects, std::memory_order_relaxed);
      freed_.fetch_add(objects, std::memory_order_relaxed);
    });
  }

  int64_t pending_objects() const { return pending_.load(std::memory_order_relaxed); }
  // Since the start or ResetStats.
  int64_t freed_objects() const { return freed_.load(std::memory_order_relaxed); }
  void ResetStats() { freed_.store(0, std::memory_order_relaxed); }

 private:
  const Submit submit_;
  std::atomic<int64_t> pending_{0};
  std::atomic<int64_t> freed_{0};
};

}  // namespace veddb
