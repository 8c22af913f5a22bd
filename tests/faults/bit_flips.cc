// SPDX-License-Identifier: BSD-3-Clause
// Flipped bits and bytes in every kind of file of a closed data directory: each is harmless or a
// named error, never a wrong answer, a silent loss or a crash.
#include <cstdio>
#include <filesystem>
#include <map>
#include <random>
#include <vector>

#include "base/logging.h"
#include "tests/faults/campaign.h"
#include "tests/faults/in_process_server.h"
#include "tests/faults/workload.h"
#include "tests/support/sim_disk.h"

namespace veddb::testing {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kShortRun = 150;
constexpr int kOperations = 400;

Words Options() {
  return {"--appendfsync", "always", "--log-replay-max", "1mb", "--log-segment-bytes", "1mb"};
}

// A directory with several segments and files, and a log that goes beyond the store.
std::string Fill(const std::string& data, uint64_t seed) {
  fs::create_directories(data);
  SimDisk::Start(data);
  InProcessServer server(data, Options());
  if (const auto failure = server.Start()) return *failure;
  RespClient client = server.Connect();
  Workload workload(seed, 0);
  for (int i = 0; i < kOperations; ++i) {
    for (const Words& words : workload.Next()) {
      const RespReply reply = client.Run(words);
      if (reply.is_error() || reply.broken()) return words[0] + ": " + reply.Print();
    }
  }
  const DiskImage image = SimDisk::PowerLoss(seed, SimDisk::Loss::kNothingUnsynced);
  server.Stop();
  image.WriteTo(data);
  return {};
}

WorkloadState Expected(uint64_t seed) {
  Workload workload(seed, 0);
  for (int i = 0; i < kOperations; ++i) workload.Next();
  return workload.state();
}

// Empty: as it was. "error: …": it says what is wrong. Else a wrong answer.
std::string Judge(const std::string& data, uint64_t seed) {
  InProcessServer server(data, Options());
  if (const auto failure = server.Start()) {
    return failure->empty() ? "no reason for not starting" : "error: " + *failure;
  }
  RespClient client = server.Connect();
  std::string why;
  const auto found = Workload::Read(client, 0, why);
  std::string verdict;
  if (found && !(*found == Expected(seed))) {
    verdict = "wrong: found " + found->Summary();
  } else if (!found) {
    verdict = why.find("-IOERR") != std::string::npos ? "error: " + why : "wrong: " + why;
  }
  // Everything is read and merged: damage must not be carried on, nor end the process.
  client.Run({"FLUSHDB"});
  client.Run({"SET", "after", "1"});
  client.Run({"KEYS", "*"});
  server.Stop();
  return verdict;
}

// "000012.sst" → ".sst", "MANIFEST-000005" → "MANIFEST".
std::string KindOf(const std::string& path) {
  const std::string name = fs::path(path).filename();
  if (name.find('.') != std::string::npos) return name.substr(name.find('.'));
  return name.substr(0, name.find('-'));
}

}  // namespace

int RunBitFlips(const CampaignOptions& options) {
  const std::string root = CampaignDirectory("bit-flips");
  const std::string cold = root + "/cold";
  const uint64_t seed = options.seed;
  const auto filled = RunInChild([&] {
    OpenLog(root + "/messages", LogLevel::kWarning).ok();
    return Fill(cold, seed);
  });
  if (filled) {
    std::printf("FAILED: bit-flips: %s\n", filled->c_str());
    return 1;
  }
  std::map<std::string, std::vector<std::string>> kinds;
  for (const auto& entry : fs::recursive_directory_iterator(cold)) {
    if (!entry.is_regular_file() || entry.file_size() == 0) continue;
    kinds[KindOf(entry.path())].push_back(entry.path().string().substr(cold.size() + 1));
  }
  const Deadline deadline(options);
  std::mt19937_64 random(seed);
  std::map<std::string, std::pair<int, int>> told;  // by kind: harmless, named
  const int64_t cycles = options.cycles > 0 ? options.cycles : kShortRun;
  int failures = 0;
  int64_t cycle = 0;
  for (; cycle < cycles && !deadline.over(); ++cycle) {
    auto kind = kinds.begin();
    std::advance(kind, static_cast<int64_t>(random() % kinds.size()));
    const std::string path = kind->second[random() % kind->second.size()];
    const std::string data = root + "/data";
    fs::remove_all(data);
    fs::copy(cold, data, fs::copy_options::recursive);
    const uint64_t at = random() % fs::file_size(data + "/" + path);
    const int mask = random() % 2 == 0 ? 1 << random() % 8 : static_cast<int>(random() % 255 + 1);
    std::FILE* file = std::fopen((data + "/" + path).c_str(), "r+b");
    std::fseek(file, static_cast<long>(at), SEEK_SET);
    const int byte = std::fgetc(file);
    std::fseek(file, static_cast<long>(at), SEEK_SET);
    std::fputc(byte ^ mask, file);
    std::fclose(file);
    const auto verdict = RunInChild([&] {
      OpenLog(root + "/messages", LogLevel::kWarning).ok();
      return Judge(data, seed);
    });
    const bool named = verdict && verdict->starts_with("error: ");
    ++(named ? told[kind->first].second : told[kind->first].first);
    if (!verdict || named) continue;
    ++failures;
    std::printf("FAILED: bit-flips --seed %llu, cycle %lld: %s, byte %llu ^ %d: %s\n",
                static_cast<unsigned long long>(seed), static_cast<long long>(cycle), path.c_str(),
                static_cast<unsigned long long>(at), mask, verdict->substr(0, 300).c_str());
  }
  for (const auto& [kind, counts] : told) {
    std::printf("  %-10s %4d harmless, %4d named errors\n", kind.c_str(), counts.first,
                counts.second);
  }
  std::printf("bit-flips: %lld flips, seed %llu, %d failures\n", static_cast<long long>(cycle),
              static_cast<unsigned long long>(seed), failures);
  fs::remove_all(root);
  return failures == 0 ? 0 : 1;
}

}  // namespace veddb::testing
