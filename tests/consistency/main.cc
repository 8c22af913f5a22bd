// SPDX-License-Identifier: BSD-3-Clause
// veddb-consistency: makes histories with a real server that is killed in the middle and started
// again, and checks each: is every key linearizable, are the transactions serializable in the order
// of their times, do reads of many documents see one moment, does SCAN keep its promise.
//
// kill -9 loses nothing that was acknowledged under any appendfsync, so one check fits all
// settings.
#include <cinttypes>
#include <cstdio>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string_view>
#include <thread>

#include "base/number.h"
#include "tests/consistency/bank.h"
#include "tests/consistency/client.h"
#include "tests/consistency/scanner.h"
#include "tests/support/server_process.h"
#include "tests/support/temp_dir.h"

namespace veddb::consistency {
namespace {

using testing::RespClient;
using testing::ServerProcess;
using testing::TempDir;
using testing::Words;

constexpr char kUsage[] =
    "veddb-consistency: histories through kill -9 and restart, checked\n"
    "  --server PATH       the server (build/veddb-server)\n"
    "  --histories N       (10)\n"
    "  --seed S            of the first history; each has the seed after it (random)\n"
    "  --operations N      of each history, at least (6000)\n"
    "  --clients N         (8)\n"
    "  --keep              keep the data directory of a history that fails\n";

struct Settings {
  std::string server = "build/veddb-server";
  int64_t histories = 10;
  int64_t operations = 6000;
  int64_t clients = 8;
  int64_t seed = 0;
  bool keep = false;
};

struct Figures {
  int64_t operations = 0;
  int64_t transactions = 0;
  int64_t in_doubt = 0;
  int64_t bank_reads = 0;
  int64_t index_changes = 0;
  int64_t scans = 0;
  int64_t kills = 0;
  int64_t unloaded = 0;
};

class History {
 public:
  History(const Settings& settings, uint64_t seed)
      : settings_(settings),
        random_(seed),
        dir_("consistency"),
        server_(settings.server, dir_ / "data"),
        scanner_(random_()),
        reader_(random_()),
        indexer_(random_()) {}

  // What was wrong.
  std::vector<std::string> Run();
  const Figures& figures() const { return figures_; }

 private:
  Words Options();
  bool Start();
  bool Prepare();
  void StartThreads();
  void WaitForOperations(int64_t count);
  void KillAndRestart();
  void CountUnloaded();
  void Fail(const std::string& what) { problems_.push_back(what); }
  void Collect();

  const Settings& settings_;
  std::mt19937_64 random_;
  TempDir dir_;
  ServerProcess server_;
  Gate gate_;
  std::atomic<int64_t> operations_{0};
  std::vector<std::unique_ptr<Client>> clients_;
  std::vector<std::unique_ptr<BankWriter>> writers_;
  Scanner scanner_;
  BankReader reader_;
  BankIndexer indexer_;
  std::vector<std::unique_ptr<Filler>> fillers_;
  std::vector<std::thread> threads_;
  std::vector<std::string> problems_;
  Figures figures_;
};

Words History::Options() {
  const auto one_of = [this](std::initializer_list<const char*> words) {
    return std::string(words.begin()[random_() % words.size()]);
  };
  return {"--appendfsync",
          one_of({"always", "everysec", "no"}),
          "--shards",
          one_of({"1", "2", "3", "4"}),
          "--maxmemory",
          one_of({"8mb", "12mb", "0"}),
          "--drain-interval",
          one_of({"1", "10", "100", "2000"}),
          "--drain-bytes",
          one_of({"1mb", "64mb"}),
          "--write-buffer",
          one_of({"1mb", "8mb"}),
          "--log-segment-bytes",
          one_of({"1mb", "64mb"}),
          "--log-replay-max",
          one_of({"1mb", "64mb"}),
          "--enable-debug-command",
          "local"};
}

bool History::Start() {
  const Words options = Options();
  const std::optional<std::string> failure = server_.Start(options);
  if (!failure) return true;
  std::string text = "start with";
  for (const std::string& word : options) text += " " + word;
  Fail(text + ": " + *failure);
  return false;
}

bool History::Prepare() {
  RespClient client = server_.Connect();
  if (!MakeStayingKeys(client)) return false;
  for (int i = 0; i < kBankWriters; ++i) {
    writers_.push_back(std::make_unique<BankWriter>(i, random_()));
    if (!writers_.back()->Open(client)) return false;
  }
  for (int64_t i = 0; i < settings_.clients; ++i) {
    clients_.push_back(std::make_unique<Client>(static_cast<int>(i + 1), random_(), operations_));
  }
  fillers_.push_back(std::make_unique<Filler>(random_()));
  return true;
}

void History::StartThreads() {
  const auto start = [this](auto& worker) {
    threads_.emplace_back([this, &worker] { worker.Run(gate_); });
  };
  for (auto& client : clients_) start(*client);
  for (auto& writer : writers_) start(*writer);
  for (auto& filler : fillers_) start(*filler);
  start(scanner_);
  start(reader_);
  start(indexer_);
}

void History::WaitForOperations(int64_t count) {
  constexpr testing::Millis kPatience{120'000};
  if (!testing::PollUntil(kPatience, [&] { return operations_ >= count || !server_.Running(); })) {
    Fail("clients do not get on: " + std::to_string(operations_) + " of " + std::to_string(count) +
         " operations");
  }
}

void History::CountUnloaded() {
  constexpr std::string_view kField = "unloaded_objects:";
  const std::string info = server_.Connect().Say({"INFO", "everything"});
  const size_t at = info.find(kField);
  if (at == std::string::npos) return;
  const std::string digits =
      info.substr(at + kField.size(), info.find('\r', at) - at - kField.size());
  figures_.unloaded += ParseInt64(digits).value_or(0);
}

void History::KillAndRestart() {
  CountUnloaded();
  gate_.Close();
  if (!server_.Kill()) Fail("the server had ended by itself:\n" + server_.Log());
  ++figures_.kills;
  if (Start()) gate_.Open(server_.port());
}

void History::Collect() {
  Records all;
  Client last(0, random_(), operations_);
  RespClient client = server_.Connect();
  last.ReadAll(client);
  all.Append(last.TakeRecords());
  for (auto& each : clients_) all.Append(each->TakeRecords());
  indexer_.Check(client);
  for (const auto& list :
       {Check(all), scanner_.problems(), reader_.problems(), indexer_.problems()}) {
    problems_.insert(problems_.end(), list.begin(), list.end());
  }
  figures_.operations = all.count;
  figures_.transactions = static_cast<int64_t>(all.transactions.size());
  for (const auto& [key, operations] : all.operations) {
    for (const Operation& operation : operations) figures_.in_doubt += operation.in_doubt();
  }
  for (const ListTransaction& transaction : all.transactions) {
    figures_.in_doubt += transaction.outcome == ListTransaction::Outcome::kInDoubt;
  }
  figures_.bank_reads = reader_.reads();
  figures_.index_changes = indexer_.changes();
  figures_.scans = scanner_.iterations();
}

std::vector<std::string> History::Run() {
  if (!Start()) return problems_;
  if (!Prepare()) {
    Fail("the first writes were refused");
    return problems_;
  }
  gate_.Open(server_.port());
  StartThreads();
  const uint64_t kills = 1 + random_() % 3;
  for (uint64_t i = 0; i < kills && problems_.empty(); ++i) {
    // Anywhere in its part of the history.
    const int64_t part = settings_.operations / static_cast<int64_t>(kills + 1);
    WaitForOperations(static_cast<int64_t>(i) * part + part / 2 +
                      static_cast<int64_t>(random_() % static_cast<uint64_t>(part)));
    KillAndRestart();
  }
  if (problems_.empty()) WaitForOperations(settings_.operations);
  gate_.Finish();
  for (std::thread& thread : threads_) thread.join();
  if (problems_.empty()) KillAndRestart();
  if (problems_.empty()) Collect();
  if (!problems_.empty() && settings_.keep) dir_.Keep();
  return problems_;
}

bool Set(Settings& settings, std::string_view name, const std::string& value) {
  if (name == "--server") return settings.server = value, true;
  const std::optional<int64_t> number = ParseInt64(value);
  if (!number || *number < 0) return false;
  if (name == "--histories") return settings.histories = *number, true;
  if (name == "--operations") return settings.operations = *number, *number >= 100;
  if (name == "--clients") return settings.clients = *number, *number > 0;
  if (name == "--seed") return settings.seed = *number, true;
  return false;
}

std::optional<Settings> Parse(int argc, char** argv) {
  Settings settings;
  settings.seed = std::random_device()();
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    if (name == "--keep") {
      settings.keep = true;
    } else if (i + 1 < argc && Set(settings, name, argv[i + 1])) {
      ++i;
    } else {
      std::fputs(kUsage, name == "--help" ? stdout : stderr);
      return std::nullopt;
    }
  }
  return settings;
}

void Print(int64_t number, int64_t seed, const Figures& f, size_t problems) {
  std::printf("history %" PRId64 " seed %" PRId64 ": %" PRId64 " operations (%" PRId64
              " transactions, %" PRId64 " in doubt), %" PRId64 " bank reads, %" PRId64
              " index changes, %" PRId64 " scans, %" PRId64 " kills, %" PRId64 " unloaded: %s\n",
              number, seed, f.operations, f.transactions, f.in_doubt, f.bank_reads, f.index_changes,
              f.scans, f.kills, f.unloaded, problems == 0 ? "good" : "VIOLATED");
  std::fflush(stdout);
}

int Run(const Settings& settings) {
  int64_t violated = 0;
  for (int64_t i = 0; i < settings.histories; ++i) {
    const int64_t seed = settings.seed + i;
    History history(settings, static_cast<uint64_t>(seed));
    const std::vector<std::string> problems = history.Run();
    for (const std::string& problem : problems) std::printf("VIOLATION: %s\n", problem.c_str());
    Print(i + 1, seed, history.figures(), problems.size());
    violated += problems.empty() ? 0 : 1;
  }
  std::printf("%" PRId64 " of %" PRId64 " histories violated\n", violated, settings.histories);
  return violated == 0 ? 0 : 1;
}

}  // namespace
}  // namespace veddb::consistency

int main(int argc, char** argv) {
  const auto settings = veddb::consistency::Parse(argc, argv);
  return settings ? veddb::consistency::Run(*settings) : 2;
}
