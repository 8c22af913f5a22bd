// SPDX-License-Identifier: BSD-3-Clause
// StoreLogger: RocksDB's information log, the file LOG in the store's directory. In place of
// RocksDB's own, which ends the process (an assertion of Debian's build) when its file can't be
// written: on a full disk the store must stay readable. Of this folder only.
#pragma once
#include <rocksdb/env.h>

#include <cstdarg>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

namespace veddb {

// Any thread. Lines that can't be written are dropped. Holds at most two files of kLogBytesMax.
class StoreLogger : public rocksdb::Logger {
 public:
  static constexpr uint64_t kLogBytesMax = uint64_t{4} << 20;

  explicit StoreLogger(const std::string& dir);
  ~StoreLogger() override;

  using rocksdb::Logger::Logv;
  void Logv(const char* format, va_list arguments) override;

 private:
  // The file of before becomes LOG.old.
  void Begin();

  const std::string path_;
  std::mutex mutex_;
  int fd_ = -1;         // guarded by mutex_
  uint64_t bytes_ = 0;  // guarded by mutex_
};

}  // namespace veddb
