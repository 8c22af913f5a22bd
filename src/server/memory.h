// SPDX-License-Identifier: BSD-3-Clause
// Memory: keeps the process within maxmemory. Under noeviction nothing is ever deleted for memory:
// cold clean objects leave it and stay on disk; what has not been drained stays until it has been.
// When drains can't keep up, writers wait; when even that does not help, they get OOM.
//
// Owned by: the loop.
#pragma once
#include <cstdint>

namespace veddb {

class Server;

class Memory {
 public:
  explicit Memory(Server& server) : server_(server) {}

  // Reads the allocator's figures; every 100 ms.
  void Measure();
  // At the end of each turn: lets objects go while the limit is passed.
  void Relieve();
  // Too much waits to be drained: a write would only add to it.
  bool WritersMustWait() const { return writers_wait_; }
  // Nothing can leave memory and still there is too much in it.
  bool exhausted() const { return exhausted_; }

  // Bytes in use now: allocated by the process, as of the last Measure and what objects took since.
  int64_t Used() const;
  int64_t peak() const { return peak_; }
  int64_t resident() const { return resident_; }
  int64_t at_start() const { return at_start_; }

 private:
  void MeasureOften();
  void SetWritersWait(bool wait);

  Server& server_;
  int64_t allocated_ = 0;
  int64_t objects_at_measure_ = 0;
  int64_t resident_ = 0;
  int64_t peak_ = 0;
  int64_t at_start_ = 0;
  int64_t measured_us_ = 0;
  int64_t hopeless_since_ms_ = 0;  // 0: not
  bool writers_wait_ = false;
  bool exhausted_ = false;
  bool drain_asked_ = false;
};

}  // namespace veddb
