// SPDX-License-Identifier: BSD-3-Clause
// LATENCY: what took long and when, and how long the calls of each command took.
#include <vector>

#include "base/clock.h"
#include "command/call.h"
#include "command/docs.h"
#include "command/registry.h"
#include "command/server_api.h"
#include "metrics/latency_monitor.h"
#include "modules/admin/tables.h"

namespace veddb {
namespace {

constexpr int64_t kNanosPerMicro = 1000;

void Latest(Call& call) {
  const size_t mark = call.reply.Defer();
  size_t n = 0;
  for (const LatencyEventInfo& event : LatencyEvents()) {
    const LatencyMonitor::Series& series =
        call.server->latency().series(static_cast<LatencyEvent>(&event - LatencyEvents().data()));
    if (series.samples.empty()) continue;
    call.reply.Array(4);
    call.reply.Bulk(event.name);
    call.reply.Integer(series.samples.back().time_s);
    call.reply.Integer(series.samples.back().millis);
    call.reply.Integer(series.worst_millis);
    ++n;
  }
  call.reply.EndArray(mark, n);
}

void History(Call& call) {
  const std::optional<LatencyEvent> event = FindLatencyEvent(call.argv[2]);
  if (!event) return call.reply.Array(0);
  const LatencyMonitor::Series& series = call.server->latency().series(*event);
  call.reply.Array(series.samples.size());
  for (const LatencyMonitor::Sample& sample : series.samples) {
    call.reply.Array(2);
    call.reply.Integer(sample.time_s);
    call.reply.Integer(sample.millis);
  }
}

void Graph(Call& call) {
  constexpr int64_t kMillisPerSecond = 1000;
  const std::optional<LatencyEvent> event = FindLatencyEvent(call.argv[2]);
  if (!event || call.server->latency().series(*event).samples.empty()) {
    return call.reply.Error(
        Err("No samples available for event '" + std::string(call.argv[2]) + "'"));
  }
  call.reply.Verbatim("txt", LatencyGraph(call.argv[2], call.server->latency().series(*event),
                                          call.now_ms / kMillisPerSecond));
}

void Doctor(Call& call) {
  call.reply.Verbatim("txt", LatencyReport(call.server->latency(),
                                           call.server->config().config().slowlog_log_slower_than));
}

void Reset(Call& call) {
  int64_t n = 0;
  const auto reset = [&](LatencyEvent event) {
    if (call.server->latency().Reset(event)) ++n;
  };
  if (call.argv.size() == 2) {
    for (size_t i = 0; i < LatencyEvents().size(); ++i) reset(static_cast<LatencyEvent>(i));
  }
  for (const Bytes name : call.argv.subspan(2)) {
    if (const std::optional<LatencyEvent> event = FindLatencyEvent(name)) reset(*event);
  }
  call.reply.Integer(n);
}

// --- HISTOGRAM ---

void AddMeasured(const Command& command, std::vector<const Command*>& found) {
  if (command.stats.latency != nullptr) found.push_back(&command);
  for (const Command* sub : command.subcommands) AddMeasured(*sub, found);
}

void Histogram(Call& call) {
  std::vector<const Command*> found;
  if (call.argv.size() == 2) {
    for (const Command* command : call.server->commands().All()) AddMeasured(*command, found);
  }
  for (const Bytes name : call.argv.subspan(2)) {
    const Command* command = call.server->commands().FindByFullName(name);
    if (command != nullptr) AddMeasured(*command, found);
  }
  call.reply.Map(found.size());
  for (const Command* command : found) {
    const std::vector<LatencyHistogram::Level> levels = command->stats.latency->Levels();
    call.reply.Bulk(command->full_name);
    call.reply.Map(2);
    call.reply.Bulk("calls");
    call.reply.Integer(static_cast<int64_t>(command->stats.latency->total()));
    call.reply.Bulk("histogram_usec");
    call.reply.Map(levels.size());
    for (const LatencyHistogram::Level& level : levels) {
      call.reply.Integer(level.nanos_max / kNanosPerMicro);
      call.reply.Integer(static_cast<int64_t>(level.calls));
    }
  }
}

constexpr Flag kHelpFlags = Flag::kLoading | Flag::kStale;
constexpr Flag kFlags = kHelpFlags | Flag::kAdmin | Flag::kNoScript;
constexpr Bytes kTips = "nondeterministic_output,request_policy:all_nodes,response_policy:special";

constexpr CommandSpec kTable[] = {
    {.name = "latency",
     .summary = "Commands about what took long.",
     .since = "2.8.13",
     .group = "server",
     .complexity = "Depends on subcommand.",
     .arity = -2,
     .is_container = true},
    {.name = "latest",
     .parent = "latency",
     .summary = "Answers the last sample of each activity: its name, time, milliseconds, and the "
                "worst there was.",
     .since = "2.8.13",
     .group = "server",
     .complexity = "O(1)",
     .arity = 2,
     .flags = kFlags,
     .handler = Latest,
     .tips = kTips},
    {.name = "history",
     .parent = "latency",
     .summary = "Answers the samples of an activity: times and milliseconds.",
     .since = "2.8.13",
     .group = "server",
     .complexity = "O(1)",
     .syntax = "event",
     .arity = 3,
     .flags = kFlags,
     .handler = History,
     .tips = kTips},
    {.name = "graph",
     .parent = "latency",
     .summary = "Draws the samples of an activity.",
     .since = "2.8.13",
     .group = "server",
     .complexity = "O(1)",
     .syntax = "event",
     .arity = 3,
     .flags = kFlags,
     .handler = Graph,
     .tips = kTips},
    {.name = "doctor",
     .parent = "latency",
     .summary = "Answers a report of what took long, and what helps.",
     .since = "2.8.13",
     .group = "server",
     .complexity = "O(1)",
     .arity = 2,
     .flags = kFlags,
     .handler = Doctor,
     .tips = kTips},
    {.name = "reset",
     .parent = "latency",
     .summary = "Forgets the samples of activities, or of all; answers of how many.",
     .since = "2.8.13",
     .group = "server",
     .complexity = "O(1)",
     .syntax = "[event [event ...]]",
     .arity = -2,
     .flags = kFlags,
     .handler = Reset,
     .tips = "request_policy:all_nodes,response_policy:all_succeeded"},
    {.name = "histogram",
     .parent = "latency",
     .summary = "Answers how many calls of commands took up to how many microseconds.",
     .since = "7.0.0",
     .group = "server",
     .complexity = "O(N) where N is the number of commands with latency information being "
                   "retrieved.",
     .syntax = "[command [command ...]]",
     .arity = -2,
     .flags = kFlags,
     .handler = Histogram,
     .tips = kTips},
    {.name = "help",
     .parent = "latency",
     .summary = "Lists the subcommands.",
     .since = "2.8.13",
     .group = "server",
     .complexity = "O(1)",
     .arity = 2,
     .flags = kHelpFlags,
     .handler = HelpHandler},
};
static_assert(SpecsAreValid(kTable));

}  // namespace

std::span<const CommandSpec> LatencyCommands() { return kTable; }

}  // namespace veddb
