// SPDX-License-Identifier: BSD-3-Clause
#include "net/loop.h"

#include <gtest/gtest.h>

#include <atomic>
#include <ctime>
#include <thread>

namespace veddb {
namespace {

constexpr int64_t kNanosPerMilli = 1'000'000;

int64_t ThreadCpuNanos() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec * 1'000'000'000 + now.tv_nsec;
}

// Runs the loop until it has been woken so often, each time as soon as it has seen the last one.
void AnswerWakes(Loop& loop, int wakes) {
  std::atomic<int> seen{0};
  loop.OnWake([&] {
    if (++seen == wakes) loop.Stop();
  });
  std::thread waker([&] {
    for (int i = 0; i < wakes; ++i) {
      loop.Wake();
      while (seen.load() <= i) std::this_thread::yield();
    }
  });
  loop.Run();
  waker.join();
}

TEST(LoopTest, EveryWakeIsSeenWhilePolling) {
  constexpr int kWakes = 2000;
  for (const int64_t nanos : {int64_t{0}, int64_t{100'000}, 10 * kNanosPerMilli}) {
    Loop loop;
    loop.SetBusyPoll(nanos);
    AnswerWakes(loop, kWakes);
  }
}

TEST(LoopTest, TimersAreDueWhilePolling) {
  Loop loop;
  loop.SetBusyPoll(10 * kNanosPerMilli);
  int turns = 0;
  loop.Every(1, [&] {
    if (++turns == 20) loop.Stop();
  });
  loop.Run();
  EXPECT_EQ(turns, 20);
}

// Where nothing comes soon, nothing is looked for: an idle server uses no core.
TEST(LoopTest, PollingEndsWhereItDoesNotPay) {
  constexpr int kTimers = 20;
  Loop loop;
  loop.SetBusyPoll(kNanosPerMilli);
  int turns = 0;
  loop.Every(10, [&] {
    if (++turns == kTimers) loop.Stop();
  });
  const int64_t before = ThreadCpuNanos();
  loop.Run();
  // Polling before every sleep would be a millisecond each.
  EXPECT_LT(ThreadCpuNanos() - before, kTimers * kNanosPerMilli / 2);
}

}  // namespace
}  // namespace veddb
