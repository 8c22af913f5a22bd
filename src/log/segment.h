// SPDX-License-Identifier: BSD-3-Clause
// Segment files of the log: names, headers, listing, and the one that is appended to.
// Bytes: FORMAT.md. A segment appears under its name only with a whole, synced header.
#pragma once
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/result.h"
#include "log/file.h"
#include "log/position.h"

namespace veddb {

inline constexpr size_t kSegmentHeaderBytes = 64;
inline constexpr uint32_t kLogFormat = 1;

// Begun after a failure: what the segment before holds at or behind our start is void.
inline constexpr uint32_t kSegmentResumed = 1;

struct SegmentHeader {
  uint32_t flags = 0;
  LogPosition start = 0;
  int64_t created_ms = 0;
};

std::string EncodeSegmentHeader(const SegmentHeader& header);
// Errors name `path`; a newer format is told apart from damage.
Result<SegmentHeader> ParseSegmentHeader(Bytes bytes, const std::string& path);
// The same from the file, whose name must say the same start.
Result<SegmentHeader> ReadSegmentHeader(const LogFile& file, LogPosition start);

// 20 decimal digits and ".log".
std::string SegmentName(LogPosition start);
std::string SegmentPath(const std::string& dir, LogPosition start);
// Starts of all segment files by name, ascending. An absent directory holds none.
Result<std::vector<LogPosition>> ListSegments(const std::string& dir);
// Deletes what a crash in the making of a segment left.
Status RemoveUnfinished(const std::string& dir);

// The position behind the last byte at or behind `from` that is not zero; `from` if there is none.
// What follows is the prepared room of a segment (see LogSegment), or looks like it.
Result<LogPosition> EndOfBytes(const LogFile& file, LogPosition start, LogPosition from);

// Makes the segment's file (replacing one of the same start) and makes it durable.
Result<std::unique_ptr<LogFile>> CreateSegment(const std::string& dir, const SegmentHeader& header);

// The segment that is appended to. Sync: any thread. The others: under the writer's append lock.
//
// *Prepared room*: zeros written ahead of the records. An fdatasync of records that lie in room
// which is durable itself has data to write only, no new size and no new extents, and so does
// without a commit of the file system's journal.
class LogSegment {
 public:
  LogSegment(std::unique_ptr<LogFile> file, LogPosition start)
      : file_(std::move(file)), start_(start), end_(start), room_end_(start) {}

  LogPosition start() const { return start_; }
  LogPosition end() const { return end_; }
  const std::string& path() const { return file_->path(); }

  // On an error some of the bytes may be in the file; end() is as before.
  Status Append(Bytes bytes);
  // Cuts the file, prepared room included.
  Status Truncate(LogPosition end);
  // How much of the prepared room is left.
  uint64_t room() const { return room_end_ > end_ ? room_end_ - end_ : 0; }
  // Lengthens the room by `bytes`; it counts as durable only after the next Sync. An error harms
  // nothing.
  Status Prepare(size_t bytes);
  // Gives the room back: before the last Sync of a segment, which ends with its records.
  Status CutRoom();
  // Once it has failed it fails for ever: the system reports a lost page to one caller only, so a
  // second call could succeed without the bytes being there.
  Status Sync();

 private:
  const std::unique_ptr<LogFile> file_;
  const LogPosition start_;
  LogPosition end_;
  LogPosition room_end_;  // below end_ once the records have outgrown it
  std::mutex sync_mutex_;
  Status sync_status_;  // guarded by sync_mutex_
};

}  // namespace veddb
