// SPDX-License-Identifier: BSD-3-Clause
// Drainer: moves pending changes from the shards to RocksDB.
//
// A drain begins at one moment in the dispatch order: all shards are held, each puts its dirty list
// aside, and the log's end is noted. The lists are then written out in slices by whoever holds each
// shard, and one thread of the drainer hands everything to the engine in one atomic write together
// with the noted position. So the engine always holds an exact prefix of history.
//
// Owned by: the loop, but for the parts marked otherwise.
#pragma once
#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/result.h"
#include "log/writer.h"
#include "storage/change_batch.h"
#include "storage/engine.h"

namespace veddb {

class Shard;
class ShardSet;

struct DrainLimits {
  int64_t interval_ms = 1000;
  int64_t pending_bytes_max = 64 << 20;
  uint64_t log_replay_bytes_max = 64 << 20;
};

struct DrainFigures {
  uint64_t drains = 0;
  uint64_t changes = 0;
  int64_t last_millis = 0;
  int64_t longest_slice_us = 0;  // the loop's CPU time on drains in one turn, at most
};

class Drainer {
 public:
  using Waiter = std::function<void(const Status&)>;

  Drainer(ShardSet& set, Engine& engine, LogWriter& log, std::function<void()> wake_loop);
  ~Drainer();

  void set_limits(const DrainLimits& limits) { limits_ = limits; }
  // Calls back once everything committed until now is in the engine; with an error while the store
  // takes nothing.
  void Request(Waiter waiter);
  // At the end of each turn of the loop: begins a drain that is due, writes slices of shards that
  // are idle, ends a drain whose write has come back.
  void Tick(int64_t mono_ms);
  // A drain is half written, or half ended: the loop should not sleep while idle shards have
  // slices of it to do.
  bool WantsTurns() const;
  bool idle() const { return state_ == State::kIdle; }
  // Blocks until the drain under way, if any, has ended. For shutdown and rebuild, when every shard
  // is idle.
  // False: the store does not take it; everything is in the log all the same.
  bool Finish();
  const DrainFigures& figures() const { return figures_; }
  void ResetStats() { figures_.longest_slice_us = 0; }
  // Why the drain under way can't be written, empty if it can. Any thread.
  std::string failure();
  bool failing() const { return failing_.load(std::memory_order_acquire); }
  // While halted no drain begins, and one under way is given up at its next failure: memory is void
  // and will be rebuilt.
  void set_halted(bool halted);
  // A drain was given up because the store has to be closed and opened again. Until
  // set_store_broken(false).
  bool store_broken() const { return store_broken_; }
  void set_store_broken(bool broken) { store_broken_ = broken; }

  // Any holder of the shard: writes a slice, until about this time (MonoMicros) at the latest;
  // hands the part over when it is whole.
  void WriteSlice(Shard& shard, int64_t end_us);
  // The end of a slice that begins now.
  static int64_t SliceEnd();
  // For changes of the meta family (with the shards held); they go with the next drain.
  ChangeBatch& meta() { return meta_; }

 private:
  enum class State : uint8_t { kIdle, kBeginning, kWriting, kCommitting, kFinishing };
  class BeginJob;
  class FinishJob;

  bool IsDue(int64_t mono_ms) const;
  void Advance();
  void Begin();
  void BeginWithShardsHeld();
  void Committed();
  void GiveUp();
  void TellWaiters(const Status& status);
  void FinishShards();
  void FinishSlice(Shard& shard, int64_t end_us);
  void ThreadMain();
  Status WriteToEngine(ChangeBatch& batch, LogPosition position);

  ShardSet& set_;
  Engine& engine_;
  LogWriter& log_;
  const std::function<void()> wake_loop_;
  DrainLimits limits_;
  State state_ = State::kIdle;
  std::vector<Waiter> waiters_;  // for the next drain to begin
  std::vector<Waiter> served_;   // for the drain under way
  ChangeBatch meta_;
  ChangeBatch meta_part_;  // of the drain under way
  // Of the drain under way: set before its work is submitted, the thread's from then on.
  LogPosition position_ = 0;
  uint64_t log_replay_bytes_max_ = 0;
  // Monotonic.
  int64_t begun_ms_ = 0;
  int64_t retry_at_ms_ = 0;
  // How far each shard is with the end of the drain; its holder's while `posted`, which the job
  // takes back itself: the loop may see the shard idle before it hears that the job is done.
  struct Finishing {
    bool begun = false;
    bool whole = false;
    std::atomic<bool> posted{false};
  };
  std::vector<Finishing> finishing_;
  DrainFigures figures_;

  bool store_broken_ = false;

  std::atomic<bool> needs_reopen_{false};  // the thread found so
  std::atomic<bool> halted_{false};
  std::atomic<bool> failing_{false};
  std::atomic<size_t> parts_missing_{0};
  std::atomic<bool> has_result_{false};
  std::vector<ChangeBatch>
      parts_;  // one a shard; written by its holder before parts_missing_ falls

  // mutex_ guards what follows: the loop (or the holder of the last part) puts work in, the thread
  // takes it; once a drain, never on a command's path.
  std::mutex mutex_;
  std::condition_variable work_;
  std::condition_variable done_;
  bool submitted_ = false;
  bool stopping_ = false;
  std::optional<Status> result_;
  uint64_t changes_ = 0;
  std::string failure_text_;
  std::thread thread_;
};

}  // namespace veddb
