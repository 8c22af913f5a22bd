// SPDX-License-Identifier: BSD-3-Clause
// LogReader: reads records one after the other from a position, over segment borders, verifying
// every seal. For recovery, replicas and change streams; several may read beside the writer.
#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "log/position.h"
#include "log/record.h"

namespace veddb {

class LogFile;

// One record; the views are good until the next call of Next.
struct RecordView {
  LogPosition position = 0;  // where it begins
  LogPosition end = 0;       // where the next one begins
  int64_t time_ms = 0;
  uint16_t flags = 0;
  uint64_t seal = 0;  // names the record: two histories that agree on it agree on all before
  Bytes payload;
  Bytes frame;  // frame and payload as they lie in the file
};

// Owned by: one thread.
class LogReader {
 public:
  // REQUIRES: `from` is the begin of a record or the end of the log (any other position gives an
  // error at the first Next, since no seal matches).
  static Result<std::unique_ptr<LogReader>> Open(const std::string& dir, LogPosition from);
  ~LogReader();

  // The next record, or false when it would begin at or behind the limit. An error names file,
  // offset and the last good position; a record below the limit that is not there is an error.
  Result<bool> Next(RecordView* record);

  // How far records are complete: the tail CheckTail reported, or LogWriter::end().
  void SetLimit(LogPosition limit) { limit_ = limit; }
  LogPosition position() const { return position_; }

 private:
  LogReader(std::string dir, LogPosition from);

  // Opens the segment that holds position_.
  Status OpenSegment();
  // Makes [position_, position_ + size) available in buffer_; false at the end of the file.
  Result<bool> Fill(size_t size);
  Bytes Buffered(size_t size) const;
  Error Bad(Bytes what) const;

  const std::string dir_;
  LogPosition position_;
  LogPosition limit_ = UINT64_MAX;

  std::unique_ptr<LogFile> file_;
  LogPosition segment_start_ = 0;
  LogPosition segment_end_ = 0;  // where the next segment starts; UINT64_MAX for the last one

  std::unique_ptr<char[]> buffer_;
  size_t buffer_capacity_ = 0;
  size_t buffer_size_ = 0;
  LogPosition buffer_start_ = 0;
};

}  // namespace veddb
