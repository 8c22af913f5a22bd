// SPDX-License-Identifier: BSD-3-Clause
#include "net/loop.h"

#include <poll.h>
#include <sched.h>

#include "base/check.h"
#include "base/clock.h"

namespace veddb {

Loop::Loop() {
  CHECK(uv_loop_init(&loop_) == 0);
  CHECK(uv_loop_configure(&loop_, UV_METRICS_IDLE_TIME) == 0);
  CHECK(uv_async_init(&loop_, &async_, [](uv_async_t* handle) {
          auto* loop = static_cast<Loop*>(handle->data);
          if (loop->on_wake_) loop->on_wake_();
        }) == 0);
  async_.data = this;
  uv_check_init(&loop_, &check_);
  check_.data = this;
  uv_check_start(&check_, [](uv_check_t* handle) {
    auto* loop = static_cast<Loop*>(handle->data);
    loop->NoteWait();
    if (loop->on_turn_end_) loop->on_turn_end_();
  });
  uv_prepare_init(&loop_, &prepare_);
  prepare_.data = this;
  uv_prepare_start(
      &prepare_, [](uv_prepare_t* handle) { static_cast<Loop*>(handle->data)->PollBeforeSleep(); });
  uv_idle_init(&loop_, &idle_);
}

Loop::~Loop() {
  uv_walk(
      &loop_,
      [](uv_handle_t* handle, void* /*arg*/) {
        if (!uv_is_closing(handle)) uv_close(handle, nullptr);
      },
      nullptr);
  uv_run(&loop_, UV_RUN_DEFAULT);
  uv_loop_close(&loop_);
}

void Loop::PollBeforeSleep() {
  poll_.polled_nanos = 0;
  if (poll_.nanos_max == 0 || busy_ || !poll_.pays || uv_backend_timeout(&loop_) == 0) return;
  // Asking leaves what it finds to libuv, whose events are level-triggered.
  pollfd events = {.fd = uv_backend_fd(&loop_), .events = POLLIN, .revents = 0};
  const int64_t begin = MonoNanos();
  while (poll(&events, 1, 0) == 0) {
    poll_.polled_nanos = MonoNanos() - begin;
    if (poll_.polled_nanos > poll_.nanos_max) return;
    sched_yield();  // threads of ours may want the core
  }
}

// Whether the wait that has ended was short enough for the next one to be polled.
void Loop::NoteWait() {
  if (poll_.nanos_max == 0) return;
  constexpr int64_t kWakeNanos = 50'000;  // about what being woken adds
  const uint64_t slept = uv_metrics_idle_time(&loop_);
  const auto wait = static_cast<int64_t>(slept - poll_.slept_nanos) + poll_.polled_nanos;
  poll_.slept_nanos = slept;
  poll_.pays = wait < poll_.nanos_max + (poll_.polled_nanos > 0 ? 0 : kWakeNanos);
}

void Loop::OnTimer(uv_timer_t* handle) {
  auto* due = static_cast<Timer*>(handle->data);
  due->handler();
  // Timers run before the loop sleeps, the check handle after: end the turn here.
  if (due->loop->on_turn_end_) due->loop->on_turn_end_();
}

Loop::Timer& Loop::NewTimer(std::function<void()> handler) {
  Timer& timer = *timers_.emplace_back(std::make_unique<Timer>());
  timer.handler = std::move(handler);
  uv_timer_init(&loop_, &timer.handle);
  timer.handle.data = &timer;
  timer.loop = this;
  return timer;
}

void Loop::Every(uint64_t interval_ms, std::function<void()> handler) {
  uv_timer_start(&NewTimer(std::move(handler)).handle, OnTimer, interval_ms, interval_ms);
}

Loop::Alarm& Loop::NewAlarm(std::function<void()> handler) {
  return *alarms_.emplace_back(std::make_unique<Alarm>(NewTimer(std::move(handler))));
}

void Loop::Alarm::SetAfter(uint64_t delay_ms) {
  // The loop's own clock stands still while it works.
  uv_update_time(timer_.handle.loop);
  uv_timer_start(&timer_.handle, OnTimer, delay_ms, 0);
}

void Loop::OnSignal(int signal, std::function<void(int)> handler) {
  signals_.push_back(std::make_unique<Signal>());
  Signal* entry = signals_.back().get();
  entry->handler = std::move(handler);
  uv_signal_init(&loop_, &entry->handle);
  entry->handle.data = entry;
  uv_signal_start(
      &entry->handle,
      [](uv_signal_t* handle, int number) { static_cast<Signal*>(handle->data)->handler(number); },
      signal);
}

void Loop::SetBusy(bool busy) {
  if (busy == busy_) return;
  busy_ = busy;
  if (busy) {
    uv_idle_start(&idle_, [](uv_idle_t* /*handle*/) {});
  } else {
    uv_idle_stop(&idle_);
  }
}

}  // namespace veddb
