// SPDX-License-Identifier: BSD-3-Clause
// The n-th call to the disk fails, once or from then on, for n = 1, 2, … until a scenario passes
// untouched. Whatever fails: what was acknowledged is there, what was refused is nowhere, not even
// for a reader in between, counters agree, and once the fault is gone the server heals, or it ended
// with a reason and starts again.
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <random>
#include <set>
#include <vector>

#include "base/logging.h"
#include "server/healer.h"
#include "tests/faults/campaign.h"
#include "tests/faults/in_process_server.h"
#include "tests/support/sim_disk.h"

namespace veddb::testing {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kShortStride = 60;  // a short run takes every so many-th call
constexpr Millis kPatient{30'000};
constexpr size_t kLargeBytes = 300'000;

struct Kind {
  const char* name;
  DiskFault fault;
};
constexpr uint32_t kAllCalls = kChangingCalls | BitOf(DiskCall::kOpen) | BitOf(DiskCall::kRead);
const Kind kKinds[] = {
    {"EIO once", {.calls = kAllCalls, .error = EIO}},
    {"EIO from then on", {.calls = kChangingCalls, .sticky = true, .error = EIO}},
    {"ENOSPC once", {.calls = kChangingCalls, .error = ENOSPC, .half_write = true}},
    {"ENOSPC from then on",
     {.calls = kChangingCalls, .sticky = true, .error = ENOSPC, .half_write = true}},
    {"short write", {.calls = BitOf(DiskCall::kWrite)}},
    {"EMFILE once", {.calls = BitOf(DiskCall::kOpen) | BitOf(DiskCall::kCreate), .error = EMFILE}},
};

enum class Begin : uint8_t { kFresh, kWithData, kWithLog };
struct Scenario {
  const char* name;
  Begin begin;
  bool fault_before_start;
  bool fault_at_stop;
  int operations;
  bool large;  // values that fill segments and memtables
  bool keys, docs;
  bool drains;
  bool flushes_database;
  Words options;
};
const Scenario kScenarios[] = {
    {"open fresh", Begin::kFresh, true, false, 3, false, true, true, false, false, {}},
    {"open with data", Begin::kWithData, true, false, 3, false, true, true, false, false, {}},
    {"open with recovery", Begin::kWithLog, true, false, 3, false, true, true, false, false, {}},
    {"set", Begin::kFresh, false, false, 8, false, true, false, false, false, {}},
    {"documents", Begin::kFresh, false, false, 8, false, false, true, false, false, {}},
    {"multi", Begin::kFresh, false, false, 8, false, true, true, false, false, {}},
    {"drain and flush",
     Begin::kWithData,
     false,
     false,
     12,
     true,
     true,
     true,
     true,
     false,
     {"--log-replay-max", "1mb"}},
    {"compaction",
     Begin::kWithData,
     false,
     false,
     40,
     true,
     true,
     true,
     true,
     false,
     {"--log-replay-max", "1mb"}},
    {"roll and retire",
     Begin::kWithData,
     false,
     false,
     16,
     true,
     true,
     false,
     true,
     false,
     {"--log-segment-bytes", "1mb", "--log-replay-max", "1mb"}},
    {"flushdb and reclaim", Begin::kWithData, false, false, 6, false, true, true, true, true, {}},
    {"close and reopen", Begin::kWithData, false, true, 6, false, true, true, false, false, {}},
};

struct Case {
  const Scenario* scenario;
  const Kind* kind;
  uint64_t nth;
  std::string Name() const {
    return std::string(scenario->name) + ", " + kind->name + ", call " + std::to_string(nth);
  }
};

class Run {
 public:
  Run(const Case& one, const std::string& dir) : case_(one), scenario_(*one.scenario), dir_(dir) {}

  // Empty: well. *untouched: the fault was never reached.
  std::string All(bool* untouched);

 private:
  enum class Outcome : uint8_t { kDone, kRefused, kUnknown };

  Words Options() const;
  std::string Prepare();
  std::string StartAndRestart();
  std::string Operate(int from, int count);
  Outcome Write(RespClient& client, int number);
  std::string ReadBetween(int number, Outcome outcome);
  std::string WaitUntilWell();
  std::string Check(const std::string& when);
  std::string Text(int number) const;

  const Case& case_;
  const Scenario& scenario_;
  const std::string dir_;
  std::unique_ptr<InProcessServer> server_;
  std::set<int> done_;
  std::set<int> unknown_;
  bool ended_ = false;  // the server, in the middle of it
};

Words Run::Options() const {
  Words options = scenario_.options;
  options.insert(options.end(), {"--appendfsync", "always", "--drain-interval", "20"});
  return options;
}

std::string Run::Text(int number) const {
  std::string text = std::to_string(number * 7919);
  if (scenario_.large) text.resize(kLargeBytes, static_cast<char>('a' + number % 26));
  return text;
}

// One transaction of everything the scenario writes.
Run::Outcome Run::Write(RespClient& client, int number) {
  const std::string n = std::to_string(number);
  const std::string text = Text(number);
  std::vector<Words> all = {{"MULTI"}};
  if (scenario_.keys) {
    all.push_back({"SET", "a" + n, text});
    all.push_back({"SET", "b" + n, text});
    all.push_back({"INCR", "count"});
  }
  if (scenario_.docs) all.push_back({"DOC.PUT", "c", "d" + n, "{\"n\":" + n + "}"});
  all.push_back({"EXEC"});
  for (const Words& words : all) client.Add(words);
  RespReply last;
  for (size_t i = 0; i < all.size(); ++i) last = client.Next();
  if (last.kind == RespReply::Kind::kArray) {
    for (const RespReply& one : last.elements) {
      if (one.is_error()) return Outcome::kUnknown;
    }
    return Outcome::kDone;
  }
  if (!last.is_error() || last.text.find("unknown") != std::string::npos) return Outcome::kUnknown;
  return Outcome::kRefused;
}

std::string Run::ReadBetween(int number, Outcome outcome) {
  if (!scenario_.keys) return {};
  RespClient client = server_->Connect(kPatient);
  const RespReply value = client.Run({"GET", "a" + std::to_string(number)});
  if (value.broken()) {
    // Only the end of the server may leave a read without an answer.
    ended_ = true;
    return {};
  }
  if (value.is_error()) return {};
  if (outcome == Outcome::kDone && value.text != Text(number)) return "a done write is not read";
  if (outcome == Outcome::kRefused && !value.is_nil()) return "a refused write is read";
  return {};
}

std::string Run::Operate(int from, int count) {
  RespClient client = server_->Connect(kPatient);
  for (int number = from; number < from + count; ++number) {
    if (!client.ok()) client = server_->Connect(kPatient);
    const Outcome outcome = Write(client, number);
    if (outcome == Outcome::kDone) done_.insert(number);
    if (outcome == Outcome::kUnknown) unknown_.insert(number);
    if (std::string why = ReadBetween(number, outcome); !why.empty()) return why;
    if (ended_) return {};
    if (scenario_.drains && number % 3 == 0) {
      if (!client.ok()) client = server_->Connect(kPatient);
      const RespReply names = client.Run({"KEYS", "nothing*"});
      if (names.broken() && client.ok()) return "KEYS: " + names.text;
    }
    if (scenario_.flushes_database && number == from + count / 2) {
      if (!client.ok()) client = server_->Connect(kPatient);
      const RespReply flushed = client.Run({"FLUSHDB"});
      if (flushed.text == "OK") {
        done_.clear();
        unknown_.clear();
      } else if (flushed.broken() || flushed.text.find("unknown") != std::string::npos) {
        unknown_.insert(-1);  // all or nothing of what was there before
        return {};
      }
    }
  }
  return {};
}

std::string Run::WaitUntilWell() {
  std::string last;
  const bool well = PollUntil(kPatient, [&] {
    RespClient client = server_->Connect(kPatient);
    last = client.Say({"SET", "probe", "1"});
    return last == "OK";
  });
  return well ? "" : "it does not heal: " + last;
}

std::string Run::Check(const std::string& when) {
  RespClient client = server_->Connect(kPatient);
  int present = 0;
  const bool flush_unknown = unknown_.contains(-1);
  for (int number = 0; number < 200; ++number) {
    const std::string n = std::to_string(number);
    std::vector<bool> there;
    if (scenario_.keys) {
      for (const char* prefix : {"a", "b"}) {
        const RespReply value = client.Run({"GET", prefix + n});
        if (!value.is_nil() && value.text != Text(number)) {
          return when + ": " + prefix + n + " is " + value.Print().substr(0, 100);
        }
        there.push_back(!value.is_nil());
      }
    }
    if (scenario_.docs) {
      const RespReply value = client.Run({"DOC.GET", "c", "d" + n});
      if (value.is_error() || value.broken()) return when + ": DOC.GET: " + value.Print();
      there.push_back(!value.is_nil());
    }
    for (const bool one : there) {
      if (one != there[0]) return when + ": half of " + n + " is there";
    }
    present += there[0] ? 1 : 0;
    if (flush_unknown) continue;
    if (done_.contains(number) && !there[0]) return when + ": " + n + " was done and is lost";
    if (there[0] && !done_.contains(number) && !unknown_.contains(number)) {
      return when + ": " + n + " was refused and is there";
    }
  }
  const int64_t keys = client.Run({"DBSIZE"}).integer;
  const int64_t probe = client.Run({"EXISTS", "probe"}).integer;
  const int64_t counted = scenario_.keys && present > 0 ? 2 * present + 1 : 0;
  if (keys != counted + probe) {
    return when + ": DBSIZE " + std::to_string(keys) + " with " + std::to_string(present);
  }
  const RespReply count = client.Run({"GET", "count"});
  if (scenario_.keys && present > 0 && count.text != std::to_string(present)) {
    return when + ": counted " + count.text + " of " + std::to_string(present);
  }
  const int64_t docs = client.Run({"DOC.COUNT", "c"}).integer;
  if (scenario_.docs && docs != present) return when + ": DOC.COUNT " + std::to_string(docs);
  // A snapshot may still be refused: the store gets well after the log.
  RespReply names;
  PollUntil(kPatient, [&] {
    names = client.Run({"KEYS", "*"});
    return !names.is_error();
  });
  if (static_cast<int64_t>(names.elements.size()) == keys) return {};
  return when + ": KEYS finds " + names.Print().substr(0, 100);
}

// What the scenario begins with, made without faults.
std::string Run::Prepare() {
  fs::create_directories(dir_);
  SimDisk::Start(dir_);
  if (scenario_.begin == Begin::kFresh) return {};
  server_ = std::make_unique<InProcessServer>(dir_, Options());
  if (const auto failure = server_->Start()) return "at first: " + *failure;
  if (std::string why = Operate(0, 4); !why.empty()) return why;
  if (done_.size() != 4 && !scenario_.flushes_database) return "at first: a write failed";
  DiskImage image;
  if (scenario_.begin == Begin::kWithLog) {
    image = SimDisk::PowerLoss(case_.nth, SimDisk::Loss::kAnything);
  }
  server_.reset();
  if (scenario_.begin == Begin::kWithLog) image.WriteTo(dir_);
  SimDisk::Start(dir_);
  return {};
}

std::string Run::StartAndRestart() {
  server_ = std::make_unique<InProcessServer>(dir_, Options());
  auto failure = server_->Start();
  if (!failure) return {};
  if (SimDisk::calls_failed() == 0) return "it does not start: " + *failure;
  if (failure->empty()) return "it says nothing of why it does not start";
  SimDisk::ClearFault();
  server_ = std::make_unique<InProcessServer>(dir_, Options());
  failure = server_->Start();
  return failure ? "without the fault it does not start: " + *failure : std::string();
}

std::string Run::All(bool* untouched) {
  if (std::string why = Prepare(); !why.empty()) return why;
  DiskFault fault = case_.kind->fault;
  fault.nth = case_.nth;
  if (scenario_.fault_before_start) SimDisk::SetFault(fault);
  if (std::string why = StartAndRestart(); !why.empty()) return why;
  if (!scenario_.fault_before_start && !scenario_.fault_at_stop) SimDisk::SetFault(fault);
  if (std::string why = Operate(10, scenario_.operations); !why.empty()) {
    return why + " (" + SimDisk::last_failed() + ")";
  }
  if (scenario_.fault_at_stop) {
    SimDisk::SetFault(fault);
    server_.reset();
  }
  *untouched = SimDisk::calls_failed() == 0;
  const int code = ended_ ? server_->Stop() : 0;
  const std::string failed = " (" + SimDisk::last_failed() + ")";
  SimDisk::ClearFault();
  if (ended_ && code != Healer::kExitCode) return "it ended with " + std::to_string(code) + failed;
  if (scenario_.fault_at_stop || ended_) {
    if (std::string why = StartAndRestart(); !why.empty()) return why + failed;
  }
  if (std::string why = WaitUntilWell(); !why.empty()) return why + failed;
  if (std::string why = Check("healed"); !why.empty()) return why + failed;
  DiskImage image;
  if (case_.nth % 2 == 0) image = SimDisk::PowerLoss(1, SimDisk::Loss::kNothingUnsynced);
  server_.reset();
  if (case_.nth % 2 == 0) image.WriteTo(dir_);
  SimDisk::Start(dir_);
  server_ = std::make_unique<InProcessServer>(dir_, Options());
  if (const auto failure = server_->Start()) return "afterwards: " + *failure + failed;
  if (std::string why = Check("afterwards"); !why.empty()) return why + failed;
  return {};
}

}  // namespace

int RunNthFault(const CampaignOptions& options) {
  const std::string root = CampaignDirectory("nth-fault");
  const Deadline deadline(options);
  std::mt19937_64 random(options.seed);
  int64_t cases = 0;
  const uint64_t stride = options.cycles > 0 ? 1 : kShortStride;
  for (const Scenario& scenario : kScenarios) {
    for (const Kind& kind : kKinds) {
      bool untouched = false;
      for (uint64_t nth = stride == 1 ? 1 : 1 + random() % stride; !untouched && !deadline.over();
           nth += stride) {
        if (++cases > options.cycles && options.cycles > 0) break;
        const Case one = {&scenario, &kind, nth};
        const std::string dir = root + "/" + std::to_string(cases);
        const auto failure = RunInChild([&]() -> std::string {
          fs::create_directories(dir);
          OpenLog(dir + "/messages", LogLevel::kVerbose).ok();
          bool passed = false;
          std::string why = Run(one, dir + "/data").All(&passed);
          return why.empty() && passed ? "untouched" : why;
        });
        untouched = failure == "untouched";
        if (failure && !untouched) {
          std::printf("FAILED: nth-fault --seed %llu: %s, files in %s\n%s\n",
                      static_cast<unsigned long long>(options.seed), one.Name().c_str(),
                      dir.c_str(), failure->c_str());
          return 1;
        }
        fs::remove_all(dir);
        fs::remove(dir + "/data.sock");
      }
    }
  }
  fs::remove_all(root);
  std::printf("nth-fault: %lld cases: nothing lost, nothing wrong\n",
              static_cast<long long>(cases));
  return 0;
}

}  // namespace veddb::testing
