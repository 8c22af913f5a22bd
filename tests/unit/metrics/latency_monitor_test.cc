// SPDX-License-Identifier: BSD-3-Clause
#include "metrics/latency_monitor.h"

#include <gtest/gtest.h>

namespace veddb {
namespace {

constexpr LatencyEvent kEvent = LatencyEvent::kDrain;

TEST(LatencyMonitor, OnlyWhatReachesTheThresholdIsKept) {
  LatencyMonitor monitor;
  monitor.Note(kEvent, 1000, 1);
  EXPECT_TRUE(monitor.series(kEvent).samples.empty()) << "it is off";
  monitor.set_threshold_millis(10);
  monitor.Note(kEvent, 9, 1);
  EXPECT_TRUE(monitor.series(kEvent).samples.empty());
  monitor.Note(kEvent, 10, 1);
  EXPECT_EQ(monitor.series(kEvent).samples.size(), 1U);
}

TEST(LatencyMonitor, OneSampleASecondTheWorst) {
  LatencyMonitor monitor;
  monitor.set_threshold_millis(1);
  monitor.Note(kEvent, 5, 100);
  monitor.Note(kEvent, 7, 100);
  monitor.Note(kEvent, 6, 100);
  monitor.Note(kEvent, 2, 101);
  const LatencyMonitor::Series& series = monitor.series(kEvent);
  ASSERT_EQ(series.samples.size(), 2U);
  EXPECT_EQ(series.samples[0].millis, 7);
  EXPECT_EQ(series.samples[1].millis, 2);
  EXPECT_EQ(series.worst_millis, 7);
}

TEST(LatencyMonitor, ItKeepsTheLastAndRemembersTheWorst) {
  LatencyMonitor monitor;
  monitor.set_threshold_millis(1);
  monitor.Note(kEvent, 500, 0);
  const auto n = static_cast<int64_t>(LatencyMonitor::kSamplesMax);
  for (int64_t i = 1; i <= n; ++i) monitor.Note(kEvent, 2, i);
  EXPECT_EQ(monitor.series(kEvent).samples.size(), LatencyMonitor::kSamplesMax);
  EXPECT_EQ(monitor.series(kEvent).samples.front().time_s, 1);
  EXPECT_EQ(monitor.series(kEvent).worst_millis, 500);
}

TEST(LatencyMonitor, ResetTellsWhetherThereWasAnything) {
  LatencyMonitor monitor;
  monitor.set_threshold_millis(1);
  EXPECT_FALSE(monitor.Reset(kEvent));
  monitor.Note(kEvent, 5, 1);
  EXPECT_TRUE(monitor.Reset(kEvent));
  EXPECT_TRUE(monitor.series(kEvent).samples.empty());
  EXPECT_EQ(monitor.series(kEvent).worst_millis, 0);
}

TEST(LatencyMonitor, EveryEventIsFoundByItsName) {
  for (size_t i = 0; i < LatencyEvents().size(); ++i) {
    EXPECT_EQ(FindLatencyEvent(LatencyEvents()[i].name), static_cast<LatencyEvent>(i));
  }
  EXPECT_EQ(FindLatencyEvent("nosuch"), std::nullopt);
  EXPECT_EQ(LatencyEvents().size(), static_cast<size_t>(LatencyEvent::kDrain) + 1);
}

TEST(LatencyMonitor, TheGraphHasAColumnASampleAndTheirAges) {
  LatencyMonitor monitor;
  monitor.set_threshold_millis(1);
  monitor.Note(kEvent, 10, 100);
  monitor.Note(kEvent, 50, 4000);
  monitor.Note(kEvent, 30, 4100);
  EXPECT_EQ(LatencyGraph("drain", monitor.series(kEvent), 4110),
            "drain - high 50 ms, low 10 ms (all time high 50 ms)\n" + std::string(80, '-') +
                "\n"
                " # \n"
                " | \n"
                " |#\n"
                " ||\n"
                "#||\n"
                "\n"
                "111\n"
                "hm0\n"
                "  s\n");
}

TEST(LatencyMonitor, TheReportNamesWhatWasSlowAndWhatHelps) {
  LatencyMonitor monitor;
  EXPECT_NE(LatencyReport(monitor, 0).find("latency-monitor-threshold"), std::string::npos);
  monitor.set_threshold_millis(20);
  EXPECT_NE(LatencyReport(monitor, 0).find("Nothing took as long as 20 ms"), std::string::npos);
  monitor.Note(LatencyEvent::kCommand, 40, 10);
  monitor.Note(LatencyEvent::kCommand, 60, 12);
  const std::string report = LatencyReport(monitor, 100'000);
  EXPECT_NE(report.find("1. command: 2 latency spikes (average 50ms, mean deviation 10ms, period "
                        "1.00 sec). Worst all time event 60ms."),
            std::string::npos)
      << report;
  EXPECT_NE(report.find("CONFIG SET slowlog-log-slower-than 20000"), std::string::npos);
  EXPECT_EQ(LatencyReport(monitor, 20'000).find("CONFIG SET slowlog"), std::string::npos);
}

}  // namespace
}  // namespace veddb
