// SPDX-License-Identifier: BSD-3-Clause
// DocumentList: documents that are read several times, in the order in which they came: in memory,
// and in a file beyond its bound. Owned by: one thread.
#pragma once
#include <memory>
#include <string>

#include "doc/pipeline/spill.h"
#include "doc/pipeline/stage.h"

namespace veddb::doc {

class DocumentList {
 public:
  // REQUIRES: the context outlives the list.
  explicit DocumentList(PipelineContext& context)
      : context_(context), memory_bytes_max_(context.memory_bytes_max()) {}

  Status Add(DocView doc);
  // All that the input has.
  Status AddAll(StageRun& input);
  // A source of all that was added. REQUIRES: nothing is added any more; the list outlives it.
  StageRunPtr Read() const;

  size_t memory_bytes() const { return memory_.capacity(); }
  uint64_t spilled_bytes() const { return file_ == nullptr ? 0 : file_->size(); }

 private:
  class Reader;

  PipelineContext& context_;
  const size_t memory_bytes_max_;
  std::unique_ptr<SpillFile> file_;  // the first ones
  std::string memory_;               // the others, one behind the other
};

}  // namespace veddb::doc
