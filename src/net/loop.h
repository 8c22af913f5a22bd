// SPDX-License-Identifier: BSD-3-Clause
// Loop: libuv's event loop, in words of ours. One thread runs it; everything but Wake belongs to
// it.
#pragma once
#include <uv.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace veddb {

class Loop {
 public:
  // A call at a time to come.
  class Alarm;

  Loop();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Called once after each round of input, before the loop may sleep.
  void OnTurnEnd(std::function<void()> handler) { on_turn_end_ = std::move(handler); }
  // Called on the loop some time after Wake, which any thread may call.
  void OnWake(std::function<void()> handler) { on_wake_ = std::move(handler); }
  void Wake() { uv_async_send(&async_); }
  // Calls back every `interval_ms` from now on.
  void Every(uint64_t interval_ms, std::function<void()> handler);
  // Calls back when the alarm is due; it is not set yet, and lives as long as the loop.
  Alarm& NewAlarm(std::function<void()> handler);
  // SIGTERM and SIGINT, as numbers.
  void OnSignal(int signal, std::function<void(int)> handler);
  // While on, the loop does not sleep: turn follows turn.
  void SetBusy(bool busy);
  // Before it sleeps the loop looks for input for so long, if input has lately come as soon as
  // that: being woken takes longer than most commands. 0: never.
  void SetBusyPoll(int64_t nanos) { poll_.nanos_max = nanos; }

  void Run() { uv_run(&loop_, UV_RUN_DEFAULT); }
  // Makes Run return after this round.
  void Stop() { uv_stop(&loop_); }
  uv_loop_t* uv() { return &loop_; }

 private:
  struct Timer {
    uv_timer_t handle;
    Loop* loop;
    std::function<void()> handler;
  };
  // Between two turns.
  struct BusyPoll {
    int64_t nanos_max = 0;
    bool pays = false;         // input came soon the last time
    int64_t polled_nanos = 0;  // in this wait
    uint64_t slept_nanos = 0;  // in all waits before this one
  };
  void PollBeforeSleep();
  void NoteWait();

  static void OnTimer(uv_timer_t* handle);
  Timer& NewTimer(std::function<void()> handler);
  struct Signal {
    uv_signal_t handle;
    std::function<void(int)> handler;
  };

  uv_loop_t loop_;
  uv_async_t async_;
  uv_prepare_t prepare_;
  uv_check_t check_;
  uv_idle_t idle_;
  bool busy_ = false;
  BusyPoll poll_;
  std::function<void()> on_turn_end_;
  std::function<void()> on_wake_;
  std::vector<std::unique_ptr<Timer>> timers_;
  std::vector<std::unique_ptr<Alarm>> alarms_;
  std::vector<std::unique_ptr<Signal>> signals_;
};

class Loop::Alarm {
 public:
  explicit Alarm(Timer& timer) : timer_(timer) {}
  // Once, so many milliseconds from now on; a time that was set before is forgotten.
  void SetAfter(uint64_t delay_ms);
  void Cancel() { uv_timer_stop(&timer_.handle); }

 private:
  Timer& timer_;
};

}  // namespace veddb
