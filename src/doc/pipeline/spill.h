// SPDX-License-Identifier: BSD-3-Clause
// Temporary files for stages that keep more than memory may hold, and what is built on them:
//   SpillFile     a file that nobody else sees and that is gone with its object
//   RecordWriter, RecordReader   records of a key and a payload, one behind the other
//   RecordSorter  any number of records in order of key, in memory or merged from files
// Owned by: one thread each. All errors are IOERR, but for what PipelineContext::NewSpillFile says.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "doc/pipeline/stage.h"

namespace veddb::doc {

class SpillFile {
 public:
  // In a directory that is made if need be. No more is written once the disk has less than
  // `disk_bytes_min` left.
  static Result<std::unique_ptr<SpillFile>> Create(const std::string& directory,
                                                   uint64_t disk_bytes_min = 0);
  ~SpillFile();
  SpillFile(const SpillFile&) = delete;
  SpillFile& operator=(const SpillFile&) = delete;

  // At the end. Buffered.
  Status Append(Bytes bytes);
  // What was appended can be read from then on.
  Status Flush();
  uint64_t size() const { return written_ + buffer_.size(); }
  // Exactly these bytes. REQUIRES: they lie below size(), and were flushed
  Status Read(uint64_t offset, size_t bytes, char* to) const;

 private:
  SpillFile(int fd, uint64_t disk_bytes_min) : fd_(fd), disk_bytes_min_(disk_bytes_min) {}
  Status CheckDisk();

  const int fd_;
  const uint64_t disk_bytes_min_;
  std::string buffer_;
  uint64_t written_ = 0;
  uint64_t checked_at_ = 0;  // bytes written when the disk was asked last
};

// Where records lie in a file.
struct RecordRange {
  const SpillFile* file = nullptr;
  uint64_t begin = 0;
  uint64_t end = 0;
};

Status AppendRecord(Bytes key, Bytes payload, SpillFile* file);

class RecordReader {
 public:
  // REQUIRES: the file outlives the reader. Reads so much at once, or one record.
  explicit RecordReader(RecordRange range, size_t buffer_bytes = kRecordBufferBytes)
      : range_(range), at_(range.begin), buffer_bytes_(buffer_bytes) {}

  // False: there is no further record.
  Result<bool> Next();
  // Of the record; good until the next call of Next.
  Bytes key() const { return key_; }
  Bytes payload() const { return payload_; }

  static constexpr size_t kRecordBufferBytes = 64 * 1024;

 private:
  Result<bool> NextFromBuffer(bool* complete);

  const RecordRange range_;
  uint64_t at_;  // in the file, behind what is in the buffer
  const size_t buffer_bytes_;
  std::string buffer_;
  size_t used_ = 0;  // of the buffer
  Bytes key_;
  Bytes payload_;
};

// Sorts records by key (memcmp); those with equal keys stay in the order in which they came.
//
//   RecordSorter sorter(context, context.memory_bytes_max());
//   while (…) TRY(sorter.Add(key, payload));
//   TRY(sorter.Finish());
//   while (TRY(sorter.Next())) … sorter.key(), sorter.payload() …
class RecordSorter {
 public:
  // REQUIRES: the context outlives the sorter.
  RecordSorter(PipelineContext& context, size_t memory_bytes_max);
  ~RecordSorter();

  Status Add(Bytes key, Bytes payload);
  Status Finish();
  // False: there are no more.
  Result<bool> Next();
  // Good until the next call of Next.
  Bytes key() const { return key_; }
  Bytes payload() const { return payload_; }

  size_t memory_bytes() const { return memory_bytes_; }
  // Written in all, merges included.
  uint64_t spilled_bytes() const { return spilled_bytes_; }

 private:
  // The first bytes of the key decide most comparisons.
  struct Record {
    uint64_t prefix;
    const char* at;  // the key, the payload behind it
    uint32_t key_bytes;
    uint32_t payload_bytes;
    Bytes key() const { return {at, key_bytes}; }
    Bytes payload() const { return {at + key_bytes, payload_bytes}; }
  };
  struct Merger;

  char* Allocate(size_t bytes);
  Status SortRecords();
  Status Spill();
  Status MergeRuns();
  size_t ReaderBytes() const;

  PipelineContext& context_;
  const size_t memory_bytes_max_;
  std::vector<std::unique_ptr<char[]>> blocks_;
  char* room_ = nullptr;
  size_t room_bytes_ = 0;
  std::vector<Record> records_;
  size_t next_ = 0;  // of records_
  size_t memory_bytes_ = 0;
  // What was spilled: sorted runs, the oldest first.
  std::unique_ptr<SpillFile> file_;
  std::vector<RecordRange> runs_;
  uint64_t spilled_bytes_ = 0;
  std::unique_ptr<Merger> merger_;  // of the last pass
  Bytes key_;
  Bytes payload_;
};

}  // namespace veddb::doc
