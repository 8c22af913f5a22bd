// SPDX-License-Identifier: BSD-3-Clause
#include "storage/store_env.h"

#include <rocksdb/system_clock.h>

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace veddb {

class StoreEnv::Clock final : public rocksdb::SystemClockWrapper {
 public:
  using SystemClockWrapper::SystemClockWrapper;

  const char* Name() const override { return "VedDBClock"; }
  void SleepForMicroseconds(int micros) override {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::microseconds(micros), [this] { return hurried_; });
  }
  void set_hurried(bool hurried) {
    {
      const std::lock_guard lock(mutex_);
      hurried_ = hurried;
    }
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool hurried_ = false;  // guarded by mutex_
};

StoreEnv::StoreEnv()
    : EnvWrapper(Env::Default()),
      clock_(std::make_shared<Clock>(Env::Default()->GetSystemClock())) {
  file_system_ = Env::Default()->GetFileSystem();
  system_clock_ = clock_;
}

void StoreEnv::set_hurried(bool hurried) { clock_->set_hurried(hurried); }

}  // namespace veddb
