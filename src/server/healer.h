// SPDX-License-Identifier: BSD-3-Clause
// Healer: what happens when log or store fail, and how they come back.
//
//  - The log failed (append or sync): writes are refused. Memory holds what could not be logged, so
//    nobody is answered from it: who reads waits until it was rebuilt from store and log, which
//    takes no write and so works on a full disk. Then a new segment is begun, tried until it works.
//  - The store failed: writes are refused, reads go on. It is closed and opened again, a few times,
//    as soon as its disk has room, and memory rebuilt. If that does not help the process ends with
//    code 70.
//  - The store is damaged: it stays read-only.
//
// Owned by: the loop.
#pragma once
#include <cstdint>
#include <string>

#include "base/error.h"
#include "base/result.h"

namespace veddb {

class Server;

// How patient healing is.
struct HealingLimits {
  // How often the store is opened again, or memory read back, before that is given up. With the
  // waits between them: about 17 seconds.
  int tries_max = 7;
  // After the first failure; after each further one four times as long.
  int64_t wait_min_ms = 20;
  int64_t wait_max_ms = 10'000;
  // The log is tried for ever, at least so often.
  int64_t log_wait_max_ms = 1000;
};

class Healer {
 public:
  // EX_SOFTWARE of sysexits.h.
  static constexpr int kExitCode = 70;

  explicit Healer(Server& server) : server_(server) {}
  // Before the server starts.
  void set_limits(const HealingLimits& limits) { limits_ = limits; }

  // A commit failed; what its commands are to answer.
  Error RefusalOf(const Error& error) const;
  // At the end of each turn of the loop, when its changes are committed (or not) and before replies
  // go out. Here and below now_ms is monotonic.
  void EndTurn(const Status& committed, int64_t now_ms);
  // Memory may hold what was refused: nobody reads it.
  bool memory_void() const { return memory_void_; }
  // Neither log nor store could be brought back: why the process ends, empty if it does not.
  const std::string& hopeless() const { return hopeless_; }

 private:
  // How often, and when next, something is tried.
  struct Tries {
    int count = 0;
    int64_t next_ms = 0;
    bool Due(int64_t now_ms) const { return now_ms >= next_ms; }
    void Failed(int64_t now_ms, const HealingLimits& limits);
    void Reset() { *this = Tries(); }
  };

  void Detect(const Status& committed);
  void Heal(int64_t now_ms);
  bool ReopenStore(int64_t now_ms);
  bool RebuildMemory(int64_t now_ms);
  void ReopenLog(int64_t now_ms);
  void UpdateGates();

  Server& server_;
  HealingLimits limits_;
  bool memory_void_ = false;
  Error cause_;
  uint64_t drains_seen_ = 0;
  Tries store_tries_;
  Tries rebuild_tries_;
  Tries log_tries_;
  std::string hopeless_;
};

}  // namespace veddb
