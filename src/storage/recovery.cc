// SPDX-License-Identifier: BSD-3-Clause
#include "storage/recovery.h"

#include <utility>

#include "base/clock.h"
#include "base/kill_point.h"
#include "base/mutation.h"
#include "log/reader.h"

namespace veddb {
namespace {

Error NoChanges(const RecordView& record) {
  return MakeError(ErrorCode::kIoErr,
                   "the log record at position " + std::to_string(record.position) +
                       " has a good checksum, but holds no changes this server understands");
}

// The record's changes into the batch.
Status Collect(const RecordView& record, ChangeBatch& batch, RecoveryReport& report) {
  ChangeReader changes(record.payload);
  Change change;
  while (changes.Next(&change)) {
    ++report.changes;
    switch (change.op) {
      case ChangeOp::kPut:
        batch.Put(change.family, change.key, change.value);
        break;
      case ChangeOp::kDelete:
        batch.Delete(change.family, change.key);
        break;
      case ChangeOp::kAdd:
        batch.Add(change.family, change.key, change.delta);
        break;
    }
  }
  if (changes.failed()) return NoChanges(record);
  ++report.records;
  report.bytes += record.end - record.position;
  report.last_time_ms = record.time_ms;
  return Ok();
}

// What the store does not hold yet goes into it.
Result<RecoveryReport> ReplayLog(Engine& engine, const std::string& log_dir, LogPosition tail,
                                 const RecoveryOptions& options) {
  const int64_t begun = MonoMillis();
  RecoveryReport report;
  report.from = engine.drained_position();
  report.log.tail = tail;
  if (report.from < tail) {
    const auto reader = TRY(LogReader::Open(log_dir, report.from));
    reader->SetLimit(tail);
    ChangeBatch batch;
    RecordView record;
    while (TRY(reader->Next(&record))) {
      const bool skipped = record.end == tail && Mutated("replay-skips-last");
      if (!skipped) TRY(Collect(record, batch, report));
      const bool full =
          batch.bytes() >= options.batch_bytes_max || batch.size() >= options.batch_changes_max;
      if (!full && record.end != tail) continue;
      TRY(engine.Drain(std::move(batch), record.end));
      KILL_POINT("recovery.batch_drained");
      if (options.progress) options.progress(record.end, tail);
    }
  }
  report.took_ms = MonoMillis() - begun;
  return report;
}

}  // namespace

Result<LogChanges> ReadLogChanges(const std::string& log_dir, LogPosition from, LogPosition tail) {
  LogChanges out;
  if (from >= tail) return out;
  const auto reader = TRY(LogReader::Open(log_dir, from));
  reader->SetLimit(tail);
  RecordView record;
  RecoveryReport report;
  while (TRY(reader->Next(&record))) TRY(Collect(record, out.batch, report));
  out.batch.Sort();
  out.records = report.records;
  return out;
}

Result<RecoveryReport> RecoverFromLog(Engine& engine, const std::string& log_dir,
                                      const RecoveryOptions& options) {
  const TailReport tail = TRY(CheckTail(log_dir, engine.drained_position(), options.repair));
  RecoveryReport report = TRY(ReplayLog(engine, log_dir, tail.tail, options));
  report.log = tail;
  return report;
}

}  // namespace veddb
