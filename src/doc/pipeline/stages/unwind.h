// SPDX-License-Identifier: BSD-3-Clause
// $unwind: a document for each element of an array.
#pragma once
#include <optional>

#include "doc/pipeline/stage.h"
#include "doc/value/path.h"

namespace veddb::doc {

class UnwindStage final : public Stage {
 public:
  struct Options {
    FieldPath path;
    std::optional<FieldPath> index;  // includeArrayIndex
    bool keep_empty = false;         // preserveNullAndEmptyArrays
  };
  UnwindStage(const Element& written, Options options)
      : Stage(written), options_(std::move(options)) {}

  const Options& options() const { return options_; }
  Result<StageRunPtr> Open(PipelineContext& context, StageRunPtr input) const override;
  StageTraits traits() const override {
    return {.flow = StageFlow::kExpands, .may_run_in_parts = true};
  }
  StageFields fields() const override;
  bool Leaves(Bytes path) const override;

 private:
  const Options options_;
};

}  // namespace veddb::doc
