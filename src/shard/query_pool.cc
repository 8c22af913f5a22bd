// SPDX-License-Identifier: BSD-3-Clause
#include "shard/query_pool.h"

#include <pthread.h>

#include <algorithm>
#include <memory>

namespace veddb {

QueryPool::QueryPool(size_t threads) {
  for (size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { ThreadMain(); });
}

QueryPool::~QueryPool() {
  for (size_t i = 0; i < threads_.size(); ++i) queue_.enqueue(nullptr);
  for (std::thread& thread : threads_) thread.join();
}

void QueryPool::Submit(std::function<void()> work) {
  unfinished_.fetch_add(1);
  queue_.enqueue(std::move(work));
}

void QueryPool::Quiesce() {
  for (size_t n = unfinished_.load(); n != 0; n = unfinished_.load()) unfinished_.wait(n);
}

void QueryPool::ThreadMain() {
  pthread_setname_np(pthread_self(), "query");
  for (;;) {
    std::function<void()> work;
    queue_.wait_dequeue(work);
    if (work == nullptr) return;
    work();
    work = nullptr;  // what it holds ends before it counts as finished
    unfinished_.fetch_sub(1);
    unfinished_.notify_all();
  }
}

void QueryPool::ForEachPart(size_t parts, const std::function<void(size_t)>& work) {
  // Shared with helpers that may start after everything is done: they then find no part left.
  struct State {
    std::atomic<size_t> next{0};
    std::atomic<size_t> done{0};
  };
  const auto state = std::make_shared<State>();
  const auto run = [state, parts, &work] {
    for (size_t part = state->next.fetch_add(1); part < parts; part = state->next.fetch_add(1)) {
      work(part);
      if (state->done.fetch_add(1) + 1 == parts) state->done.notify_all();
    }
  };
  const size_t helpers = std::min(parts, threads_.size());
  for (size_t i = 1; i < helpers; ++i) Submit(run);
  run();
  for (size_t done = state->done.load(); done < parts; done = state->done.load()) {
    state->done.wait(done);
  }
}

}  // namespace veddb
