// SPDX-License-Identifier: BSD-3-Clause
// $group, and the stages that are $groups of a kind. Groups come out in the order of their first
// documents.
#pragma once
#include "doc/pipeline/stage.h"
#include "doc/pipeline/stages/group_table.h"

namespace veddb::doc {

class GroupStage final : public Stage {
 public:
  GroupStage(const Element& written, GroupSpec spec) : Stage(written), spec_(std::move(spec)) {}

  Result<StageRunPtr> Open(PipelineContext& context, StageRunPtr input) const override;
  // The same in two steps, for an input that is cut into parts which follow each other: OpenPart
  // makes of each what OpenMerge takes, one part behind the other.
  Result<StageRunPtr> OpenPart(PipelineContext& context, StageRunPtr input) const;
  Result<StageRunPtr> OpenMerge(PipelineContext& context, StageRunPtr parts) const;

  StageTraits traits() const override { return {.flow = StageFlow::kBlocks}; }
  StageFields fields() const override { return {.replaces = true, .reads = spec_.Reads()}; }

 private:
  const GroupSpec spec_;
};

}  // namespace veddb::doc
