// SPDX-License-Identifier: BSD-3-Clause
#include "metrics/latency_monitor.h"

#include <algorithm>
#include <cinttypes>
#include <cmath>
#include <cstdio>
#include <utility>
#include <vector>

#include "base/check.h"

namespace veddb {
namespace {

constexpr std::array<LatencyEventInfo, 8> kEventInfos = {{
    {"command",
     "SLOWLOG tells which commands they were; the cost of a command is in COMMAND DOCS."},
    {"fast-command",
     "These commands take constant time: look for a machine that is busy with something else, or "
     "swaps (vmstat)."},
    {"cold-load",
     "Keys were read from disk before their command ran: more maxmemory keeps more of them in "
     "memory, and a larger block-cache makes reading faster."},
    {"expire-cycle", "Many keys expire at the same time: spread their times to live."},
    {"eviction-cycle",
     "Objects leave memory to make room: raise maxmemory, or shard the data over more servers."},
    {"log-append", "The operating system is slow to take the log: look for a busy or full disk."},
    {"log-sync",
     "The disk is slow to make the log durable. Commands wait for that with appendfsync always."},
    {"drain",
     "Changes go to the store slowly. It holds up no command, unless memory runs full meanwhile; "
     "look for a busy disk and at the figures of compaction in INFO persistence."},
}};

constexpr size_t kGraphRows = 5;

std::string Age(int64_t seconds) {
  constexpr int64_t kMinute = 60;
  constexpr int64_t kHour = 3600;
  constexpr int64_t kDay = 86400;
  if (seconds < kMinute) return std::to_string(seconds) + "s";
  if (seconds < kHour) return std::to_string(seconds / kMinute) + "m";
  if (seconds < kDay) return std::to_string(seconds / kHour) + "h";
  return std::to_string(seconds / kDay) + "d";
}

std::pair<int64_t, int64_t> LowAndHigh(const LatencyMonitor::Series& series) {
  const auto [low, high] = std::minmax_element(
      series.samples.begin(), series.samples.end(),
      [](const auto& one, const auto& other) { return one.millis < other.millis; });
  return {low->millis, high->millis};
}

// The row (0: the lowest) that a column ends in.
size_t TopRow(int64_t millis, int64_t low, int64_t high) {
  if (high == low) return 0;
  return static_cast<size_t>((millis - low) * static_cast<int64_t>(kGraphRows - 1) / (high - low));
}

std::string Finding(size_t number, Bytes name, const LatencyMonitor::Series& series) {
  double sum = 0;
  for (const auto& sample : series.samples) sum += static_cast<double>(sample.millis);
  const auto n = static_cast<double>(series.samples.size());
  const double average = sum / n;
  double deviation = 0;
  for (const auto& sample : series.samples) {
    deviation += std::fabs(static_cast<double>(sample.millis) - average);
  }
  const int64_t span_s = series.samples.back().time_s - series.samples.front().time_s;
  std::array<char, 512> line;
  const int size = std::snprintf(
      line.data(), line.size(),
      "%zu. %s: %zu latency spikes (average %.0fms, mean deviation %.0fms, period %.2f sec). Worst "
      "all time event %" PRId64 "ms.\n",
      number, std::string(name).c_str(), series.samples.size(), average, deviation / n,
      static_cast<double>(span_s) / n, series.worst_millis);
  return {line.data(), std::min(static_cast<size_t>(size), line.size() - 1)};
}

}  // namespace

std::span<const LatencyEventInfo> LatencyEvents() { return kEventInfos; }

std::optional<LatencyEvent> FindLatencyEvent(Bytes name) {
  for (size_t i = 0; i < kEventInfos.size(); ++i) {
    if (kEventInfos[i].name == name) return static_cast<LatencyEvent>(i);
  }
  return std::nullopt;
}

void LatencyMonitor::Note(LatencyEvent event, int64_t millis, int64_t now_s) {
  if (!enabled() || millis < threshold_millis_) return;
  Series& series = series_[static_cast<size_t>(event)];
  series.worst_millis = std::max(series.worst_millis, millis);
  if (!series.samples.empty() && series.samples.back().time_s == now_s) {
    series.samples.back().millis = std::max(series.samples.back().millis, millis);
    return;
  }
  series.samples.push_back({now_s, millis});
  if (series.samples.size() > kSamplesMax) series.samples.pop_front();
}

bool LatencyMonitor::Reset(LatencyEvent event) {
  return !std::exchange(series_[static_cast<size_t>(event)], {}).samples.empty();
}

std::string LatencyGraph(Bytes name, const LatencyMonitor::Series& series, int64_t now_s) {
  CHECK(!series.samples.empty());
  constexpr size_t kRuleChars = 80;
  const auto [low, high] = LowAndHigh(series);
  std::string text(name);
  text += " - high " + std::to_string(high) + " ms, low " + std::to_string(low) +
          " ms (all time high " + std::to_string(series.worst_millis) + " ms)\n" +
          std::string(kRuleChars, '-') + "\n";
  std::vector<std::string> ages;
  size_t age_chars = 0;
  for (const auto& sample : series.samples) {
    ages.push_back(Age(std::max<int64_t>(0, now_s - sample.time_s)));
    age_chars = std::max(age_chars, ages.back().size());
  }
  for (size_t row = kGraphRows; row-- > 0;) {
    for (const auto& sample : series.samples) {
      const size_t top = TopRow(sample.millis, low, high);
      text += row == top ? '#' : row < top ? '|' : ' ';
    }
    text += '\n';
  }
  text += '\n';
  for (size_t at = 0; at < age_chars; ++at) {
    for (const std::string& age : ages) text += at < age.size() ? age[at] : ' ';
    text += '\n';
  }
  return text;
}

std::string LatencyReport(const LatencyMonitor& monitor, int64_t slowlog_micros) {
  constexpr int64_t kMicrosPerMilli = 1000;
  if (!monitor.enabled()) {
    return "Latency monitoring is switched off. CONFIG SET latency-monitor-threshold "
           "<milliseconds> switches it on.\n";
  }
  std::string findings;
  std::string advices;
  size_t number = 0;
  for (size_t i = 0; i < kEventInfos.size(); ++i) {
    const LatencyMonitor::Series& series = monitor.series(static_cast<LatencyEvent>(i));
    if (series.samples.empty()) continue;
    findings += Finding(++number, kEventInfos[i].name, series);
    advices +=
        "- " + std::string(kEventInfos[i].name) + ": " + std::string(kEventInfos[i].advice) + "\n";
  }
  if (findings.empty()) {
    return "Nothing took as long as " + std::to_string(monitor.threshold_millis()) +
           " ms (latency-monitor-threshold) so far.\n";
  }
  const int64_t threshold_micros = monitor.threshold_millis() * kMicrosPerMilli;
  if (slowlog_micros < 0 || slowlog_micros > threshold_micros) {
    advices +=
        "- The slow log leaves out commands that are seen here: CONFIG SET "
        "slowlog-log-slower-than " +
        std::to_string(threshold_micros) + "\n";
  }
  return "These took as long as " + std::to_string(monitor.threshold_millis()) +
         " ms (latency-monitor-threshold) or longer:\n\n" + findings +
         "\nWhat to do about it:\n\n" + advices;
}

}  // namespace veddb
