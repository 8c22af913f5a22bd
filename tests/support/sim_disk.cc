// SPDX-License-Identifier: BSD-3-Clause
#include "tests/support/sim_disk.h"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/support/sim_disk_model.h"

namespace veddb::testing {
namespace {

namespace fs = std::filesystem;

constexpr size_t kPageBytes = 4096;
constexpr size_t kGarbageBytesMax = 300;

// Both outlive every thread that may still write.
std::atomic<SimModel*> g_active{nullptr};

void Apply(const SimChange& change, std::string& content) {
  if (change.truncates) {
    content.resize(change.offset, '\0');
    return;
  }
  const size_t end = change.offset + change.bytes.size();
  if (content.size() < end) content.resize(end, '\0');
  content.replace(change.offset, change.bytes.size(), change.bytes);
}

// The first changes, and the next one torn at some byte.
std::string TornAt(const SimNode& node, std::mt19937_64& random) {
  std::string content = node.durable;
  const size_t whole = random() % (node.unsynced.size() + 1);
  for (size_t i = 0; i < whole; ++i) Apply(node.unsynced[i], content);
  if (whole == node.unsynced.size()) return content;
  SimChange torn = node.unsynced[whole];
  if (torn.truncates) return content;
  torn.bytes.resize(random() % (torn.bytes.size() + 1));
  Apply(torn, content);
  if (random() % 8 == 0 && content.size() >= node.durable.size()) {
    for (size_t n = random() % kGarbageBytesMax; n > 0; --n) {
      content += static_cast<char>(random());
    }
  }
  return content;
}

// Any of the pages: the others are as they were, which is zeros behind the old end.
std::string SomePages(const SimNode& node, std::mt19937_64& random) {
  std::string content = node.Current();
  std::string before = node.durable;
  before.resize(content.size(), '\0');
  for (size_t page = 0; page < content.size(); page += kPageBytes) {
    if (random() % 2 == 0) continue;
    const size_t size = std::min(kPageBytes, content.size() - page);
    content.replace(page, size, before, page, size);
  }
  return content;
}

std::string AfterPowerLoss(const SimNode& node, std::mt19937_64& random) {
  if (node.unsynced.empty()) return node.durable;
  switch (random() % 4) {
    case 0:
      return node.durable;
    case 1:
      return node.Current();
    case 2:
      return TornAt(node, random);
    default:
      return SomePages(node, random);
  }
}

std::string ParentOf(const std::string& path) { return path.substr(0, path.rfind('/')); }

}  // namespace

const char* DiskCallName(DiskCall call) {
  constexpr const char* kNames[] = {"open",     "create", "read", "write",  "truncate", "sync",
                                    "sync dir", "rename", "link", "unlink", "mkdir"};
  return kNames[static_cast<size_t>(call)];
}

void DiskImage::WriteTo(const std::string& root) const {
  fs::create_directories(root);
  for (const auto& entry : fs::directory_iterator(root)) fs::remove_all(entry.path());
  for (const std::string& dir : dirs) fs::create_directories(root + "/" + dir);
  for (const auto& [path, content] : files) {
    std::ofstream(root + "/" + path, std::ios::binary)
        .write(content.data(), static_cast<std::streamsize>(content.size()));
  }
}

std::string SimNode::Current() const {
  std::string content = durable;
  for (const SimChange& change : unsynced) Apply(change, content);
  return content;
}

// --- the model ---

SimModel* SimModel::Active() { return g_active.load(std::memory_order_acquire); }

constinit bool SimModel::in_use = false;

void SimModel::Activate(std::unique_ptr<SimModel> model) {
  __atomic_store_n(&in_use, true, __ATOMIC_RELAXED);
  // The old one is left to threads that may be in it: a few models a process.
  g_active.store(model.release(), std::memory_order_release);
}

SimModel::SimModel(std::string root) : root_(std::move(root)) {
  for (const auto& entry : fs::recursive_directory_iterator(root_)) Load(entry.path());
  durable_ = live_;
}

void SimModel::Load(const std::string& path) {
  auto node = std::make_shared<SimNode>();
  node->directory = fs::is_directory(path);
  if (!node->directory) {
    std::ostringstream content;
    content << std::ifstream(path, std::ios::binary).rdbuf();
    node->durable = content.str();
  }
  live_[path] = std::move(node);
}

std::string SimModel::PathIn(const char* path) const {
  const std::string whole = path[0] == '/' ? path : root_ + "/" + path;
  std::string absolute = fs::path(whole).lexically_normal();
  while (absolute.size() > 1 && absolute.back() == '/') absolute.pop_back();
  const bool inside = absolute == root_ || absolute.starts_with(root_ + "/");
  return inside ? absolute : std::string();
}

int SimModel::BeforeCall(DiskCall call, const std::string& path) {
  const uint32_t bit = BitOf(call);
  if ((kChangingCalls & bit) != 0 && hook_) hook_(SimDisk::Moment::kBefore, call, path);
  if (!armed_ || (fault_.calls & bit) == 0 || path.ends_with("/LOG")) return 0;
  if (path.find(fault_.where) == std::string::npos) return 0;
  ++counted_;
  if (counted_ < fault_.nth || (counted_ > fault_.nth && !fault_.sticky)) return 0;
  ++failed_;
  last_failed_ = std::string(DiskCallName(call)) + " " + path;
  return fault_.error == 0 ? -1 : fault_.error;
}

SimNodePtr SimModel::Find(const std::string& path) const {
  const auto found = live_.find(path);
  return found == live_.end() ? nullptr : found->second;
}

SimOpenFile* SimModel::OpenFileOf(int fd) {
  const auto found = open_.find(fd);
  return found == open_.end() ? nullptr : &found->second;
}

void SimModel::ChangeNames(SimNameChange change) {
  std::map<std::string, SimNameChange> by_directory;
  for (auto& [path, node] : change) {
    if (node == nullptr) {
      live_.erase(path);
    } else {
      live_[path] = node;
    }
    by_directory[ParentOf(path)].emplace_back(path, node);
  }
  for (auto& [directory, names] : by_directory) unsynced_[directory].push_back(std::move(names));
}

void SimModel::Opened(int fd, const std::string& path, bool truncate) {
  SimNodePtr node = Find(path);
  if (node == nullptr) {
    node = std::make_shared<SimNode>();
    if (path == root_) {
      node->directory = true;
    } else {
      ChangeNames({{path, node}});
    }
  }
  open_[fd] = {node, path};
  if (truncate) Truncated(fd, 0);
}

void SimModel::Wrote(int fd, uint64_t offset, const char* bytes, size_t size) {
  open_[fd].node->unsynced.push_back({false, offset, std::string(bytes, size)});
}

void SimModel::Truncated(int fd, uint64_t size) {
  open_[fd].node->unsynced.push_back({true, size, {}});
}

void SimModel::Synced(int fd) {
  const SimOpenFile& file = open_[fd];
  if (file.node->directory) {
    for (const SimNameChange& change : unsynced_[file.path]) {
      for (const auto& [path, node] : change) {
        if (node == nullptr) {
          durable_.erase(path);
        } else {
          durable_[path] = node;
        }
      }
    }
    unsynced_.erase(file.path);
    return;
  }
  for (const SimChange& change : file.node->unsynced) Apply(change, file.node->durable);
  file.node->unsynced.clear();
  if (hook_) hook_(SimDisk::Moment::kSynced, DiskCall::kSync, file.path);
}

void SimModel::SyncFailed(int fd) {
  const SimOpenFile& file = open_[fd];
  if (!file.node->directory) file.node->unsynced.clear();
}

void SimModel::MadeDirectory(const std::string& path) {
  auto node = std::make_shared<SimNode>();
  node->directory = true;
  ChangeNames({{path, node}});
}

void SimModel::Renamed(const std::string& from, const std::string& to) {
  const SimNodePtr node = Find(from);
  if (node != nullptr) ChangeNames({{to, node}, {from, nullptr}});
}

void SimModel::Linked(const std::string& from, const std::string& to) {
  const SimNodePtr node = Find(from);
  if (node != nullptr) ChangeNames({{to, node}});
}

void SimModel::Removed(const std::string& path) { ChangeNames({{path, nullptr}}); }

DiskImage SimModel::PowerLoss(uint64_t seed, SimDisk::Loss loss) const {
  std::mt19937_64 random(seed);
  const bool any = loss == SimDisk::Loss::kAnything;
  std::map<std::string, SimNodePtr> names = durable_;
  for (const auto& [directory, changes] : unsynced_) {
    // Directories keep the order of their changes.
    const size_t kept = any ? random() % (changes.size() + 1) : 0;
    for (size_t i = 0; i < kept; ++i) {
      for (const auto& [path, node] : changes[i]) {
        if (node == nullptr) {
          names.erase(path);
        } else {
          names[path] = node;
        }
      }
    }
  }
  DiskImage image;
  // In order of paths: a directory comes before what is in it.
  for (const auto& [path, node] : names) {
    const std::string parent = ParentOf(path);
    if (parent != root_ && !image.dirs.contains(Relative(parent))) continue;
    if (node->directory) {
      image.dirs.insert(Relative(path));
    } else {
      image.files[Relative(path)] = any ? AfterPowerLoss(*node, random) : node->durable;
    }
  }
  return image;
}

// --- the face ---

void SimDisk::Start(const std::string& root) {
  SimModel::Activate(std::make_unique<SimModel>(root));
}

void SimDisk::Stop() { SimModel::Activate(nullptr); }

void SimDisk::SetHook(Hook hook) {
  SimModel* model = SimModel::Active();
  const std::lock_guard lock(model->mutex());
  model->hook_ = std::move(hook);
}

void SimDisk::SetFault(const DiskFault& fault) {
  SimModel* model = SimModel::Active();
  const std::lock_guard lock(model->mutex());
  model->fault_ = fault;
  model->armed_ = true;
  model->counted_ = 0;
  model->failed_ = 0;
}

void SimDisk::ClearFault() {
  SimModel* model = SimModel::Active();
  const std::lock_guard lock(model->mutex());
  model->armed_ = false;
}

uint64_t SimDisk::calls_counted() {
  SimModel* model = SimModel::Active();
  const std::lock_guard lock(model->mutex());
  return model->counted_;
}

uint64_t SimDisk::calls_failed() {
  SimModel* model = SimModel::Active();
  const std::lock_guard lock(model->mutex());
  return model->failed_;
}

std::string SimDisk::last_failed() {
  SimModel* model = SimModel::Active();
  const std::lock_guard lock(model->mutex());
  return model->last_failed_;
}

DiskImage SimDisk::PowerLoss(uint64_t seed, Loss loss) {
  SimModel* model = SimModel::Active();
  const std::lock_guard lock(model->mutex());
  return model->PowerLoss(seed, loss);
}

}  // namespace veddb::testing
