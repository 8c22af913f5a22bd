// SPDX-License-Identifier: BSD-3-Clause
// LatencyMonitor: when which of the server's activities took longer than a threshold, as LATENCY
// shows it. Of each activity the last kSamplesMax seconds in which that happened are kept, with the
// worst time of each. Owned by: the loop.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>

#include "base/bytes.h"

namespace veddb {

// What is measured. Names and meanings stand in LatencyEvents().
enum class LatencyEvent : uint8_t {
  kCommand,
  kFastCommand,
  kColdLoad,
  kExpireCycle,
  kEvictionCycle,
  kLogAppend,
  kLogSync,
  kDrain,
};

struct LatencyEventInfo {
  Bytes name;
  Bytes advice;  // what DOCTOR says of it
};
// In the order of the enum.
std::span<const LatencyEventInfo> LatencyEvents();
std::optional<LatencyEvent> FindLatencyEvent(Bytes name);

class LatencyMonitor {
 public:
  static constexpr size_t kSamplesMax = 160;

  struct Sample {
    int64_t time_s = 0;
    int64_t millis = 0;
  };
  struct Series {
    std::deque<Sample> samples;  // the oldest first
    int64_t worst_millis = 0;    // since the last reset
  };

  // Milliseconds; 0 switches the monitor off.
  void set_threshold_millis(int64_t millis) { threshold_millis_ = millis; }
  bool enabled() const { return threshold_millis_ > 0; }
  int64_t threshold_millis() const { return threshold_millis_; }

  // Keeps it if it is as long as the threshold.
  void Note(LatencyEvent event, int64_t millis, int64_t now_s);
  const Series& series(LatencyEvent event) const { return series_[static_cast<size_t>(event)]; }
  // Whether there was anything to forget.
  bool Reset(LatencyEvent event);

 private:
  static constexpr size_t kEvents = static_cast<size_t>(LatencyEvent::kDrain) + 1;

  int64_t threshold_millis_ = 0;
  std::array<Series, kEvents> series_;
};

// What LATENCY GRAPH draws: a column a sample, the latest at the right, with its age below.
std::string LatencyGraph(Bytes name, const LatencyMonitor::Series& series, int64_t now_s);
// LATENCY DOCTOR's report. `slowlog_micros`: slowlog-log-slower-than.
std::string LatencyReport(const LatencyMonitor& monitor, int64_t slowlog_micros);

}  // namespace veddb
