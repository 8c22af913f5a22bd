// SPDX-License-Identifier: BSD-3-Clause
#include "shard/drainer.h"

#include <pthread.h>

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/clock.h"
#include "base/kill_point.h"
#include "base/logging.h"
#include "base/mutation.h"
#include "shard/job.h"
#include "shard/shard.h"
#include "shard/shard_set.h"

namespace veddb {
namespace {

// What a turn may spend on slices of a drain, of all shards together, and how much is done between
// two looks at the clock: changes that are written (each up to a chunk of a long string), and
// entries that are looked at when the drain ends.
constexpr int64_t kSliceMicros = 500;
constexpr size_t kChangesPerLook = 64;
constexpr size_t kEntriesPerLook = 128;
// And so many looks at most, whatever the clock says.
constexpr size_t kLooksMax = 8;
// A drain that failed is tried again after so long, and then after twice as long each time.
constexpr int64_t kRetryMillisMin = 20;
constexpr int64_t kRetryMillisMax = 1000;
// Finish waits so long for a store that does not take the drain.
constexpr int64_t kFinishMillis = 10'000;

std::vector<uint16_t> AllShards(const ShardSet& set) {
  std::vector<uint16_t> all(set.shard_count());
  for (size_t i = 0; i < all.size(); ++i) all[i] = static_cast<uint16_t>(i);
  return all;
}

}  // namespace

// Begins the drain once the loop holds every shard.
class Drainer::BeginJob final : public Job {
 public:
  BeginJob(Drainer& drainer, std::vector<uint16_t> shards)
      : Job(std::move(shards), Where::kLoop), drainer_(drainer) {}
  void Run(Turn& /*turn*/) override { drainer_.BeginWithShardsHeld(); }
  void Done(const Status& /*committed*/) override { delete this; }

 private:
  Drainer& drainer_;
};

// Ends a part of the drain on one busy shard.
class Drainer::FinishJob final : public Job {
 public:
  FinishJob(Drainer& drainer, Shard& shard)
      : Job({shard.index()}, Where::kShardThread), drainer_(drainer), shard_(shard) {}
  void Run(Turn& /*turn*/) override {
    drainer_.FinishSlice(shard_, SliceEnd());
    drainer_.finishing_[shard_.index()].posted.store(false, std::memory_order_release);
  }
  void Done(const Status& /*committed*/) override { delete this; }

 private:
  Drainer& drainer_;
  Shard& shard_;
};

Drainer::Drainer(ShardSet& set, Engine& engine, LogWriter& log, std::function<void()> wake_loop)
    : set_(set), engine_(engine), log_(log), wake_loop_(std::move(wake_loop)) {
  thread_ = std::thread([this] { ThreadMain(); });
}

Drainer::~Drainer() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  work_.notify_all();
  thread_.join();
}

void Drainer::Request(Waiter waiter) {
  if (failing()) {
    waiter(MakeError(ErrorCode::kMisconf, failure()));
    return;
  }
  waiters_.push_back(std::move(waiter));
  if (state_ == State::kIdle && !halted_) Begin();
}

void Drainer::set_halted(bool halted) {
  halted_.store(halted, std::memory_order_release);
  work_.notify_all();
}

void Drainer::Tick(int64_t mono_ms) {
  if (failing()) TellWaiters(MakeError(ErrorCode::kMisconf, failure()));
  if (state_ == State::kIdle && !IsDue(mono_ms)) return;
  const int64_t begin_us = ThreadCpuMicros();
  Advance();
  figures_.longest_slice_us = std::max(figures_.longest_slice_us, ThreadCpuMicros() - begin_us);
}

bool Drainer::IsDue(int64_t mono_ms) const {
  if (halted_ || mono_ms < retry_at_ms_) return false;
  if (!waiters_.empty()) return true;
  if (set_.Sum(&ObjectContext::pending_entries) == 0 && meta_.empty()) return false;
  return mono_ms - begun_ms_ >= limits_.interval_ms ||
         set_.Sum(&ObjectContext::pending_bytes) >= limits_.pending_bytes_max;
}

void Drainer::Advance() {
  if (state_ == State::kIdle) Begin();
  if (state_ == State::kWriting) {
    const int64_t end_us = SliceEnd();
    for (size_t i = 0; i < set_.shard_count() && MonoMicros() < end_us; ++i) {
      Shard& shard = set_.shard(i);
      if (set_.Idle(i) && shard.WantsSlices()) WriteSlice(shard, end_us);
    }
    if (parts_missing_.load(std::memory_order_acquire) == 0) state_ = State::kCommitting;
  }
  if (state_ == State::kCommitting && has_result_.load(std::memory_order_acquire)) Committed();
  if (state_ == State::kFinishing) FinishShards();
}

bool Drainer::WantsTurns() const {
  if (state_ == State::kWriting) return parts_missing_.load(std::memory_order_relaxed) > 0;
  // Who waits for a job to come back is woken by it.
  return state_ == State::kFinishing &&
         std::any_of(finishing_.begin(), finishing_.end(),
                     [](const Finishing& one) { return !one.posted && !one.whole; });
}

void Drainer::Begin() {
  state_ = State::kBeginning;
  begun_ms_ = MonoMillis();
  if (!set_.AllIdle()) {
    set_.Post(new BeginJob(*this, AllShards(set_)));
    return;
  }
  BeginWithShardsHeld();
}

void Drainer::BeginWithShardsHeld() {
  // Everything in the dirty lists must lie before the position that is noted, or replay would count
  // it twice. If it can't be logged, memory is rebuilt and the drain begins again after that.
  if (halted_ || !set_.CommitTurn().ok()) {
    state_ = State::kIdle;
    retry_at_ms_ = begun_ms_ + kRetryMillisMin;
    return;
  }
  // What was asked for until now is served by this drain.
  std::move(waiters_.begin(), waiters_.end(), std::back_inserter(served_));
  waiters_.clear();
  set_.NoteDrainBegins();
  meta_part_ = std::exchange(meta_, ChangeBatch());
  set_.WriteCounts(meta_part_);
  if (!Mutated("drain-position-stale")) position_ = log_.end();
  log_replay_bytes_max_ = limits_.log_replay_bytes_max;
  KILL_POINT("drain.begun");
  parts_.clear();
  parts_.resize(set_.shard_count());
  parts_missing_.store(set_.shard_count(), std::memory_order_release);
  state_ = State::kWriting;
  const int64_t end_us = SliceEnd();
  for (size_t i = 0; i < set_.shard_count(); ++i) {
    set_.shard(i).BeginDrain();
    // A small drain is whole at once.
    WriteSlice(set_.shard(i), end_us);
  }
}

int64_t Drainer::SliceEnd() { return MonoMicros() + kSliceMicros; }

void Drainer::WriteSlice(Shard& shard, int64_t end_us) {
  bool whole = false;
  for (size_t looks = 0; looks < kLooksMax; ++looks) {
    whole = shard.DrainSome(kChangesPerLook);
    if (whole || MonoMicros() >= end_us) break;
  }
  if (!whole) {
    KILL_POINT("drain.between_slices");
    return;
  }
  parts_[shard.index()] = shard.TakeDrainBatch();
  if (parts_missing_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    submitted_ = true;
  }
  work_.notify_one();
}

void Drainer::ThreadMain() {
  pthread_setname_np(pthread_self(), "drain");
  std::unique_lock<std::mutex> lock(mutex_);
  for (;;) {
    work_.wait(lock, [this] { return submitted_ || stopping_; });
    if (!submitted_) return;
    submitted_ = false;
    lock.unlock();
    ChangeBatch batch = std::move(meta_part_);
    for (ChangeBatch& part : parts_) batch.Append(std::move(part));
    changes_ = batch.size();
    Status status = WriteToEngine(batch, position_);
    lock.lock();
    result_ = std::move(status);
    has_result_.store(true, std::memory_order_release);
    done_.notify_all();
    wake_loop_();
  }
}

Status Drainer::WriteToEngine(ChangeBatch& batch, LogPosition position) {
  const auto drain = [&]() -> Status {
    // The store must never be ahead of what the log is known to hold: after a failed sync the log
    // goes on at its last synced position.
    if (log_.synced() < position && !Mutated("drain-without-sync")) TRY(log_.SyncNow());
    KILL_POINT("drain.before_write");
    return engine_.Drain(std::move(batch), position);
  };
  Status status = drain();
  for (int64_t wait_ms = kRetryMillisMin; !status.ok(); wait_ms *= 2) {
    // Memory will be rebuilt from the log, and that waits for us.
    if (log_.in_doubt() || halted_) break;
    if (engine_.NeedsReopen()) {
      needs_reopen_ = true;
      break;
    }
    // The batch still holds everything: it is the only copy outside of the log.
    LogWarning("A drain to disk failed and is tried again: " + status.error().message);
    {
      std::unique_lock<std::mutex> lock(mutex_);
      failure_text_ = status.error().message;
      failing_.store(true, std::memory_order_release);
      wake_loop_();
      work_.wait_for(lock, std::chrono::milliseconds(std::min(wait_ms, kRetryMillisMax)),
                     [this] { return stopping_ || halted_; });
      if (stopping_) return status;
    }
    if (engine_.background_error().ok()) status = drain();
  }
  failing_.store(false, std::memory_order_release);
  if (!status.ok()) return status;
  KILL_POINT("drain.after_write");
  if (log_.end() - engine_.flushed_position() > log_replay_bytes_max_) {
    if (const Status flushed = engine_.Flush(); !flushed.ok()) {
      LogWarning("Flushing the store failed: " + flushed.error().message);
    }
    KILL_POINT("drain.flushed");
  }
  if (const Status retired = log_.Retire(engine_.flushed_position()); !retired.ok()) {
    LogWarning("Old log segments could not be removed: " + retired.error().message);
  }
  return status;
}

std::string Drainer::failure() {
  if (!failing_.load(std::memory_order_acquire)) return {};
  const std::lock_guard<std::mutex> lock(mutex_);
  return failure_text_;
}

void Drainer::Committed() {
  bool good = false;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    has_result_.store(false, std::memory_order_release);
    CHECK(result_.has_value());
    good = result_->ok();
    result_.reset();
    if (good) figures_.changes += changes_;
  }
  if (!good) {
    GiveUp();
    return;
  }
  ++figures_.drains;
  figures_.last_millis = MonoMillis() - begun_ms_;
  state_ = State::kFinishing;
  finishing_ = std::vector<Finishing>(set_.shard_count());
  for (const Waiter& waiter : std::exchange(served_, {})) waiter(Ok());
}

void Drainer::FinishShards() {
  bool whole = true;
  const int64_t end_us = SliceEnd();
  for (size_t i = 0; i < set_.shard_count(); ++i) {
    Finishing& one = finishing_[i];
    if (!one.posted && !one.whole) {
      if (set_.Idle(i)) {
        if (MonoMicros() < end_us) FinishSlice(set_.shard(i), end_us);
      } else {
        one.posted = true;
        set_.Post(new FinishJob(*this, set_.shard(i)));
      }
    }
    whole &= !one.posted && one.whole;
  }
  if (!whole) return;
  state_ = State::kIdle;
  set_.ReclaimDropped();
  if (!waiters_.empty() && !halted_) Begin();
}

void Drainer::FinishSlice(Shard& shard, int64_t end_us) {
  Finishing& one = finishing_[shard.index()];
  if (!one.begun) shard.BeginFinish();
  one.begun = true;
  do one.whole = shard.FinishSome(kEntriesPerLook);
  while (!one.whole && MonoMicros() < end_us);
}

// All that the batch holds is in the log and comes back when memory is rebuilt; who waited for the
// drain waits for that.
void Drainer::GiveUp() {
  waiters_.insert(waiters_.begin(), served_.begin(), served_.end());
  served_.clear();
  state_ = State::kIdle;
  store_broken_ = needs_reopen_.exchange(false);
  set_.AskForRebuild();
}

void Drainer::TellWaiters(const Status& status) {
  std::vector<Waiter> told = std::exchange(served_, {});
  std::move(waiters_.begin(), waiters_.end(), std::back_inserter(told));
  waiters_.clear();
  for (const Waiter& waiter : told) waiter(status);
}

bool Drainer::Finish() {
  DCHECK(set_.AllIdle());
  const int64_t deadline_ms = MonoMillis() + kFinishMillis;
  while (state_ != State::kIdle) {
    Tick(MonoMillis());
    if (state_ != State::kCommitting) continue;
    std::unique_lock<std::mutex> lock(mutex_);
    const std::chrono::milliseconds left(deadline_ms - MonoMillis());
    if (!done_.wait_for(lock, left, [this] { return result_.has_value(); })) return false;
  }
  return true;
}

}  // namespace veddb
