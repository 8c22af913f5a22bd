// SPDX-License-Identifier: BSD-3-Clause
#include "storage/rocks_listener.h"

#include <sys/resource.h>

#include "base/logging.h"

namespace veddb {
namespace {

// Behind the serving threads, but not starved: about a quarter of their weight.
constexpr int kCompactionNice = 6;

StoreTrouble TroubleOf(const rocksdb::Status& error) {
  return error.IsCorruption() ? StoreTrouble::kDamaged : StoreTrouble::kFailed;
}

}  // namespace

void StoreListener::OnFlushCompleted(rocksdb::DB*, const rocksdb::FlushJobInfo&) {
  flushes_.fetch_add(1, std::memory_order_relaxed);
  Progress();
}

void StoreListener::OnCompactionBegin(rocksdb::DB*, const rocksdb::CompactionJobInfo&) {
  // Runs on the compaction's own thread; on Linux this is the calling thread's priority alone.
  static thread_local bool lowered = false;
  if (lowered) return;
  lowered = true;
  if (setpriority(PRIO_PROCESS, 0, kCompactionNice) != 0) {
    LogVerbose("The compaction thread keeps its priority");
  }
}

void StoreListener::OnCompactionCompleted(rocksdb::DB*, const rocksdb::CompactionJobInfo&) {
  Progress();
}

void StoreListener::OnBackgroundError(rocksdb::BackgroundErrorReason, rocksdb::Status* error) {
  LogWarning("The store refuses writes: " + error->ToString());
  {
    const std::lock_guard lock(mutex_);
    background_error_ = error->ToString();
    trouble_ = TroubleOf(*error);
  }
  Progress();
}

void StoreListener::OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason, rocksdb::Status,
                                         bool* auto_recovery) {
  *auto_recovery = false;
}

void StoreListener::OnErrorRecoveryEnd(const rocksdb::BackgroundErrorRecoveryInfo& info) {
  if (!info.new_bg_error.ok()) return;
  LogNotice("The store accepts writes again");
  ClearBackgroundError();
  Progress();
}

std::string StoreListener::background_error() const {
  const std::lock_guard lock(mutex_);
  return background_error_;
}

StoreTrouble StoreListener::trouble() const {
  const std::lock_guard lock(mutex_);
  return trouble_;
}

void StoreListener::ClearBackgroundError() {
  const std::lock_guard lock(mutex_);
  background_error_.clear();
  trouble_ = StoreTrouble::kNone;
}

void StoreListener::WaitForProgress(std::chrono::milliseconds longest) {
  std::unique_lock lock(mutex_);
  const uint64_t seen = progress_;
  progressed_.wait_for(lock, longest, [&] { return progress_ != seen; });
}

void StoreListener::Progress() {
  {
    const std::lock_guard lock(mutex_);
    ++progress_;
  }
  progressed_.notify_all();
}

}  // namespace veddb
