// SPDX-License-Identifier: BSD-3-Clause
// StoreEnv: the system as RocksDB sees it, with pauses that can be cut short. After a failed flush
// or compaction its thread sleeps for a second, and closing the store waits for that thread:
// without this nobody could read for a second whenever the store is opened again. Of this folder
// only.
#pragma once
#include <rocksdb/env.h>

#include <memory>

namespace veddb {

class StoreEnv final : public rocksdb::EnvWrapper {
 public:
  StoreEnv();

  // Any thread. While hurried, pauses end at once; else they last as long as RocksDB wants.
  void set_hurried(bool hurried);

 private:
  class Clock;

  std::shared_ptr<Clock> clock_;
};

}  // namespace veddb
