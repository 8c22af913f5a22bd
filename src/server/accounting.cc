// SPDX-License-Identifier: BSD-3-Clause
#include "server/accounting.h"

#include <algorithm>

#include "base/clock.h"
#include "command/secrets.h"
#include "server/client.h"

namespace veddb {
namespace {

constexpr size_t kErrorWordsMax = 128;
constexpr int64_t kNanosPerMicro = 1000;
constexpr int64_t kNanosPerMilli = 1'000'000;
constexpr int64_t kMillisPerSecond = 1000;
constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

int64_t Scaled(int64_t value, int64_t unit) {
  return value > kNever / unit ? kNever : value * unit;
}

}  // namespace

void Accounting::Configure(const Config& config) {
  slow_log_.set_entries_max(static_cast<size_t>(config.slowlog_max_len));
  latency_.set_threshold_millis(config.latency_monitor_threshold);
  tracks_latency_ = config.latency_tracking;
  const int64_t micros = config.slowlog_log_slower_than;
  slow_log_nanos_ = micros < 0 ? kNever : Scaled(micros, kNanosPerMicro);
  const int64_t monitored =
      latency_.enabled() ? Scaled(config.latency_monitor_threshold, kNanosPerMilli) : kNever;
  slow_nanos_ = std::min(slow_log_nanos_, monitored);
}

void Accounting::NoteSlow(const Command& command, std::span<const Bytes> argv,
                          const Outcome& outcome, const Client* client) {
  const Flag flags = command.spec->flags;
  NoteLatency(Has(flags, Flag::kFast) ? LatencyEvent::kFastCommand : LatencyEvent::kCommand,
              outcome.nanos);
  NoteLatency(LatencyEvent::kColdLoad, outcome.load_nanos);
  if (outcome.nanos < slow_log_nanos_ || Has(flags, Flag::kSkipSlowlog)) return;
  const Bytes address = client != nullptr ? Bytes(client->connection().peer()) : Bytes("?:0");
  const Bytes name = client != nullptr ? Bytes(client->session.name) : Bytes();
  slow_log_.Add(ShownArguments(*command.spec, argv), outcome.nanos / kNanosPerMicro,
                WallMillis() / kMillisPerSecond, address, name);
}

void Accounting::NoteLatency(LatencyEvent event, int64_t nanos) {
  if (!latency_.enabled()) return;
  latency_.Note(event, nanos / kNanosPerMilli, WallMillis() / kMillisPerSecond);
}

void Accounting::CountError(Bytes wire) {
  ++totals_.errors;
  const std::string word(wire.substr(0, wire.find(' ')));
  // Scripts may make up words; the table is bounded all the same.
  if (totals_.errors_by_word.size() < kErrorWordsMax || totals_.errors_by_word.contains(word)) {
    ++totals_.errors_by_word[word];
  }
}

}  // namespace veddb
