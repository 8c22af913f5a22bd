// SPDX-License-Identifier: BSD-3-Clause
// CursorTable: the cursors of all clients. A cursor is what the next batch of a query's answer goes
// on from; it belongs to the user who began the query, and to no connection. It ends when its
// answer does, when it is closed, when nobody has used it for a while, and with the server.
//
// Any thread: the mutex guards everything but the limits; nothing is called while it is held. A
// cursor that is taken belongs to the taker alone until it is returned.
#pragma once
#include <absl/container/flat_hash_map.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace veddb {

// A module derives its own.
class Cursor {
 public:
  virtual ~Cursor() = default;
  // What it holds in memory. Asked when it is added or returned.
  virtual size_t memory_bytes() const = 0;
};
using CursorPtr = std::unique_ptr<Cursor>;

class CursorTable {
 public:
  struct Limits {
    size_t count_max = 1000;
    int64_t memory_bytes_max = 256 << 20;  // of all together
    int64_t idle_ms_max = 600'000;
  };
  struct Figures {
    size_t open = 0;
    int64_t memory_bytes = 0;
    uint64_t opened = 0;     // since the start or ResetStats
    uint64_t timed_out = 0;  // likewise
  };

  // `free` gets what is closed and may take long to be freed.
  explicit CursorTable(std::function<void(CursorPtr)> free) : free_(std::move(free)) {}

  void set_limits(const Limits& limits);

  // The new cursor's id: a number from 1 up that nobody can guess. ERR: there are too many already;
  // MEMORYLIMIT: they hold too much.
  Result<std::string> Add(Bytes user, CursorPtr cursor);
  // NOCURSOR if there is none of this id and user; ERR while somebody else has taken it.
  Result<CursorPtr> Take(Bytes id, Bytes user);
  // After Take: it is kept for another batch. MEMORYLIMIT: it has grown too much, and is closed.
  Status Return(Bytes id, CursorPtr cursor);
  // After Take: its answer has ended.
  void Finish(Bytes id, CursorPtr cursor);
  // Whether it was open. One that is taken is freed when it comes back.
  bool Close(Bytes id, Bytes user);

  // From time to time: ends those that are idle for too long.
  void CloseIdle();
  // All that are not taken, at once; those that are when they come back.
  void CloseAll();

  Figures figures() const;
  void ResetStats();

 private:
  struct Slot {
    std::string user;
    CursorPtr cursor;  // null: taken
    int64_t memory_bytes = 0;
    int64_t used_ms = 0;  // monotonic
  };
  using Slots = absl::flat_hash_map<uint64_t, Slot>;

  // With the mutex held:
  uint64_t NewId();
  Status CheckMemory(int64_t more) const;
  bool Idle(const Slot& slot, int64_t now_ms) const;
  // Takes it out; what is to be freed once the mutex is released.
  CursorPtr Remove(Slots::iterator at);

  void Free(CursorPtr cursor) const;

  const std::function<void(CursorPtr)> free_;
  std::atomic<size_t> count_max_{Limits().count_max};
  std::atomic<int64_t> memory_bytes_max_{Limits().memory_bytes_max};
  std::atomic<int64_t> idle_ms_max_{Limits().idle_ms_max};

  // Guards what follows: the loop and the query pool use it, a few times a batch.
  mutable std::mutex mutex_;
  Slots slots_;
  int64_t memory_bytes_ = 0;
  uint64_t opened_ = 0;
  uint64_t timed_out_ = 0;
};

}  // namespace veddb
