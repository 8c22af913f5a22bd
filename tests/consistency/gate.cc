// SPDX-License-Identifier: BSD-3-Clause
#include "tests/consistency/gate.h"

namespace veddb::consistency {

using testing::RespClient;

void Gate::Open(int port) {
  const std::lock_guard lock(mutex_);
  port_ = port;
  changed_.notify_all();
}

void Gate::Close() {
  const std::lock_guard lock(mutex_);
  port_ = 0;
}

void Gate::Finish() {
  const std::lock_guard lock(mutex_);
  finished_ = true;
  changed_.notify_all();
}

RespClient Gate::Connect() {
  constexpr testing::Millis kRetry{5};
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return port_ != 0 || finished_; });
    if (finished_) return {};
    const int port = port_;
    lock.unlock();
    RespClient client = RespClient::Tcp(port);
    if (client.ok()) return client;
    lock.lock();  // it was killed a moment ago
    changed_.wait_for(lock, kRetry, [&] { return port_ != port || finished_; });
  }
}

}  // namespace veddb::consistency
