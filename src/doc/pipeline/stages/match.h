// SPDX-License-Identifier: BSD-3-Clause
// $match.
#pragma once
#include "doc/match/filter.h"
#include "doc/pipeline/stage.h"

namespace veddb::doc {

class MatchStage final : public Stage {
 public:
  MatchStage(const Element& written, Filter filter) : Stage(written), filter_(std::move(filter)) {}

  const Filter& filter() const { return filter_; }
  Result<StageRunPtr> Open(PipelineContext& context, StageRunPtr input) const override;
  StageTraits traits() const override {
    return {.flow = StageFlow::kStreams, .may_run_in_parts = true};
  }
  StageFields fields() const override;
  bool Leaves(Bytes) const override { return true; }

 private:
  const Filter filter_;
};

}  // namespace veddb::doc
