// SPDX-License-Identifier: BSD-3-Clause
// The opening rules of a log directory: what may be cut off, and what refuses to start.
//
// A *torn tail* is the part of the last segment from its first bad record on, if it lies wholly
// beyond the synced mark and holds no good record (or is an unwritten, zeroed page with more
// behind it, which only a loss of power leaves). It is cut off and counted. Everything else is an
// error that names file, offset, last good position and the choices: a bad record with good ones
// behind it, a missing, doubled or renamed segment, a log that begins above `from` or ends below
// the mark. Only the last segment's records are read here; a LogReader verifies the others.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "log/position.h"

namespace veddb {

enum class TailRepair : uint8_t {
  kTornOnly,  // the rules above
  // The operator's choice: cut at the first bad record, wherever it is; of a log that begins beyond
  // `from` all goes aside.
  kForceTruncate,
};

struct TailReport {
  LogPosition begin = 0;   // the first position that is still in a file
  LogPosition tail = 0;    // where appending goes on
  LogPosition mark = 0;    // what was known as synced
  uint64_t cut_bytes = 0;  // torn bytes that were cut off
  // Of a forced repair: where the cut was made, whole records that it took, and the files that hold
  // what was taken.
  LogPosition cut_from = 0;
  uint64_t cut_records = 0;
  std::vector<std::string> aside;
  // The log ended before `from` (it was less durable than the store): the store is ahead, the old
  // segments were moved aside (.cut), and the log goes on at `from`.
  bool restarted = false;
};

// Checks and repairs the directory (which need not exist), and makes all of it durable.
// `from` is the position up to which the store holds everything.
Result<TailReport> CheckTail(const std::string& dir, LogPosition from,
                             TailRepair repair = TailRepair::kTornOnly);

}  // namespace veddb
