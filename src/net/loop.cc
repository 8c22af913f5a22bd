// SPDX-License-Identifier: BSD-3-Clause
#include "net/loop.h"

#include "base/check.h"

namespace veddb {

Loop::Loop() {
  CHECK(uv_loop_init(&loop_) == 0);
  CHECK(uv_async_init(&loop_, &async_, [](uv_async_t* handle) {
          auto* loop = static_cast<Loop*>(handle->data);
          if (loop->on_wake_) loop->on_wake_();
        }) == 0);
  async_.data = this;
  uv_check_init(&loop_, &check_);
  check_.data = this;
  uv_check_start(&check_, [](uv_check_t* handle) {
    auto* loop = static_cast<Loop*>(handle->data);
    if (loop->on_turn_end_) loop->on_turn_end_();
  });
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
