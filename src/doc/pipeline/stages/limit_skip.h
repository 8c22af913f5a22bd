// SPDX-License-Identifier: BSD-3-Clause
// $limit, $skip.
#pragma once
#include "doc/pipeline/stage.h"

namespace veddb::doc {

class LimitStage final : public Stage {
 public:
  LimitStage(const Element& written, uint64_t limit) : Stage(written), limit_(limit) {}

  uint64_t limit() const { return limit_; }
  Result<StageRunPtr> Open(PipelineContext& context, StageRunPtr input) const override;
  StageTraits traits() const override { return {.flow = StageFlow::kStreams}; }
  StageFields fields() const override { return {.replaces = false, .reads = {}}; }

 private:
  const uint64_t limit_;  // above 0
};

class SkipStage final : public Stage {
 public:
  SkipStage(const Element& written, uint64_t skip) : Stage(written), skip_(skip) {}

  uint64_t skip() const { return skip_; }
  Result<StageRunPtr> Open(PipelineContext& context, StageRunPtr input) const override;
  StageTraits traits() const override { return {.flow = StageFlow::kStreams}; }
  StageFields fields() const override { return {.replaces = false, .reads = {}}; }

 private:
  const uint64_t skip_;
};

}  // namespace veddb::doc
