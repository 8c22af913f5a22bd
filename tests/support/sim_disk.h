// SPDX-License-Identifier: BSD-3-Clause
// SimDisk: a model of what a disk really holds, beneath everything that this binary does to the
// files of one directory tree: the log's, the store's, RocksDB's.
//
// The binary's own open, write, fsync, rename … (sim_disk_calls.cc) stand before the system's. They
// work on real files, and the model follows: what is written counts as durable once the file was
// synced, a name once its directory was. From that it makes images of what a loss of power may
// leave, at any moment, while the program runs on. Calls can be made to fail as well, by number.
//
// After a failed sync the file's unsynced bytes are never durable, though they can be read and a
// later sync succeeds: so does Linux.
//
// Any thread; one tree at a time.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

namespace veddb::testing {

// What a disk holds: paths relative to the tree's root.
struct DiskImage {
  std::set<std::string> dirs;
  std::map<std::string, std::string> files;

  // Makes the directory hold exactly this.
  void WriteTo(const std::string& root) const;
};

enum class DiskCall : uint8_t {
  kOpen,  // of a file that is there
  kCreate,
  kRead,
  kWrite,
  kTruncate,
  kSync,
  kSyncDir,
  kRename,
  kLink,
  kUnlink,
  kMakeDir,
  kCount,
};
const char* DiskCallName(DiskCall call);

// How calls fail: the n-th of those in `calls` (1 = the next), once or from then on.
struct DiskFault {
  uint32_t calls = 0;  // bits of DiskCall
  uint64_t nth = 1;
  bool sticky = false;
  int error = 0;            // errno; 0: a write is cut short instead, and says so
  bool half_write = false;  // a write that fails leaves half of its bytes in the file
  std::string where;        // only calls whose path holds this; RocksDB's LOG never counts
};
constexpr uint32_t BitOf(DiskCall call) { return 1U << static_cast<unsigned>(call); }
// Everything that changes the disk.
constexpr uint32_t kChangingCalls =
    BitOf(DiskCall::kCreate) | BitOf(DiskCall::kWrite) | BitOf(DiskCall::kTruncate) |
    BitOf(DiskCall::kSync) | BitOf(DiskCall::kSyncDir) | BitOf(DiskCall::kRename) |
    BitOf(DiskCall::kLink) | BitOf(DiskCall::kUnlink) | BitOf(DiskCall::kMakeDir);

class SimDisk {
 public:
  // `root` must exist; what is in it counts as durable. Relative paths are taken from there.
  static void Start(const std::string& root);
  static void Stop();

  // Called before each call that changes the disk, and after each sync of a file that succeeded,
  // under the model's lock: it may call PowerLoss and nothing else of this class.
  enum class Moment : uint8_t { kBefore, kSynced };
  using Hook = std::function<void(Moment moment, DiskCall call, const std::string& path)>;
  static void SetHook(Hook hook);

  static void SetFault(const DiskFault& fault);
  static void ClearFault();
  // How many calls of the fault's kinds there were since SetFault, and how many of them failed.
  static uint64_t calls_counted();
  static uint64_t calls_failed();
  // The last call that failed, for messages.
  static std::string last_failed();

  // What is on the disk if the power goes now. kNothingUnsynced: only what was synced; kAnything:
  // any part of the rest too, chosen by the seed: torn writes, pages never written, names not yet
  // or already there, garbage at the end.
  enum class Loss : uint8_t { kNothingUnsynced, kAnything };
  static DiskImage PowerLoss(uint64_t seed, Loss loss);
};

}  // namespace veddb::testing
