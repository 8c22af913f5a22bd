// SPDX-License-Identifier: BSD-3-Clause
// Start-up: checks the log's tail (log/tail.h) and replays what the store does not hold yet.
//
// Replaying too much is impossible, so counters come out exact: every drain writes its position in
// the same atomic batch as its changes, replay begins exactly there, a record's seal proves that
// this position is a record's begin, and each replayed batch moves the position with it.
#pragma once
#include <cstdint>
#include <functional>
#include <string>

#include "base/result.h"
#include "log/tail.h"
#include "storage/engine.h"

namespace veddb {

struct RecoveryOptions {
  TailRepair repair = TailRepair::kTornOnly;
  // A replayed batch is drained when it holds so many bytes or changes.
  size_t batch_bytes_max = size_t{64} << 20;
  size_t batch_changes_max = 500'000;
  // Told after each batch how far it is (for LOADING's progress).
  std::function<void(LogPosition done, LogPosition tail)> progress;
};

struct RecoveryReport {
  TailReport log;        // log.tail is where LogWriter::Open goes on
  LogPosition from = 0;  // where replay began
  uint64_t records = 0;
  uint64_t changes = 0;
  uint64_t bytes = 0;        // of log that were replayed
  int64_t last_time_ms = 0;  // of the last replayed record
  int64_t took_ms = 0;
};

Result<RecoveryReport> RecoverFromLog(Engine& engine, const std::string& log_dir,
                                      const RecoveryOptions& options = {});

// What the log holds from `from` to `tail`, as changes: for memory that is made anew while the
// server runs. Nothing is written. REQUIRES: records are good up to `tail`.
struct LogChanges {
  ChangeBatch batch;  // sorted: one change a key
  uint64_t records = 0;
};
Result<LogChanges> ReadLogChanges(const std::string& log_dir, LogPosition from, LogPosition tail);

}  // namespace veddb
