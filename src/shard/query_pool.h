// SPDX-License-Identifier: BSD-3-Clause
// QueryPool: threads for long reads on snapshots, for parsing large arguments and for freeing large
// structures: everything that owns no shard. Submit may be called from any thread.
#pragma once
#include <concurrentqueue/blockingconcurrentqueue.h>

#include <atomic>
#include <functional>
#include <thread>
#include <vector>

namespace veddb {

class QueryPool {
 public:
  explicit QueryPool(size_t threads);
  ~QueryPool();  // finishes what was submitted
  QueryPool(const QueryPool&) = delete;
  QueryPool& operator=(const QueryPool&) = delete;

  size_t threads() const { return threads_.size(); }
  void Submit(std::function<void()> work);
  // Nothing is submitted or running. True stays true until somebody submits.
  bool idle() const { return unfinished_.load() == 0; }
  // Waits until everything that was submitted, and what that submitted, has ended.
  void Quiesce();
  // Runs work(0) … work(parts - 1), on this thread and on as many of the pool as are free, and
  // returns when all are done. May be called from a thread of the pool.
  void ForEachPart(size_t parts, const std::function<void(size_t)>& work);

 private:
  void ThreadMain();

  moodycamel::BlockingConcurrentQueue<std::function<void()>> queue_;
  std::atomic<size_t> unfinished_{0};
  std::vector<std::thread> threads_;
};

}  // namespace veddb
