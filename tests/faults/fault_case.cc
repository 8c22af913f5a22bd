// SPDX-License-Identifier: BSD-3-Clause
#include "tests/faults/fault_case.h"

#include <poll.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "base/logging.h"
#include "tests/faults/in_process_server.h"
#include "tests/faults/index_check.h"

namespace veddb::testing {
namespace {

namespace fs = std::filesystem;

constexpr Millis kPatient{30'000};
// A patient server may hold back an answer until it has healed. Then the fault passes after so
// long.
constexpr Millis kFaultLasts{100};
constexpr size_t kLargeBytes = 300'000;
constexpr int kNumberMax = 200;  // above all that any scenario writes
// Instead of a number: a FLUSHDB, all or nothing of what was there before.
constexpr int kFlush = -1;

// Waits are milliseconds, so that thousands of cases can be run.
constexpr HealingLimits kNeverGivesUp = {
    .tries_max = 1'000'000, .wait_min_ms = 1, .wait_max_ms = 20, .log_wait_max_ms = 20};
constexpr HealingLimits kSoonGivesUp = {
    .tries_max = 3, .wait_min_ms = 1, .wait_max_ms = 8, .log_wait_max_ms = 8};

class Run {
 public:
  Run(const FaultCase& one, const std::string& dir)
      : case_(one), scenario_(*one.scenario), messages_(dir + "/messages"), dir_(dir + "/data") {}

  // Empty: well.
  std::string All(FaultVerdict* verdict);

 private:
  enum class Outcome : uint8_t { kDone, kRefused, kUnknown };

  Words Options() const;
  std::string Text(int number) const;
  std::string Document(int number) const;
  std::string Prepare();
  std::unique_ptr<InProcessServer> NewServer() const;
  std::string StartUnderFault();
  std::string StartOnGoodDisk(const std::string& when);
  std::string Operate(int from, int count);
  RespReply Ask(RespClient& client, const Words& words);
  Outcome Write(RespClient& client, int number);
  std::string ReadBetween(int number, Outcome outcome);
  std::string FlushDatabase(RespClient& client);
  std::string MakeIndexes();
  void BeginBuild();
  std::string EndBuild();
  std::string WaitUntilWellOrEnded();
  std::string JudgeEnd();
  bool SaidWhyItEnds() const;
  std::string Restart(const std::string& when);
  std::string Check(const std::string& when);
  std::string CheckNumber(RespClient& client, int number, bool* is_there);
  std::string CheckCounts(RespClient& client, int present);
  std::string CheckIndexes(RespClient& client);

  const FaultCase& case_;
  const FaultScenario& scenario_;
  const std::string messages_;
  const std::string dir_;
  std::unique_ptr<InProcessServer> server_;
  std::set<int> done_;
  std::set<int> unknown_;
  RespClient builder_;             // waits for the build
  std::set<std::string> indexes_;  // that must be there
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

std::string Run::Document(int number) const {
  const std::string n = std::to_string(number);
  const std::string pad = scenario_.large && !scenario_.keys ? Text(number) : std::string();
  return R"({"n":)" + n + R"(,"t":[)" + n + R"(,"x"],"pad":")" + pad + R"("})";
}

// --- under the fault ---

RespReply Run::Ask(RespClient& client, const Words& words) {
  client.Add(words);
  if (client.Flush() && case_.patient()) {
    pollfd one = {client.fd(), POLLIN, 0};
    while (poll(&one, 1, static_cast<int>(kFaultLasts.count())) == 0) {
      // A busy machine may be slow without it.
      if (SimDisk::calls_failed() == 0) continue;
      SimDisk::ClearFault();
      break;
    }
  }
  return client.Next();
}

// One transaction of everything the scenario writes.
Run::Outcome Run::Write(RespClient& client, int number) {
  const std::string n = std::to_string(number);
  const std::string text = Text(number);
  Ask(client, {"MULTI"});
  if (scenario_.keys) {
    Ask(client, {"SET", "a" + n, text});
    Ask(client, {"SET", "b" + n, text});
    Ask(client, {"INCR", "count"});
  }
  if (scenario_.docs) Ask(client, {"DOC.PUT", "c", "d" + n, Document(number)});
  const RespReply last = Ask(client, {"EXEC"});
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
  const RespReply value = Ask(client, {"GET", "a" + std::to_string(number)});
  if (value.broken()) {
    // Only the end of the server may leave a read without an answer.
    const bool ended = PollUntil(kPatient, [this] { return server_->ended(); });
    return ended ? std::string() : "a read is not answered: " + value.Print();
  }
  if (value.is_error()) return {};
  if (outcome == Outcome::kDone && value.text != Text(number)) return "a done write is not read";
  if (outcome == Outcome::kRefused && !value.is_nil()) return "a refused write is read";
  return {};
}

std::string Run::FlushDatabase(RespClient& client) {
  const RespReply flushed = Ask(client, {"FLUSHDB"});
  if (flushed.text == "OK") {
    done_.clear();
    unknown_.clear();
  } else if (flushed.broken() || flushed.text.find("unknown") != std::string::npos) {
    unknown_.insert(kFlush);
  }
  return {};
}

std::string Run::MakeIndexes() {
  RespClient client = server_->Connect(kPatient);
  for (const Words& words : {Words{R"({"n":1})", "UNIQUE"}, Words{R"({"t":1})"},
                             Words{R"({"n":-1})", "PARTIAL", R"({"n":{"$gt":12}})"}}) {
    Words request = {"DOC.CREATEINDEX", "c"};
    request.insert(request.end(), words.begin(), words.end());
    const RespReply made = client.Run(request);
    if (made.is_error() || made.broken()) return "DOC.CREATEINDEX: " + made.Print();
    indexes_.insert(made.text);
  }
  return {};
}

// Its reply comes when the index is ready, which may be after the fault only.
void Run::BeginBuild() {
  builder_ = server_->Connect(kPatient);
  builder_.Add({"DOC.CREATEINDEX", "c", R"({"t":-1,"n":1})"});
  (void)builder_.Flush();
}

std::string Run::EndBuild() {
  if (!builder_.ok()) return {};
  const RespReply made = builder_.Next();
  builder_ = RespClient();
  if (!made.is_error() && !made.broken()) indexes_.insert(made.text);
  if (made.text.find("temporarily unavailable") == std::string::npos) return {};
  return "DOC.CREATEINDEX is not answered: " + made.text;
}

std::string Run::Operate(int from, int count) {
  RespClient client = server_->Connect(kPatient);
  for (int number = from; number < from + count && !server_->ended(); ++number) {
    if (!client.ok()) client = server_->Connect(kPatient);
    const Outcome outcome = Write(client, number);
    if (outcome == Outcome::kDone) done_.insert(number);
    if (outcome == Outcome::kUnknown) unknown_.insert(number);
    if (std::string why = ReadBetween(number, outcome); !why.empty()) return why;
    if (!client.ok()) client = server_->Connect(kPatient);
    if (scenario_.drains && number % 3 == 0) {
      const RespReply names = Ask(client, {"KEYS", "nothing*"});
      if (names.broken() && client.ok()) return "KEYS: " + names.text;
    }
    if (scenario_.builds_index && from > 0 && number == from + count / 3) BeginBuild();
    if (scenario_.flushes_database && number == from + count / 2) {
      FlushDatabase(client);
      if (unknown_.contains(kFlush)) return {};
    }
  }
  return {};
}

// --- afterwards ---

std::string Run::WaitUntilWellOrEnded() {
  std::string last;
  const bool settled = PollUntil(kPatient, [&] {
    if (server_->ended()) return true;
    last = server_->Connect(kPatient).Say({"SET", "probe", "1"});
    return last == "OK";
  });
  return settled ? "" : "it does not heal: " + last;
}

bool Run::SaidWhyItEnds() const {
  const std::string before = "(exit code " + std::to_string(Healer::kExitCode) + "): ";
  std::ifstream file(messages_);
  for (std::string line; std::getline(file, line);) {
    const size_t at = line.find(before);
    if (at != std::string::npos) return line.size() > at + before.size();
  }
  return false;
}

std::string Run::JudgeEnd() {
  const int code = server_->Stop();
  if (code != Healer::kExitCode) return "it ended with code " + std::to_string(code);
  if (case_.patient()) return "it ended, though it was to go on trying";
  if (!case_.kind->fault.sticky) return "it ended, though only one call failed";
  if (!SaidWhyItEnds()) return "it ended and did not say why";
  return {};
}

std::string Run::CheckNumber(RespClient& client, int number, bool* is_there) {
  const std::string n = std::to_string(number);
  std::vector<bool> there;
  if (scenario_.keys) {
    for (const char* prefix : {"a", "b"}) {
      const RespReply value = client.Run({"GET", prefix + n});
      if (!value.is_nil() && value.text != Text(number)) {
        return prefix + n + " is " + value.Print().substr(0, 100);
      }
      there.push_back(!value.is_nil());
    }
  }
  if (scenario_.docs) {
    const RespReply value = client.Run({"DOC.GET", "c", "d" + n});
    if (value.is_error() || value.broken()) return "DOC.GET: " + value.Print();
    there.push_back(!value.is_nil());
  }
  for (const bool one : there) {
    if (one != there[0]) return "half of " + n + " is there";
  }
  *is_there = there[0];
  return {};
}

std::string Run::CheckCounts(RespClient& client, int present) {
  const int64_t keys = client.Run({"DBSIZE"}).integer;
  const int64_t probe = client.Run({"EXISTS", "probe"}).integer;
  const int64_t counted = scenario_.keys && present > 0 ? 2 * present + 1 : 0;
  if (keys != counted + probe) {
    return "DBSIZE " + std::to_string(keys) + " with " + std::to_string(present);
  }
  const RespReply count = client.Run({"GET", "count"});
  if (scenario_.keys && present > 0 && count.text != std::to_string(present)) {
    return "counted " + count.text + " of " + std::to_string(present);
  }
  const int64_t docs = client.Run({"DOC.COUNT", "c"}).integer;
  if (scenario_.docs && docs != present) return "DOC.COUNT " + std::to_string(docs);
  // A snapshot may still be refused: the store gets well after the log.
  RespReply names;
  PollUntil(kPatient, [&] {
    names = client.Run({"KEYS", "*"});
    return !names.is_error();
  });
  if (static_cast<int64_t>(names.elements.size()) == keys) return {};
  return "KEYS finds " + names.Print().substr(0, 100);
}

std::string Run::Check(const std::string& when) {
  RespClient client = server_->Connect(kPatient);
  int present = 0;
  size_t done_present = 0;
  for (int number = 0; number < kNumberMax; ++number) {
    bool there = false;
    if (std::string why = CheckNumber(client, number, &there); !why.empty()) {
      return when + ": " + why;
    }
    present += there ? 1 : 0;
    const bool done = done_.contains(number);
    done_present += there && done ? 1 : 0;
    if (there && !done && !unknown_.contains(number)) {
      return when + ": " + std::to_string(number) + " was refused and is there";
    }
  }
  const bool flushed = unknown_.contains(kFlush) && present == 0;
  if (done_present != done_.size() && !flushed) {
    return when + ": of " + std::to_string(done_.size()) + " that were done " +
           std::to_string(done_present) + " are there";
  }
  std::string why = CheckCounts(client, present);
  if (why.empty() && scenario_.docs) why = CheckIndexes(client);
  return why.empty() ? why : when + ": " + why;
}

std::string Run::CheckIndexes(RespClient& client) {
  if (!PollUntil(kPatient, [&] { return AllAreReady(client, "c"); })) {
    return "an index is not built: " + client.Say({"DOC.INDEXES", "c"});
  }
  std::string why;
  const auto found = ReadIndexes(client, "c", why);
  if (!found) return why;
  for (const std::string& name : indexes_) {
    if (!found->contains(name)) return "the index " + name + " is gone";
  }
  return CompareIndexes(client, "c");
}

// --- lives of the server ---

std::unique_ptr<InProcessServer> Run::NewServer() const {
  return std::make_unique<InProcessServer>(dir_, Options(),
                                           case_.patient() ? kNeverGivesUp : kSoonGivesUp);
}

std::string Run::StartOnGoodDisk(const std::string& when) {
  server_ = NewServer();
  const auto failure = server_->Start();
  return failure ? when + " it does not start: " + *failure : std::string();
}

// It may refuse to start, if it says why.
std::string Run::StartUnderFault() {
  server_ = NewServer();
  const auto failure = server_->Start();
  if (!failure) return {};
  if (SimDisk::calls_failed() == 0) return "it does not start: " + *failure;
  if (failure->empty()) return "it says nothing of why it does not start";
  SimDisk::ClearFault();
  return StartOnGoodDisk("without the fault");
}

// What the scenario begins with, made without faults.
std::string Run::Prepare() {
  fs::create_directories(dir_);
  OpenLog(messages_, LogLevel::kVerbose).ok();
  SimDisk::Start(dir_);
  if (scenario_.begin == FaultBegin::kFresh) return {};
  if (std::string why = StartOnGoodDisk("at first"); !why.empty()) return why;
  if (scenario_.indexes) {
    if (std::string why = MakeIndexes(); !why.empty()) return why;
  }
  if (std::string why = Operate(0, 4); !why.empty()) return why;
  if (done_.size() != 4 && !scenario_.flushes_database) return "at first: a write failed";
  DiskImage image;
  if (scenario_.begin == FaultBegin::kWithLog) {
    image = SimDisk::PowerLoss(case_.nth, SimDisk::Loss::kAnything);
  }
  server_.reset();
  if (scenario_.begin == FaultBegin::kWithLog) image.WriteTo(dir_);
  SimDisk::Start(dir_);
  return {};
}

// Ends the server if it has not yet ended; every second time from what a loss of power leaves.
std::string Run::Restart(const std::string& when) {
  DiskImage image;
  if (case_.loses_power()) image = SimDisk::PowerLoss(1, SimDisk::Loss::kNothingUnsynced);
  server_.reset();
  if (case_.loses_power()) image.WriteTo(dir_);
  SimDisk::Start(dir_);
  return StartOnGoodDisk(when);
}

std::string Run::All(FaultVerdict* verdict) {
  if (std::string why = Prepare(); !why.empty()) return why;
  DiskFault fault = case_.kind->fault;
  fault.nth = case_.nth;
  if (scenario_.fault_before_start) SimDisk::SetFault(fault);
  if (std::string why = StartUnderFault(); !why.empty()) return why;
  if (!scenario_.fault_before_start && !scenario_.fault_at_stop) SimDisk::SetFault(fault);
  if (std::string why = Operate(10, scenario_.operations); !why.empty()) return why;
  bool told_to_end = false;
  if (scenario_.fault_at_stop) {
    SimDisk::SetFault(fault);
    told_to_end = server_->Stop() == 0;
  }
  if (SimDisk::calls_failed() == 0) *verdict = FaultVerdict::kUntouched;
  SimDisk::ClearFault();
  if (std::string why = WaitUntilWellOrEnded(); !why.empty()) return why;
  if (std::string why = EndBuild(); !why.empty()) return why;
  if (server_->ended()) {
    if (!told_to_end) {
      *verdict = FaultVerdict::kEnded;
      if (std::string why = JudgeEnd(); !why.empty()) return why;
    }
    if (std::string why = Restart("after its end"); !why.empty()) return why;
    if (std::string why = WaitUntilWellOrEnded(); !why.empty()) return why;
    if (server_->ended()) return "on a good disk it ended again";
  }
  if (std::string why = Check("healed"); !why.empty()) return why;
  if (std::string why = Restart("afterwards"); !why.empty()) return why;
  return Check("afterwards");
}

}  // namespace

std::string FaultCase::Name() const {
  return std::string(scenario->name) + ", " + kind->name + ", call " + std::to_string(nth);
}

FaultResult RunFaultCase(const FaultCase& one, const std::string& dir) {
  FaultResult result;
  result.why = Run(one, dir).All(&result.verdict);
  if (result.why.empty()) return result;
  result.why += " (" + SimDisk::last_failed() + ")";
  result.verdict = FaultVerdict::kViolated;
  return result;
}

}  // namespace veddb::testing
