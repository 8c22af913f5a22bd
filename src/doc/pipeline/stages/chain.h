// SPDX-License-Identifier: BSD-3-Clause
// ChainStage: a stage that is several others, one behind the other.
#pragma once
#include <utility>
#include <vector>

#include "doc/pipeline/stage.h"

namespace veddb::doc {

class ChainStage final : public Stage {
 public:
  // REQUIRES: at least one
  ChainStage(const Element& written, std::vector<StagePtr> stages)
      : Stage(written), stages_(std::move(stages)) {}

  const std::vector<StagePtr>& stages() const { return stages_; }
  Result<StageRunPtr> Open(PipelineContext& context, StageRunPtr input) const override {
    for (const StagePtr& stage : stages_) input = TRY(stage->Open(context, std::move(input)));
    return input;
  }
  StageTraits traits() const override { return {.flow = StageFlow::kBlocks}; }
  StageFields fields() const override {
    StageFields all{.replaces = false, .reads = {}};
    for (const StagePtr& stage : stages_) {
      const StageFields own = stage->fields();
      all.reads.Add(own.reads);
      all.replaces = own.replaces;
      // What stands behind sees only what this one made.
      if (own.replaces) break;
    }
    return all;
  }

 private:
  const std::vector<StagePtr> stages_;
};

}  // namespace veddb::doc
