// SPDX-License-Identifier: BSD-3-Clause
#include "log/synced_mark.h"

#include <unistd.h>

#include "base/bytes.h"
#include "base/coding.h"
#include "base/hash.h"
#include "base/kill_point.h"

namespace veddb {
namespace {

constexpr Bytes kMagic = "VEDDBSYN";
constexpr size_t kSlotBytes = 32;
constexpr uint64_t kSlotStride = 4096;
constexpr int kSlots = 2;

struct Slot {
  uint64_t sequence = 0;
  LogPosition position = 0;
};

std::string MarkPath(const std::string& dir) { return dir + "/synced"; }

std::string Encode(const Slot& slot) {
  std::string out(kMagic);
  PutLE64(out, slot.sequence);
  PutLE64(out, slot.position);
  PutLE64(out, Hash64(out));
  return out;
}

// The newest whole slot.
Result<std::optional<Slot>> Load(const LogFile& file) {
  std::optional<Slot> newest;
  for (uint64_t i = 0; i < kSlots; ++i) {
    char bytes[kSlotBytes];
    const size_t n = TRY(file.ReadAt(i * kSlotStride, bytes, sizeof bytes));
    if (n < sizeof bytes || Bytes(bytes, kMagic.size()) != kMagic) continue;
    if (LoadLE64(bytes + 24) != Hash64({bytes, 24})) continue;
    const Slot slot{.sequence = LoadLE64(bytes + 8), .position = LoadLE64(bytes + 16)};
    if (!newest || slot.sequence > newest->sequence) newest = slot;
  }
  return newest;
}

}  // namespace

Result<std::unique_ptr<SyncedMark>> SyncedMark::Open(const std::string& dir) {
  auto file = TRY(LogFile::OpenForWrite(MarkPath(dir)));
  const auto newest = TRY(Load(*file));
  return std::unique_ptr<SyncedMark>(
      new SyncedMark(std::move(file), newest ? newest->sequence : 0));
}

Status SyncedMark::Renew(LogPosition position) {
  const Slot slot{.sequence = sequence_ + 1, .position = position};
  TRY(file_->WriteAt(slot.sequence % kSlots * kSlotStride, Encode(slot)));
  KILL_POINT("log.mark_written");
  sequence_ = slot.sequence;
  return file_->Sync();
}

Result<std::optional<LogPosition>> SyncedMark::Read(const std::string& dir) {
  std::optional<LogPosition> none;
  if (::access(MarkPath(dir).c_str(), F_OK) != 0) return none;
  const auto file = TRY(LogFile::OpenForRead(MarkPath(dir)));
  const auto newest = TRY(Load(*file));
  return newest ? std::optional(newest->position) : none;
}

}  // namespace veddb
