// SPDX-License-Identifier: BSD-3-Clause
// SyncedMark: the file "synced" beside the segments, which says up to where the log is known to be
// durable. Two slots in pages of their own, written in turn: a torn write harms one of them, and
// the other is at most one renewal older. It never says more than what was synced.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "log/file.h"
#include "log/position.h"

namespace veddb {

// Owned by: one thread.
class SyncedMark {
 public:
  static Result<std::unique_ptr<SyncedMark>> Open(const std::string& dir);
  // Makes the mark say `position`, durably.
  Status Renew(LogPosition position);

  // What the directory's mark says; nothing if there is none or neither slot is whole.
  static Result<std::optional<LogPosition>> Read(const std::string& dir);

 private:
  SyncedMark(std::unique_ptr<LogFile> file, uint64_t sequence)
      : file_(std::move(file)), sequence_(sequence) {}

  std::unique_ptr<LogFile> file_;
  uint64_t sequence_;  // of the newest slot; its parity says which slot that is
};

}  // namespace veddb
