// SPDX-License-Identifier: BSD-3-Clause
// ReadView: a snapshot of the store, and iterators over it. They never abort on misuse: a step or
// a key of an iterator that is not valid does nothing and is empty.
#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "log/family.h"
#include "log/position.h"

namespace rocksdb {
class Iterator;
class Slice;
}  // namespace rocksdb

namespace veddb {

class Engine;

// Keys of one family in [lower, upper), in order. It ends silently at damaged data: after a loop
// look at status(). Owned by: one thread. The view must outlive it.
class StoreIterator {
 public:
  ~StoreIterator();
  StoreIterator(const StoreIterator&) = delete;
  StoreIterator& operator=(const StoreIterator&) = delete;

  void SeekToFirst();
  void SeekToLast();
  // To the first key >= target (and >= lower).
  void Seek(Bytes target);
  // To the last key <= target (and < upper).
  void SeekForPrev(Bytes target);
  void Next();
  void Prev();
  bool Valid() const { return valid_; }
  // Good until the next step.
  Bytes key() const { return key_; }
  Bytes value() const;
  Status status() const;

 private:
  friend class ReadView;
  StoreIterator();
  void Settle();

  std::string lower_;
  std::string upper_;
  std::unique_ptr<rocksdb::Slice> lower_bound_;  // RocksDB keeps pointers to both
  std::unique_ptr<rocksdb::Slice> upper_bound_;
  std::unique_ptr<rocksdb::Iterator> iterator_;
  bool valid_ = false;
  Bytes key_;
};

// How a scan treats the block cache. A long scan that will not come again should not fill it.
struct ScanOptions {
  bool fill_cache = true;
  size_t readahead_bytes = 0;  // 0 = RocksDB's own, which grows with the scan
};

// Any thread may read from it at the same time. Keeps old versions alive: hold it for seconds.
class ReadView {
 public:
  ~ReadView();
  ReadView(const ReadView&) = delete;
  ReadView& operator=(const ReadView&) = delete;

  // The log position up to which it shows history.
  Result<LogPosition> position() const;
  Result<bool> Get(Family family, Bytes key, std::string* value) const;
  // From now on it reads what is in memory, and fails where it would have to ask the disk. A failed
  // iterator says so by its status.
  void NeverWaitForDisk();
  // Empty lower or upper = no bound on that side.
  std::unique_ptr<StoreIterator> NewIterator(Family family, Bytes lower, Bytes upper,
                                             const ScanOptions& options = {}) const;

 private:
  friend class Engine;
  struct Impl;
  explicit ReadView(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace veddb
