// SPDX-License-Identifier: BSD-3-Clause
// VerifyLog: reads a log that nobody has open from end to end, without changing it.
#pragma once
#include <cstdint>
#include <string>

#include "base/result.h"
#include "log/position.h"

namespace veddb {

struct LogReport {
  LogPosition begin = 0;
  LogPosition good = 0;  // all records before it are whole
  LogPosition end = 0;   // by the size of the last file, prepared room left out
  LogPosition mark = 0;  // was known as synced
  uint64_t segments = 0;
  uint64_t records = 0;
  std::string damage;  // what is wrong at `good`, with file and offset; empty: nothing

  // Nothing that was known as synced is damaged: the next start cuts it off by itself, if no good
  // record lies behind it.
  bool torn_at_most() const { return damage.empty() || good >= mark; }
};

Result<LogReport> VerifyLog(const std::string& dir);

}  // namespace veddb
