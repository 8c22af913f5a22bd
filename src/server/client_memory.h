// SPDX-License-Identifier: BSD-3-Clause
// ClientMemory: what all clients' buffers take together, and which client to disconnect when that
// is more than maxmemory-clients allows. Clients lie in buckets by the magnitude of what they hold,
// so that booking a change and finding one of the fattest are O(1).
//
// Owned by: the loop.
#pragma once
#include <absl/container/flat_hash_set.h>

#include <array>
#include <cstdint>

#include "config/config.h"

namespace veddb {

// The limit in bytes that maxmemory-clients stands for, a percentage being one of maxmemory; 0:
// none. Never so small that nobody could talk to the server any more.
size_t ClientMemoryLimit(const Config& config);

// What of a client is booked.
struct ClientShare {
  size_t bytes = 0;
  int bucket = -1;  // of none: it may not be disconnected, or holds nothing
};

class ClientMemory {
 public:
  // Client `id` holds so many bytes now. Only an evictable one is ever the fattest.
  void Book(uint64_t id, ClientShare& share, size_t bytes, bool evictable);
  void Forget(uint64_t id, ClientShare& share) { Book(id, share, 0, false); }
  size_t total() const { return total_; }
  // One of the clients of the fattest bucket that has any; 0: there is none.
  uint64_t Fattest() const;

 private:
  // Each bucket ends at twice the bytes of the one before: 32 KiB to 8 GiB.
  static constexpr int kFirstBits = 15;
  static constexpr int kLastBits = 33;
  static int BucketOf(size_t bytes);

  std::array<absl::flat_hash_set<uint64_t>, kLastBits - kFirstBits + 1> buckets_;
  size_t total_ = 0;
};

}  // namespace veddb
