// SPDX-License-Identifier: BSD-3-Clause
// Gate: how the clients of a history find the server while it is killed and started again.
//
// Any thread.
#pragma once
#include <atomic>
#include <condition_variable>
#include <mutex>

#include "tests/support/resp_client.h"

namespace veddb::consistency {

class Gate {
 public:
  // The server answers on this port / is not there.
  void Open(int port);
  void Close();
  // Clients are to end.
  void Finish();
  bool finished() const { return finished_.load(); }

  // Waits for the server; no connection once finished.
  testing::RespClient Connect();

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int port_ = 0;
  std::atomic<bool> finished_{false};
};

}  // namespace veddb::consistency
