// SPDX-License-Identifier: BSD-3-Clause
// Power loss, again and again. A session starts the server on what a loss of power left, compares
// all it holds with the exact states it may have, goes on with the workload, and takes images of
// further losses at random moments, its own recovery and end included. Sessions then start from
// those images.
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <deque>
#include <filesystem>
#include <fstream>
#include <random>
#include <thread>

#include "base/logging.h"
#include "tests/faults/campaign.h"
#include "tests/faults/in_process_server.h"
#include "tests/faults/workload.h"
#include "tests/support/sim_disk.h"

namespace veddb::testing {
namespace {

namespace fs = std::filesystem;

constexpr int kStreams = 2;
constexpr int64_t kShortRun = 120;
constexpr int kOperationsMax = 80;  // of a stream in a session
constexpr int kImagesMax = 6;       // of a session
constexpr size_t kImagesKept = 40;
constexpr int64_t kHistoryMax = 2000;  // operations of a stream; then all begins anew

// One image and what is known of it. Beside the tree it lies as a line of numbers.
struct Scene {
  std::string dir;       // "" : an empty disk
  uint64_t history = 0;  // the workload's seed
  bool always = false;
  int64_t floor[kStreams] = {};      // operations that must be there
  int64_t submitted[kStreams] = {};  // and that may be

  std::string data() const { return dir + "/data"; }
  void Save() const {
    std::ofstream out(dir + "/scene");
    out << history << ' ' << always;
    for (int s = 0; s < kStreams; ++s) out << ' ' << floor[s] << ' ' << submitted[s];
  }
  void Load() {
    std::ifstream in(dir + "/scene");
    in >> history >> always;
    for (int s = 0; s < kStreams; ++s) in >> floor[s] >> submitted[s];
  }
};

class Session {
 public:
  Session(const Scene& scene, std::string out, uint64_t seed)
      : scene_(scene), out_(std::move(out)), random_(seed) {
    for (int s = 0; s < kStreams; ++s) {
      floor_[s] = acked_[s] = scene.floor[s];
      submitted_[s] = scene.submitted[s];
      workloads_.emplace_back(scene.history, s);
    }
    rarity_ = 1ULL << (random_() % 8 + 1);
  }

  // Empty: all is well.
  std::string Run();

 private:
  void OnDisk(SimDisk::Moment moment, const std::string& path);
  void TakeImage(SimDisk::Loss loss);
  std::string Verify(RespClient& client, int stream);
  void Drive(int stream, RespClient client, uint64_t seed);
  void Fail(const std::string& text);

  const Scene scene_;
  const std::string out_;
  std::mt19937_64 random_;
  std::vector<Workload> workloads_;
  std::atomic<int64_t> floor_[kStreams];
  std::atomic<int64_t> acked_[kStreams];
  std::atomic<int64_t> submitted_[kStreams];
  std::atomic<bool> verified_{false};
  uint64_t rarity_ = 1;  // an image is taken at one in so many calls
  int images_ = 0;
  std::string newest_segment_;
  std::atomic<bool> failed_{false};
  std::string failure_;
};

void Session::TakeImage(SimDisk::Loss loss) {
  Scene scene = scene_;
  scene.dir = out_ + "/image" + std::to_string(images_++);
  // First what must be there, then what may be.
  for (int s = 0; s < kStreams; ++s) {
    scene.floor[s] = scene.always && verified_ ? acked_[s].load() : floor_[s].load();
    scene.submitted[s] = submitted_[s];
  }
  SimDisk::PowerLoss(random_(), loss).WriteTo(scene.data());
  scene.Save();
}

void Session::OnDisk(SimDisk::Moment moment, const std::string& path) {
  const size_t name = path.find("/log/");
  if (name != std::string::npos && path.find(".log", name + 5) != std::string::npos) {
    const std::string segment = path.substr(name + 5, 20);
    newest_segment_ = std::max(newest_segment_, segment);
    // What was answered before the newest segment is synced is in it or in those before.
    if (moment == SimDisk::Moment::kSynced && segment == newest_segment_ && verified_) {
      for (int s = 0; s < kStreams; ++s) floor_[s] = acked_[s].load();
    }
  }
  if (moment != SimDisk::Moment::kBefore || images_ >= kImagesMax) return;
  if (random_() % rarity_ != 0) return;
  TakeImage(random_() % 3 == 0 ? SimDisk::Loss::kNothingUnsynced : SimDisk::Loss::kAnything);
  rarity_ *= 2;
}

std::string Session::Verify(RespClient& client, int stream) {
  std::string why;
  const auto found = Workload::Read(client, stream, why);
  if (!found) return why;
  Workload& workload = workloads_[static_cast<size_t>(stream)];
  for (int64_t n = 0;; ++n) {
    if (n >= scene_.floor[stream] && workload.state() == *found) {
      acked_[stream] = submitted_[stream] = floor_[stream] = n;
      return {};
    }
    if (n >= scene_.submitted[stream]) break;
    workload.Next();
  }
  Workload expected(scene_.history, stream);
  for (int64_t n = 0; n < scene_.floor[stream]; ++n) expected.Next();
  return "stream " + std::to_string(stream) + " is in no state from " +
         std::to_string(scene_.floor[stream]) + " to " + std::to_string(scene_.submitted[stream]) +
         " operations:\n  found " + found->Summary() + "\n  least " + expected.state().Summary();
}

void Session::Fail(const std::string& text) {
  if (!failed_.exchange(true)) failure_ = text;
}

void Session::Drive(int stream, RespClient client, uint64_t seed) {
  std::mt19937_64 random(seed);
  Workload& workload = workloads_[static_cast<size_t>(stream)];
  for (auto left = static_cast<int64_t>(random() % kOperationsMax); left > 0 && !failed_;) {
    const int64_t depth = std::min<int64_t>(left, static_cast<int64_t>(random() % 12 + 1));
    left -= depth;
    std::vector<Operation> sent;
    for (int64_t i = 0; i < depth; ++i) sent.push_back(workload.Next());
    submitted_[stream] += depth;
    for (const Operation& operation : sent) {
      for (const Words& words : operation) client.Add(words);
    }
    for (const Operation& operation : sent) {
      for (const Words& words : operation) {
        const RespReply reply = client.Next();
        if (reply.is_error() || reply.broken()) Fail(words[0] + ": " + reply.Print());
      }
      ++acked_[stream];
    }
  }
}

std::string Session::Run() {
  OpenLog(out_ + "/messages", LogLevel::kVerbose).ok();
  const std::string data = scene_.dir.empty() ? out_ + "/data" : scene_.data();
  fs::create_directories(data);
  SimDisk::Start(data);
  SimDisk::SetHook(
      [this](SimDisk::Moment moment, DiskCall, const std::string& path) { OnDisk(moment, path); });
  InProcessServer server(
      data, {"--appendfsync", scene_.always ? "always" : "everysec", "--log-segment-bytes", "1mb",
             "--log-replay-max", "1mb", "--drain-interval", std::to_string(random_() % 40 + 1)});
  if (const auto failure = server.Start()) return "it does not start: " + *failure;
  for (int s = 0; s < kStreams; ++s) {
    RespClient client = server.Connect();
    if (std::string why = Verify(client, s); !why.empty()) return why;
  }
  verified_ = true;
  std::vector<std::thread> drivers;
  for (int s = 0; s < kStreams; ++s) {
    drivers.emplace_back([this, s, seed = random_(), client = server.Connect()]() mutable {
      Drive(s, std::move(client), seed);
    });
  }
  for (std::thread& driver : drivers) driver.join();
  if (failed_) return failure_;
  if (random_() % 4 == 0) {
    TakeImage(SimDisk::Loss::kAnything);
    ::_exit(0);  // as if killed
  }
  server.Stop();
  // A clean end leaves nothing unsynced.
  for (int s = 0; s < kStreams; ++s) floor_[s] = acked_[s].load();
  TakeImage(SimDisk::Loss::kNothingUnsynced);
  return {};
}

}  // namespace

int RunPowerLoss(const CampaignOptions& options) {
  const std::string root = CampaignDirectory("power-loss");
  const Deadline deadline(options);
  std::mt19937_64 random(options.seed);
  std::deque<Scene> scenes;
  const int64_t cycles = options.cycles > 0 ? options.cycles : kShortRun;
  int64_t images = 0;
  int64_t cycle = 0;
  for (; cycle < cycles && !deadline.over(); ++cycle) {
    Scene scene;
    if (scenes.empty() || random() % 20 == 0) {
      scene.history = random();
      scene.always = random() % 2 == 0;
    } else {
      const size_t at = random() % scenes.size();
      scene = scenes[at];
      scenes.erase(scenes.begin() + static_cast<int64_t>(at));
    }
    const std::string out = root + "/" + std::to_string(cycle);
    fs::create_directories(out);
    // What the session changes must not spoil the evidence.
    if (!scene.dir.empty()) {
      fs::copy(scene.dir, out + "/begin", fs::copy_options::recursive);
      fs::copy(scene.dir, out + "/before", fs::copy_options::recursive);
      fs::remove_all(scene.dir);
      scene.dir = out + "/begin";
    }
    const uint64_t seed = random();
    const auto failure = RunInChild([&] { return Session(scene, out, seed).Run(); });
    if (failure) {
      std::printf("FAILED: power-loss --seed %llu, cycle %lld, files in %s\n%s\n",
                  static_cast<unsigned long long>(options.seed), static_cast<long long>(cycle),
                  out.c_str(), failure->c_str());
      return 1;
    }
    for (int i = 0; i <= kImagesMax; ++i) {
      Scene next;
      next.dir = out + "/image" + std::to_string(i);
      if (!fs::exists(next.dir + "/scene")) continue;
      next.Load();
      ++images;
      if (next.submitted[0] < kHistoryMax) scenes.push_back(next);
    }
    fs::remove_all(out + "/begin");
    fs::remove_all(out + "/before");
    fs::remove_all(out + "/data");
    while (scenes.size() > kImagesKept) {
      const size_t at = random() % scenes.size();
      fs::remove_all(scenes[at].dir);
      scenes.erase(scenes.begin() + static_cast<int64_t>(at));
    }
  }
  fs::remove_all(root);
  std::printf("power-loss: %lld sessions, %lld images, seed %llu: nothing lost\n",
              static_cast<long long>(cycle), static_cast<long long>(images),
              static_cast<unsigned long long>(options.seed));
  return 0;
}

}  // namespace veddb::testing
