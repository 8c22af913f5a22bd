// SPDX-License-Identifier: BSD-3-Clause
// veddb-torture: kills the server at random moments under load and checks after each restart that
// every acknowledged write is there, that nothing was half done, and that the counts agree.
//
// The data go on from cycle to cycle; options that decide when changes move from memory to log and
// store are different in each, so that kills hit drains, ingestions, flushes and recoveries.
#include <cinttypes>
#include <cstdio>
#include <memory>
#include <random>
#include <thread>

#include "tests/support/server_process.h"
#include "tests/support/temp_dir.h"
#include "tests/torture/check.h"
#include "tests/torture/settings.h"
#include "tests/torture/worker.h"

namespace veddb::torture {
namespace {

using testing::Clock;
using testing::Millis;
using testing::ServerProcess;
using testing::TempDir;
using testing::Words;

constexpr uint64_t kKillAfterMillisMin = 50;
constexpr uint64_t kKillAfterMillisMax = 3000;
constexpr uint64_t kKillRecoveryMillisMax = 400;
constexpr Millis kEndPatience{60'000};

class Torture {
 public:
  explicit Torture(const Settings& settings)
      : settings_(settings),
        dir_("torture"),
        server_(settings.server, dir_ / "data"),
        random_(settings.seed) {}

  int Run();

 private:
  uint64_t Between(uint64_t low, uint64_t high) { return low + random_() % (high - low + 1); }
  std::string OneOf(std::initializer_list<const char*> words) {
    return words.begin()[random_() % words.size()];
  }
  Words CycleOptions();
  bool Start(const Words& options);
  void MakeWorkers();
  void Load(Millis span);
  bool End();
  bool CheckAll();
  bool Cycle(int64_t number);
  int64_t Acknowledged() const;
  bool Fail(const std::string& what);

  const Settings settings_;
  TempDir dir_;
  ServerProcess server_;
  std::mt19937_64 random_;
  std::vector<std::unique_ptr<Worker>> workers_;
  bool documents_ = false;
  bool failed_ = false;
};

Words Torture::CycleOptions() {
  const std::string fsync =
      settings_.appendfsync.empty() ? OneOf({"always", "everysec", "no"}) : settings_.appendfsync;
  const std::string shards =
      settings_.shards == 0 ? OneOf({"1", "2", "3", "5"}) : std::to_string(settings_.shards);
  return {"--appendfsync",
          fsync,
          "--shards",
          shards,
          "--maxmemory",
          settings_.maxmemory,
          "--drain-interval",
          OneOf({"1", "20", "200", "1000", "600000"}),
          "--drain-bytes",
          OneOf({"1mb", "64mb"}),
          "--write-buffer",
          OneOf({"1mb", "8mb", "64mb"}),
          "--log-segment-bytes",
          OneOf({"1mb", "64mb"}),
          "--log-replay-max",
          OneOf({"1mb", "64mb"})};
}

bool Torture::Fail(const std::string& what) {
  std::printf("VIOLATION: %s\n", what.c_str());
  dir_.Keep();
  failed_ = true;
  return false;
}

bool Torture::Start(const Words& options) {
  const std::optional<std::string> failure = server_.Start(options);
  return !failure || Fail(*failure);
}

void Torture::MakeWorkers() {
  const std::string answer = server_.Connect().Say({"DOC.GET", kCollection, "none"});
  documents_ = answer == "nil";
  std::printf("documents: %s\n", documents_ ? "yes" : ("no, " + answer).c_str());
  for (int64_t i = 0; i < settings_.clients; ++i) {
    workers_.push_back(std::make_unique<Worker>(WorkloadSettings{
        .client = i, .keys = settings_.keys, .documents = documents_, .spare_databases = i == 0}));
  }
}

// Writes and reads until the server ends.
void Torture::Load(Millis span) {
  std::vector<std::thread> threads;
  for (auto& worker : workers_) {
    worker->Seed(random_());
    threads.emplace_back([this, &worker] { worker->Run(server_.Connect()); });
  }
  threads.emplace_back([this] { ReadForEver(server_.Connect(), documents_); });
  testing::LetPass(span);
  const bool ended = End();
  for (std::thread& thread : threads) thread.join();
  if (!ended) Fail("the server did not end as it should; the end of its log:\n" + server_.Log());
}

// Mostly kill -9; now and then SIGTERM in the middle of the load.
bool Torture::End() {
  if (Between(1, 10) > 1) return server_.Kill();
  return server_.Terminate(kEndPatience) == 0;
}

bool Torture::CheckAll() {
  bool good = true;
  std::vector<const Item*> items;
  for (auto& worker : workers_) {
    worker->Check(server_.Connect());
    for (const std::string& problem : worker->TakeProblems()) good = Fail(problem);
    for (const Item& item : worker->items()) items.push_back(&item);
  }
  for (const std::string& problem : CheckCounts(items, documents_, server_.Connect())) {
    good = Fail(problem);
  }
  return good;
}

int64_t Torture::Acknowledged() const {
  int64_t sum = 0;
  for (const auto& worker : workers_) sum += worker->acknowledged();
  return sum;
}

bool Torture::Cycle(int64_t number) {
  const Words options = CycleOptions();
  std::string shown;
  for (size_t i = 1; i < options.size(); i += 2) shown += " " + options[i];
  if (!Start(options)) return false;
  if (workers_.empty()) MakeWorkers();
  const int64_t before = Acknowledged();
  const Millis span(Between(kKillAfterMillisMin, kKillAfterMillisMax));
  Load(span);
  if (Between(1, 5) == 1) {
    // Again, while it recovers.
    server_.Spawn(CycleOptions());
    testing::LetPass(Millis(Between(0, kKillRecoveryMillisMax)));
    server_.Kill();
  }
  const bool good = Start(CycleOptions()) && CheckAll() && !failed_;
  server_.Kill();
  std::printf("cycle %" PRId64 ": %s, %" PRId64 " writes in %" PRId64 " ms [%s]\n", number,
              good ? "ok" : "FAILED", Acknowledged() - before, static_cast<int64_t>(span.count()),
              shown.c_str() + 1);
  std::fflush(stdout);
  return good;
}

int Torture::Run() {
  std::printf("seed %" PRIu64 ", data in %s\n", settings_.seed, server_.dir().c_str());
  if (settings_.keep) dir_.Keep();
  const Clock::time_point begun = Clock::now();
  int64_t passed = 0;
  int64_t failed = 0;
  for (int64_t cycle = 1; cycle <= settings_.cycles && failed == 0; ++cycle) {
    const auto took = std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - begun);
    if (settings_.seconds > 0 && took.count() >= settings_.seconds) break;
    Cycle(cycle) ? ++passed : ++failed;
  }
  int64_t refused = 0;
  for (const auto& worker : workers_) refused += worker->refused();
  if (failed > 0) std::printf("The data are kept in %s\n", server_.dir().c_str());
  std::printf("%" PRId64 " acknowledged writes checked, %" PRId64 " refused\n", Acknowledged(),
              refused);
  std::printf("%" PRId64 " passed, %" PRId64 " failed\n", passed, failed);
  return failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace veddb::torture

int main(int argc, char** argv) {
  const auto settings = veddb::torture::ParseSettings(argc, argv);
  if (!settings) return 2;
  veddb::torture::Torture torture(*settings);
  return torture.Run();
}
