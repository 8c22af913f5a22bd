// SPDX-License-Identifier: BSD-3-Clause
// The stages that make one document of one: see transform.h.
#pragma once
#include "doc/pipeline/stage.h"
#include "doc/pipeline/transform.h"

namespace veddb::doc {

class TransformStage final : public Stage {
 public:
  TransformStage(const Element& written, Transform transform)
      : Stage(written), transform_(std::move(transform)) {}

  const Transform& transform() const { return transform_; }
  Result<StageRunPtr> Open(PipelineContext& context, StageRunPtr input) const override;
  StageTraits traits() const override {
    return {.flow = StageFlow::kStreams, .may_run_in_parts = true, .one_to_one = true};
  }
  StageFields fields() const override {
    return {.replaces = transform_.replaces(), .reads = transform_.Reads()};
  }
  bool Leaves(Bytes path) const override { return transform_.Leaves(path); }

 private:
  const Transform transform_;
};

}  // namespace veddb::doc
