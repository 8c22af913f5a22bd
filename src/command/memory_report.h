// SPDX-License-Identifier: BSD-3-Clause
// MemoryReport: where memory goes, as INFO memory, MEMORY STATS and MEMORY DOCTOR tell it. All in
// bytes but for counts.
#pragma once
#include <cstdint>
#include <vector>

namespace veddb {

struct MemoryReport {
  int64_t used = 0;  // the server itself, its clients, keys and values with their indexes
  int64_t peak = 0;  // the most that `used` was seen at
  int64_t at_start = 0;
  int64_t clients = 0;
  int64_t client_count = 0;
  int64_t keys = 0;   // in memory or not
  int64_t store = 0;  // RocksDB's memtables, block cache and table readers; not in `used`

  // Of keys and documents in memory: hash tables and fixed parts of entries, order of expiries.
  struct Database {
    uint32_t database = 0;
    int64_t main_bytes = 0;
    int64_t expiry_bytes = 0;
  };
  std::vector<Database> databases;  // those that have keys in memory
  int64_t index_bytes = 0;          // of all of them and of all collections

  // The allocator: in use, pages of these, pages it has from the system. The whole process.
  int64_t allocated = 0;
  int64_t active = 0;
  int64_t resident = 0;
  int64_t process_resident = 0;

  int64_t overhead() const { return at_start + clients + index_bytes; }
  int64_t dataset() const { return used > overhead() ? used - overhead() : 0; }
  // Of what is used beyond what an empty server uses.
  double dataset_percent() const {
    return used > at_start
               ? 100.0 * static_cast<double>(dataset()) / static_cast<double>(used - at_start)
               : 0;
  }
};

// a / b, 0 for an empty divisor.
inline double RatioOf(int64_t a, int64_t b) {
  return b == 0 ? 0 : static_cast<double>(a) / static_cast<double>(b);
}

}  // namespace veddb
