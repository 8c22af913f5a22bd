// SPDX-License-Identifier: BSD-3-Clause
#include "server/client_memory.h"

#include <algorithm>
#include <bit>

namespace veddb {
namespace {

constexpr size_t kLimitMin = 128 * 1024;
constexpr int64_t kWhole = 100;

}  // namespace

size_t ClientMemoryLimit(const Config& config) {
  int64_t limit = config.maxmemory_clients;
  if (limit < 0) {
    // In two steps, so that nothing overflows.
    const int64_t percent = -limit;
    limit = config.maxmemory / kWhole * percent + config.maxmemory % kWhole * percent / kWhole;
    if (config.maxmemory == 0) return 0;
  }
  return config.maxmemory_clients == 0 ? 0 : std::max(kLimitMin, static_cast<size_t>(limit));
}

int ClientMemory::BucketOf(size_t bytes) {
  return std::clamp(static_cast<int>(std::bit_width(bytes)), kFirstBits, kLastBits) - kFirstBits;
}

void ClientMemory::Book(uint64_t id, ClientShare& share, size_t bytes, bool evictable) {
  total_ += bytes - share.bytes;
  share.bytes = bytes;
  const int bucket = evictable && bytes > 0 ? BucketOf(bytes) : -1;
  if (bucket == share.bucket) return;
  if (share.bucket >= 0) buckets_[static_cast<size_t>(share.bucket)].erase(id);
  if (bucket >= 0) buckets_[static_cast<size_t>(bucket)].insert(id);
  share.bucket = bucket;
}

uint64_t ClientMemory::Fattest() const {
  for (auto bucket = buckets_.rbegin(); bucket != buckets_.rend(); ++bucket) {
    if (!bucket->empty()) return *bucket->begin();
  }
  return 0;
}

}  // namespace veddb
