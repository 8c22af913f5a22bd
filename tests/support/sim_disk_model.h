// SPDX-License-Identifier: BSD-3-Clause
// The inside of SimDisk: files, names, and what of both is durable. REQUIRES for everything: the
// lock.
#pragma once
#include <sys/types.h>

#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/sim_disk.h"

namespace veddb::testing {

struct SimChange {
  bool truncates = false;
  uint64_t offset = 0;  // or the new size
  std::string bytes;
};

struct SimNode {
  bool directory = false;
  std::string durable;
  std::vector<SimChange> unsynced;

  std::string Current() const;
};
using SimNodePtr = std::shared_ptr<SimNode>;

// Names that change together; nullptr: the name goes.
using SimNameChange = std::vector<std::pair<std::string, SimNodePtr>>;

struct SimOpenFile {
  SimNodePtr node;
  std::string path;
};

class SimModel {
 public:
  // The one that is in use, nullptr: none.
  static SimModel* Active();
  static void Activate(std::unique_ptr<SimModel> model);
  // Whether there has been one. Read by what runs before the process is set up: as plain memory.
  static constinit bool in_use;

  explicit SimModel(std::string root);

  std::recursive_mutex& mutex() { return mutex_; }
  // The absolute path if it lies in the tree, else empty.
  std::string PathIn(const char* path) const;

  // The errno to fail with, -1 for a short write, 0: go on.
  int BeforeCall(DiskCall call, const std::string& path);
  bool half_write() const { return fault_.half_write; }

  bool Exists(const std::string& path) const { return live_.contains(path); }
  SimNodePtr Find(const std::string& path) const;
  SimOpenFile* OpenFileOf(int fd);
  void Opened(int fd, const std::string& path, bool truncate);
  void Closed(int fd) { open_.erase(fd); }
  void Wrote(int fd, uint64_t offset, const char* bytes, size_t size);
  void Truncated(int fd, uint64_t size);
  void Synced(int fd);
  void SyncFailed(int fd);
  void MadeDirectory(const std::string& path);
  void Renamed(const std::string& from, const std::string& to);
  void Linked(const std::string& from, const std::string& to);
  void Removed(const std::string& path);

  DiskImage PowerLoss(uint64_t seed, SimDisk::Loss loss) const;

  SimDisk::Hook hook_;
  DiskFault fault_;
  bool armed_ = false;
  uint64_t counted_ = 0;
  uint64_t failed_ = 0;
  std::string last_failed_;

 private:
  void Load(const std::string& path);
  void ChangeNames(SimNameChange change);
  std::string Relative(const std::string& path) const { return path.substr(root_.size() + 1); }

  const std::string root_;
  std::recursive_mutex mutex_;
  std::map<std::string, SimNodePtr> live_;
  std::map<std::string, SimNodePtr> durable_;
  std::map<std::string, std::vector<SimNameChange>> unsynced_;  // by directory
  std::map<int, SimOpenFile> open_;
};

}  // namespace veddb::testing
