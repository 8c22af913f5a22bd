// SPDX-License-Identifier: BSD-3-Clause
// The n-th call to the disk fails, once or from then on, for n = 1, 2, … until a scenario passes
// untouched. What must hold is told in fault_case.h.
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <random>

#include "tests/faults/campaign.h"
#include "tests/faults/fault_case.h"

namespace veddb::testing {
namespace {

namespace fs = std::filesystem;

// A short run takes one call of each scenario and kind, mostly an early one.
constexpr uint64_t kShortExponents = 6;
constexpr int kViolationsMax = 20;  // then a run ends

constexpr uint32_t kAllCalls = kChangingCalls | BitOf(DiskCall::kOpen) | BitOf(DiskCall::kRead);
const FaultKind kKinds[] = {
    {"EIO once", {.calls = kAllCalls, .error = EIO}},
    {"EIO from then on", {.calls = kChangingCalls, .sticky = true, .error = EIO}},
    {"ENOSPC once", {.calls = kChangingCalls, .error = ENOSPC, .half_write = true}},
    {"ENOSPC from then on",
     {.calls = kChangingCalls, .sticky = true, .error = ENOSPC, .half_write = true}},
    {"short write", {.calls = BitOf(DiskCall::kWrite)}},
    {"EIO in the store", {.calls = kAllCalls, .sticky = true, .error = EIO, .where = "/store/"}},
    {"ENOSPC in the store",
     {.calls = kChangingCalls,
      .sticky = true,
      .error = ENOSPC,
      .half_write = true,
      .where = "/store/"}},
    {"EMFILE once", {.calls = BitOf(DiskCall::kOpen) | BitOf(DiskCall::kCreate), .error = EMFILE}},
};

constexpr FaultBegin kFresh = FaultBegin::kFresh;
constexpr FaultBegin kWithData = FaultBegin::kWithData;
const FaultScenario kScenarios[] = {
    {.name = "open fresh",
     .begin = kFresh,
     .fault_before_start = true,
     .operations = 3,
     .keys = true,
     .docs = true},
    {.name = "open with data",
     .begin = kWithData,
     .fault_before_start = true,
     .operations = 3,
     .keys = true,
     .docs = true},
    {.name = "open with recovery",
     .begin = FaultBegin::kWithLog,
     .fault_before_start = true,
     .operations = 3,
     .keys = true,
     .docs = true},
    {.name = "set", .begin = kFresh, .operations = 8, .keys = true},
    {.name = "documents", .begin = kFresh, .operations = 8, .docs = true},
    {.name = "multi", .begin = kFresh, .operations = 8, .keys = true, .docs = true},
    {.name = "drain and flush",
     .begin = kWithData,
     .operations = 12,
     .large = true,
     .keys = true,
     .docs = true,
     .drains = true,
     .options = {"--log-replay-max", "1mb"}},
    {.name = "compaction",
     .begin = kWithData,
     .operations = 40,
     .large = true,
     .keys = true,
     .docs = true,
     .drains = true,
     .options = {"--log-replay-max", "1mb"}},
    {.name = "roll and retire",
     .begin = kWithData,
     .operations = 16,
     .large = true,
     .keys = true,
     .drains = true,
     .options = {"--log-segment-bytes", "1mb", "--log-replay-max", "1mb"}},
    {.name = "flushdb and reclaim",
     .begin = kWithData,
     .operations = 6,
     .keys = true,
     .docs = true,
     .drains = true,
     .flushes_database = true},
    {.name = "indexed documents",
     .begin = kWithData,
     .operations = 9,
     .docs = true,
     .drains = true,
     .indexes = true},
    {.name = "index build",
     .begin = kWithData,
     .operations = 9,
     .large = true,
     .docs = true,
     .drains = true,
     .indexes = true,
     .builds_index = true,
     .options = {"--log-replay-max", "1mb"}},
    {.name = "close and reopen",
     .begin = kWithData,
     .fault_at_stop = true,
     .operations = 6,
     .keys = true,
     .docs = true},
};

// What one scenario with one kind of fault came to.
struct Sums {
  uint64_t last = 0;  // call that was reached
  int64_t verdicts[4] = {};
  int64_t& operator[](FaultVerdict verdict) { return verdicts[static_cast<size_t>(verdict)]; }
};

class NthFault {
 public:
  explicit NthFault(const CampaignOptions& options)
      : options_(options),
        root_(CampaignDirectory("nth-fault")),
        deadline_(options),
        random_(options.seed),
        short_(options.cycles == 0 && options.stride == 0),
        stride_(std::max<uint64_t>(options.stride, 1)) {}
  int Run();

 private:
  bool Over() const {
    return deadline_.over() || violations_ >= kViolationsMax ||
           (options_.cycles > 0 && cases_ >= options_.cycles);
  }
  bool Chosen(const FaultScenario& scenario, const FaultKind& kind) const;
  uint64_t FirstCall();
  FaultVerdict RunOne(const FaultCase& one);
  void RunAll(const FaultScenario& scenario, const FaultKind& kind);

  const CampaignOptions& options_;
  const std::string root_;
  const Deadline deadline_;
  std::mt19937_64 random_;
  const bool short_;
  const uint64_t stride_;
  int64_t cases_ = 0;
  int violations_ = 0;
};

// --only names a scenario, or a kind of fault with it.
bool NthFault::Chosen(const FaultScenario& scenario, const FaultKind& kind) const {
  const std::string name = std::string(scenario.name) + ", " + kind.name + ", ";
  return options_.only.empty() || name.starts_with(options_.only + ", ");
}

// With another seed other calls.
uint64_t NthFault::FirstCall() {
  if (options_.first > 0) return options_.first;
  if (short_) return 1 + random_() % (uint64_t{1} << (1 + random_() % kShortExponents));
  return 1 + random_() % stride_;
}

FaultVerdict NthFault::RunOne(const FaultCase& one) {
  const std::string dir = root_ + "/" + std::to_string(++cases_);
  fs::create_directories(dir);
  constexpr const char* kWords[] = {"", "ended", "untouched"};
  const auto text = RunInChild([&]() -> std::string {
    const FaultResult result = RunFaultCase(one, dir);
    if (result.verdict == FaultVerdict::kViolated) return "violated: " + result.why;
    return kWords[static_cast<size_t>(result.verdict)];
  });
  if (text && *text != "ended" && *text != "untouched") {
    ++violations_;
    std::printf("FAILED: nth-fault --only '%s, %s' --first %llu --cycles 1, files in %s\n%s\n",
                one.scenario->name, one.kind->name, static_cast<unsigned long long>(one.nth),
                dir.c_str(), text->c_str());
    std::fflush(stdout);
    return FaultVerdict::kViolated;
  }
  fs::remove_all(dir);
  if (!text) return FaultVerdict::kHealed;
  return *text == "ended" ? FaultVerdict::kEnded : FaultVerdict::kUntouched;
}

void NthFault::RunAll(const FaultScenario& scenario, const FaultKind& kind) {
  Sums sums;
  for (uint64_t nth = FirstCall(); !Over() && sums[FaultVerdict::kUntouched] == 0; nth += stride_) {
    const FaultVerdict verdict = RunOne({&scenario, &kind, nth});
    ++sums[verdict];
    if (verdict != FaultVerdict::kUntouched) sums.last = nth;
    if (short_) break;
  }
  std::printf("%-20s %-20s to call %4llu: %4lld healed, %4lld ended with a reason, %lld wrong\n",
              scenario.name, kind.name, static_cast<unsigned long long>(sums.last),
              static_cast<long long>(sums[FaultVerdict::kHealed]),
              static_cast<long long>(sums[FaultVerdict::kEnded]),
              static_cast<long long>(sums[FaultVerdict::kViolated]));
  std::fflush(stdout);
}

int NthFault::Run() {
  for (const FaultScenario& scenario : kScenarios) {
    for (const FaultKind& kind : kKinds) {
      if (!Over() && Chosen(scenario, kind)) RunAll(scenario, kind);
    }
  }
  const bool good = violations_ == 0;
  if (good) fs::remove_all(root_);
  std::printf("nth-fault: %lld cases, seed %llu: %s\n", static_cast<long long>(cases_),
              static_cast<unsigned long long>(options_.seed),
              good ? "nothing lost, nothing wrong" : "FAILED");
  return good ? 0 : 1;
}

}  // namespace

int RunNthFault(const CampaignOptions& options) { return NthFault(options).Run(); }

}  // namespace veddb::testing
