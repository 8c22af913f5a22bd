// SPDX-License-Identifier: BSD-3-Clause
// DocumentQueue: documents that wait, first in, first out; those that memory has no place for wait
// in a file. Owned by: one thread.
#pragma once
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "doc/pipeline/spill.h"
#include "doc/pipeline/stage.h"

namespace veddb::doc {

class DocumentQueue {
 public:
  // REQUIRES: the context outlives the queue.
  DocumentQueue(PipelineContext& context, size_t memory_bytes_max)
      : context_(context), memory_bytes_max_(memory_bytes_max) {}

  // IOERR, or that there is no place to spill to.
  Status Push(DocView doc);
  // The first one, which goes; good until the next call of Pop. REQUIRES: not empty
  Result<DocView> Pop();

  bool empty() const { return count_ == 0; }
  size_t memory_bytes() const { return memory_bytes_; }
  uint64_t spilled_bytes() const { return spilled_bytes_; }

 private:
  Status Spill();

  PipelineContext& context_;
  const size_t memory_bytes_max_;
  size_t count_ = 0;
  // What was written out, the oldest first; then what is in memory.
  std::unique_ptr<SpillFile> file_;
  std::deque<RecordRange> spilled_;
  std::optional<RecordReader> reader_;  // of what was the first of them
  std::deque<std::string> documents_;
  size_t memory_bytes_ = 0;
  uint64_t spilled_bytes_ = 0;
  std::string popped_;
};

}  // namespace veddb::doc
