// SPDX-License-Identifier: BSD-3-Clause
// StoreListener: what RocksDB's background threads tell us. Of this folder only.
#pragma once
#include <rocksdb/listener.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>

namespace veddb {

// Why the store takes no writes.
enum class StoreTrouble : uint8_t { kNone, kFailed, kDamaged };

// Called on RocksDB's threads; read from any. Calls nothing of RocksDB, throws nothing.
class StoreListener : public rocksdb::EventListener {
 public:
  void OnFlushCompleted(rocksdb::DB* db, const rocksdb::FlushJobInfo& info) override;
  void OnCompactionBegin(rocksdb::DB* db, const rocksdb::CompactionJobInfo& info) override;
  void OnCompactionCompleted(rocksdb::DB* db, const rocksdb::CompactionJobInfo& info) override;
  void OnBackgroundError(rocksdb::BackgroundErrorReason reason, rocksdb::Status* error) override;
  // Says no to RocksDB's own recovery: where it gives up it never says so, and then Close never
  // ends. The store is opened again instead.
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason reason, rocksdb::Status error,
                            bool* auto_recovery) override;
  void OnErrorRecoveryEnd(const rocksdb::BackgroundErrorRecoveryInfo& info) override;

  uint64_t flushes() const { return flushes_.load(std::memory_order_relaxed); }
  // Empty = none.
  std::string background_error() const;
  StoreTrouble trouble() const;
  void ClearBackgroundError();
  // Until the next compaction or flush is done, an error happens, or the time is over.
  void WaitForProgress(std::chrono::milliseconds longest);

 private:
  void Progress();

  std::atomic<uint64_t> flushes_{0};
  mutable std::mutex mutex_;
  std::condition_variable progressed_;
  uint64_t progress_ = 0;                       // guarded by mutex_
  std::string background_error_;                // guarded by mutex_
  StoreTrouble trouble_ = StoreTrouble::kNone;  // guarded by mutex_
};

}  // namespace veddb
