// SPDX-License-Identifier: BSD-3-Clause
// veddb-torture: kills the server at random moments under load and checks after each restart that
// every acknowledged write is there, that nothing was half done, and that the counts agree.
//
// The data go on from cycle to cycle; options that decide when changes move from memory to log and
// store are different in each, so that kills hit drains, ingestions, flushes and recoveries. With
// --kill-points the server ends itself, each cycle at another place of its code.
#include <cinttypes>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <random>
#include <string_view>
#include <thread>

#include "tests/support/server_process.h"
#include "tests/support/temp_dir.h"
#include "tests/torture/catalog.h"
#include "tests/torture/check.h"
#include "tests/torture/indexes.h"
#include "tests/torture/kill_plan.h"
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
constexpr int64_t kLargeDrainBytes = int64_t{32} << 20;  // of the log: enough to be ingested
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
  bool EndAtKillPoint(Millis span);
  int64_t LogEnd() const;
  void KillWhileItRecovers();
  bool Begin(const Words& options);
  bool Prepare();
  bool CheckAll();
  bool Cycle(int64_t number);
  int64_t Acknowledged() const;
  bool Fail(const std::string& what);

  const Settings settings_;
  TempDir dir_;
  ServerProcess server_;
  std::mt19937_64 random_;
  std::vector<std::unique_ptr<Worker>> workers_;
  CatalogWorker catalog_;
  IndexWorker indexes_;
  KillPlan plan_;
  bool killed_at_point_ = false;
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
          OneOf({"1mb", "64mb"}),
          "--enable-debug-command",
          "local"};
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
    worker->FavourDatabases(settings_.kill_points && plan_.needs_database_ops());
    threads.emplace_back([this, &worker] { worker->Run(server_.Connect()); });
  }
  // Snapshots ask for drains, and so do builds of indexes.
  const bool may_drain = !settings_.kill_points || !plan_.needs_long_log();
  if (may_drain) threads.emplace_back([this] { ReadForEver(server_.Connect(), documents_); });
  if (documents_) {
    catalog_.Seed(random_());
    threads.emplace_back([this] { catalog_.Run(server_.Connect()); });
  }
  if (documents_ && may_drain) {
    indexes_.Seed(random_());
    threads.emplace_back([this] { indexes_.Run(server_.Connect()); });
  }
  if (!settings_.kill_points) testing::LetPass(span);
  const bool ended = settings_.kill_points ? EndAtKillPoint(span) : End();
  for (std::thread& thread : threads) thread.join();
  if (!ended) Fail("the server did not end as it should; the end of its log:\n" + server_.Log());
}

// Mostly kill -9; now and then SIGTERM in the middle of the load.
bool Torture::End() {
  if (Between(1, 100) > static_cast<uint64_t>(settings_.terminations)) return server_.Kill();
  return server_.Terminate(kEndPatience) == 0;
}

int64_t Torture::LogEnd() const {
  constexpr std::string_view kName = "\nlog_end:";
  const std::string info = server_.Connect().Run({"INFO"}).text;
  const size_t at = info.find(kName);
  return at == std::string::npos ? 0 : std::atoll(info.c_str() + at + kName.size());
}

// The server ends itself; if it does not come to its point in time it is ended.
bool Torture::EndAtKillPoint(Millis span) {
  if (plan_.needs_large_drain()) {
    const int64_t begin = LogEnd();
    testing::PollUntil(kEndPatience, [&] { return LogEnd() - begin >= kLargeDrainBytes; });
    return server_.Kill();
  }
  if (testing::PollUntil(span, [this] { return !server_.Running(); })) {
    killed_at_point_ = true;
    return *server_.WaitForEnd() == -SIGKILL;
  }
  if (!plan_.at_shutdown()) return server_.Kill();
  killed_at_point_ = server_.Terminate(kEndPatience) == -SIGKILL;
  return killed_at_point_;
}

void Torture::KillWhileItRecovers() {
  if (settings_.kill_points && !plan_.during_recovery()) return;
  if (!settings_.kill_points && Between(1, 5) > 1) return;
  Words options = CycleOptions();
  if (settings_.kill_points) {
    const Words favoured = plan_.RecoveryOptions();
    options.insert(options.end(), favoured.begin(), favoured.end());
    server_.set_environment({plan_.Assignment()});
  }
  server_.Spawn(options);
  server_.set_environment({});
  if (settings_.kill_points) {
    testing::PollUntil(kEndPatience, [this] { return !server_.Running() || server_.Answers(); });
    killed_at_point_ = !server_.Running();
  } else {
    testing::LetPass(Millis(Between(0, kKillRecoveryMillisMax)));
  }
  server_.Kill();
}

bool Torture::CheckAll() {
  bool good = true;
  std::vector<const Item*> items;
  for (auto& worker : workers_) {
    worker->Check(server_.Connect());
    for (const std::string& problem : worker->TakeProblems()) good = Fail(problem);
    for (const Item& item : worker->items()) items.push_back(&item);
  }
  if (documents_) {
    for (const std::string& problem : catalog_.Check(server_.Connect())) good = Fail(problem);
    for (const std::string& problem : indexes_.Check(server_.Connect())) good = Fail(problem);
  }
  for (const std::string& problem : CheckCounts(items, documents_, server_.Connect())) {
    good = Fail(problem);
  }
  return good;
}

int64_t Torture::Acknowledged() const {
  int64_t sum = catalog_.acknowledged() + indexes_.acknowledged();
  for (const auto& worker : workers_) sum += worker->acknowledged();
  return sum;
}

// The start of a cycle; with kill points it may already be its end.
bool Torture::Begin(const Words& options) {
  killed_at_point_ = false;
  if (!settings_.kill_points || plan_.during_recovery()) return Start(options);
  server_.set_environment({plan_.Assignment()});
  server_.Spawn(options);
  server_.set_environment({});
  testing::PollUntil(kEndPatience, [this] { return !server_.Running() || server_.Answers(); });
  if (server_.Running()) return true;
  killed_at_point_ = true;
  return *server_.WaitForEnd() == -SIGKILL ||
         Fail("the server ended in an unknown way; the end of its log:\n" + server_.Log());
}

bool Torture::Cycle(int64_t number) {
  Words options = CycleOptions();
  std::string shown;
  for (size_t i = 1; i < options.size(); i += 2) shown += " " + options[i];
  if (settings_.kill_points) {
    plan_.Choose(random_);
    const Words favoured = plan_.Options();
    options.insert(options.end(), favoured.begin(), favoured.end());
  }
  if (!Begin(options)) return false;
  const int64_t before = Acknowledged();
  const Millis span(Between(kKillAfterMillisMin, kKillAfterMillisMax));
  if (!killed_at_point_) Load(span);
  KillWhileItRecovers();
  if (killed_at_point_) plan_.NoteKilled();
  const bool good = Start(CycleOptions()) && CheckAll() && !failed_;
  server_.Kill();
  if (settings_.kill_points) shown = " " + plan_.Print(killed_at_point_) + ";" + shown;
  std::printf("cycle %" PRId64 ": %s, %" PRId64 " writes in %" PRId64 " ms [%s]\n", number,
              good ? "ok" : "FAILED", Acknowledged() - before, static_cast<int64_t>(span.count()),
              shown.c_str() + 1);
  std::fflush(stdout);
  return good;
}

// What clients work on, and an empty configuration file that CONFIG REWRITE may fill.
bool Torture::Prepare() {
  const std::string file = dir_ / "veddb.conf";
  std::ofstream(file) << "# of the torture\n";
  server_.set_first_argument(file);
  if (!Start(CycleOptions())) return false;
  MakeWorkers();
  server_.Kill();
  return true;
}

int Torture::Run() {
  std::printf("seed %" PRIu64 ", data in %s\n", settings_.seed, server_.dir().c_str());
  if (settings_.keep) dir_.Keep();
  if (!Prepare()) return 1;
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
  if (settings_.kill_points) std::printf("kill points:\n%s", plan_.PrintSums().c_str());
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
