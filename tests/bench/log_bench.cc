// SPDX-License-Identifier: BSD-3-Clause
// What a turn costs at the log: building a record of N puts and appending it to a segment on disk
// (policy `no`, so the numbers are the writer's and not the disk's), and building it alone.
#include <benchmark/benchmark.h>
#include <stdlib.h>

#include <cstring>
#include <filesystem>
#include <memory>
#include <string>

#include "log/record.h"
#include "log/writer.h"

namespace veddb {
namespace {

constexpr size_t kKeyBytes = 28;
constexpr size_t kValueBytes = 80;
constexpr uint64_t kRetireEvery = uint64_t{256} << 20;

// A directory of its own, gone at the end.
class TempDir {
 public:
  TempDir() {
    std::string pattern = (std::filesystem::temp_directory_path() / "veddb-bench-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  ~TempDir() { std::filesystem::remove_all(path_); }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

void Fill(RecordBuilder& record, int64_t puts) {
  char key[kKeyBytes] = {};
  const std::string value(kValueBytes, 'v');
  for (int64_t i = 0; i < puts; ++i) {
    std::memcpy(key, &i, sizeof i);
    record.Put(Family::kKeys, Bytes(key, sizeof key), value);
  }
}

void BM_BuildRecord(benchmark::State& state) {
  RecordBuilder record;
  for (auto _ : state) {
    record.Clear();
    Fill(record, state.range(0));
    benchmark::DoNotOptimize(record.payload().data());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_BuildRecord)->Arg(1)->Arg(16)->Arg(256);

void BM_AppendTurn(benchmark::State& state) {
  const TempDir dir;
  LogOptions options;
  options.dir = dir.path();
  options.policy = FsyncPolicy::kNo;
  auto opened = LogWriter::Open(options, 0);
  if (!opened.ok()) {
    state.SkipWithError(opened.error().message.c_str());
    return;
  }
  const std::unique_ptr<LogWriter> log = opened.TakeValue();
  RecordBuilder record;
  LogPosition retired = 0;
  for (auto _ : state) {
    record.Clear();
    Fill(record, state.range(0));
    const auto end = log->Append(record);
    if (!end.ok()) {
      state.SkipWithError(end.error().message.c_str());
      return;
    }
    if (*end - retired > kRetireEvery) {  // a long run must not fill the disk
      state.PauseTiming();
      retired = *end;
      benchmark::DoNotOptimize(log->Retire(retired).ok());
      state.ResumeTiming();
    }
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.SetBytesProcessed(static_cast<int64_t>(log->end()));
}
BENCHMARK(BM_AppendTurn)->Arg(1)->Arg(16)->Arg(256);

}  // namespace
}  // namespace veddb
