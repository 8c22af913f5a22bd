// SPDX-License-Identifier: BSD-3-Clause
// LogWriter: the end of the write-ahead log. Appends records to the last segment file, rolls to a
// new one, makes them durable on a thread of its own, and refuses everything after a failure until
// it was reopened.
//
// Invariants
//  - synced() <= end(). What lies below synced() was fdatasync'ed without an error.
//  - A segment is synced before the next one is begun: only the last segment can have a torn tail.
//  - After a failed append or sync nothing is added to that file again. Settle() decides which
//    position is known to be good, Reopen() begins a new segment there.
//  - The synced mark (synced_mark.h) never says more than synced().
#pragma once
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "base/result.h"
#include "log/position.h"
#include "log/record.h"

namespace veddb {

class LogSegment;
class SyncedMark;

enum class FsyncPolicy : uint8_t { kAlways, kEverysec, kNo };

struct LogOptions {
  std::string dir;  // made if absent
  uint64_t segment_bytes = uint64_t{64} << 20;
  FsyncPolicy policy = FsyncPolicy::kEverysec;
};

// Any thread, except where said otherwise. Locks in this order: append_mutex_,
// sync_mutex_; the others alone.
class LogWriter {
 public:
  // Called on the sync thread with synced() after each fdatasync that succeeded, and once after a
  // failure of either kind (then failure() is set). Must not call SyncNow, Reopen, Retire or
  // SetSyncListener.
  using SyncListener = std::function<void(LogPosition synced)>;

  // Begins a new segment at `tail`. REQUIRES: tail is what CheckTail (tail.h) reported for the
  // directory; all before it counts as synced.
  static Result<std::unique_ptr<LogWriter>> Open(const LogOptions& options, LogPosition tail);
  // Clean close: syncs, whatever the policy, and renews the mark.
  ~LogWriter();
  LogWriter(const LogWriter&) = delete;
  LogWriter& operator=(const LogWriter&) = delete;

  // Adds the record; when it returns the bytes are with the operating system (they survive kill -9,
  // not power loss). Returns the position after the record. Does not clear the builder.
  // On an error nothing was appended, and the writer has failed (except TOOLARGE, which harms
  // nothing). REQUIRES: !record.empty().
  Result<LogPosition> Append(RecordBuilder& record);

  // A whole record as another server's log holds it (frame and payload), for replicas: it must
  // have been made for this position.
  Result<LogPosition> AppendFrame(Bytes frame);

  LogPosition end() const { return end_.load(std::memory_order_acquire); }
  LogPosition synced() const { return synced_.load(std::memory_order_acquire); }
  // The first position that is still in a file.
  LogPosition begin() const { return begin_.load(std::memory_order_acquire); }

  // nullptr = none; when it returns the old listener does not run any more.
  void SetSyncListener(SyncListener listener);
  void SetPolicy(FsyncPolicy policy);
  FsyncPolicy policy() const { return policy_.load(std::memory_order_relaxed); }
  // Makes the sync thread sync all that is appended so far, under any policy. Cheap; requests that
  // arrive while a sync runs share the next one. Under kAlways appenders call it once a turn.
  void RequestSync();
  // The same, and waits for it.
  Status SyncNow();

  // Deletes whole segments that end at or below `before`; never the one in use.
  Status Retire(LogPosition before);

  // Why appends are refused, or Ok.
  Status failure() const;
  bool failed() const { return failed_.load(std::memory_order_acquire); }
  // The failure was an fdatasync's: what lies behind synced() is unknown.
  bool sync_failed() const;
  // Failed, and what the log holds is not decided yet: what was derived from it may be void.
  bool in_doubt() const { return in_doubt_.load(std::memory_order_acquire); }
  // Decides: returns the last good position, which is the new end() and synced(). After a failed
  // append that is the old end() if the segment can still be synced; after a failed sync it is
  // synced(): what was appended behind it is void, and the caller must forget what it derived from
  // it. Readers made before must be made anew. Returns end() if there is nothing to decide.
  LogPosition Settle();
  // Leaves the failed state: begins a new segment at the settled position, which it returns.
  // Returns end() if nothing had failed.
  Result<LogPosition> Reopen();

  // Figures for INFO and metrics.
  struct Stats {
    uint64_t appends = 0;
    uint64_t syncs = 0;
    uint64_t rolls = 0;
    uint64_t failures = 0;
    int64_t last_sync_micros = 0;  // how long the last fdatasync took
  };
  Stats stats() const;

 private:
  explicit LogWriter(const LogOptions& options);

  enum class Cause : bool { kAppend, kSync };

  // REQUIRES for all of these: append_mutex_ held.
  Result<LogPosition> WriteLocked(Bytes record);
  Status BeginSegment(LogPosition start, uint32_t segment_flags);
  Status RollIfFull(size_t more);
  void FailLocked(Cause cause, const std::string& what);
  LogPosition SettleLocked();
  Error Refusal() const;

  void SyncLoop();
  // One fdatasync of what is appended now, if there is anything.
  void SyncOnce();
  void TellListener();
  // Keeps zeros ahead of the records, see LogSegment.
  void PrepareRoom();
  enum class Renewal : bool { kIfDue, kNow };
  void RenewMark(Renewal renewal);

  const LogOptions options_;

  mutable std::mutex append_mutex_;
  // Guarded by append_mutex_. Shared with the sync thread while it syncs the file outside the lock.
  std::shared_ptr<LogSegment> segment_;
  std::string failure_;       // why; empty = fine
  bool sync_failed_ = false;  // the failure was an fdatasync's: the tail is unknown

  std::atomic<LogPosition> begin_{0};
  std::atomic<LogPosition> end_{0};
  std::atomic<LogPosition> synced_{0};
  std::atomic<FsyncPolicy> policy_;
  std::atomic<bool> failed_{false};
  std::atomic<bool> in_doubt_{false};
  std::atomic<uint64_t> generation_{
      0};  // counts Settle()s and Reopen()s; written under append_mutex_
  std::atomic<bool> sync_wanted_{false};
  std::atomic<uint64_t> appends_{0};
  std::atomic<uint64_t> syncs_{0};
  std::atomic<uint64_t> rolls_{0};
  std::atomic<uint64_t> failures_{0};
  std::atomic<int64_t> last_sync_micros_{0};

  std::mutex sync_mutex_;
  std::condition_variable sync_wake_;  // the sync thread waits
  std::condition_variable sync_done_;  // SyncNow waits
  // Guarded by sync_mutex_.
  bool stopping_ = false;
  bool failure_told_ = true;

  std::mutex listener_mutex_;  // held while the listener runs
  SyncListener listener_;      // guarded by listener_mutex_
  std::mutex retire_mutex_;    // one Retire at a time

  // Used by the sync thread, and by Open and the destructor while it does not run.
  std::unique_ptr<SyncedMark> mark_;
  LogPosition mark_position_ = 0;
  int64_t mark_renewed_ms_ = 0;

  std::thread sync_thread_;
};

}  // namespace veddb
