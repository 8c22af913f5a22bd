// SPDX-License-Identifier: BSD-3-Clause
// The program that crash_test kills: opens store and log in the given directory, recovers, and
// writes records of the workload for ever, draining and flushing now and then. Says the number of
// each record on standard output once it is appended.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>

#include "log/writer.h"
#include "storage/recovery.h"
#include "tests/unit/storage/workload.h"

namespace veddb {
namespace {

int Fail(const Error& error) {
  std::fprintf(stderr, "crasher: %s\n", error.message.c_str());
  return 1;
}

int Run(const std::string& dir, unsigned seed) {
  auto engine = Engine::Open({.dir = dir + "/store",
                              .block_cache_bytes = size_t{8} << 20,
                              .write_buffer_bytes = size_t{1} << 20,
                              .max_open_files = 64,
                              .ingest_changes_min = 400});
  if (!engine.ok()) return Fail(engine.error());
  const auto report = RecoverFromLog(**engine, dir + "/log");
  if (!report.ok()) return Fail(report.error());
  auto log = LogWriter::Open({.dir = dir + "/log", .segment_bytes = 60'000}, report->log.tail);
  if (!log.ok()) return Fail(log.error());

  std::mt19937 random(seed);
  RecordBuilder record;
  ChangeBatch batch;
  int number =
      static_cast<int>(workload::CounterIn(*(*engine)->NewReadView(), workload::kRecordCounter));
  int drain_at = number + static_cast<int>(random() % 200);
  while (true) {
    record.Clear();
    workload::Ops(number, workload::BothSink{record, batch});
    const auto position = (*log)->Append(record);
    if (!position.ok()) return Fail(position.error());
    if (write(STDOUT_FILENO, &number, sizeof number) != sizeof number) return 1;
    if (++number < drain_at) continue;
    const Status synced = (*log)->SyncNow();
    if (!synced.ok()) return Fail(synced.error());
    const Status drained = (*engine)->Drain(std::move(batch), *position);
    if (!drained.ok()) return Fail(drained.error());
    if (random() % 6 == 0) {
      const Status flushed = (*engine)->Flush();
      if (!flushed.ok()) return Fail(flushed.error());
    }
    const Status retired = (*log)->Retire((*engine)->flushed_position());
    if (!retired.ok()) return Fail(retired.error());
    drain_at = number + static_cast<int>(random() % (random() % 2 == 0 ? 20 : 200));
  }
}

}  // namespace
}  // namespace veddb

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  return veddb::Run(argv[1], static_cast<unsigned>(std::atoi(argv[2])));
}
