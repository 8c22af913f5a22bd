// SPDX-License-Identifier: BSD-3-Clause
#include "doc/pipeline/stages/limit_skip.h"

#include <algorithm>

#include "doc/pipeline/stages/stages.h"
#include "doc/value/whole.h"

namespace veddb::doc {
namespace {

class LimitRun final : public InputRun {
 public:
  LimitRun(uint64_t limit, StageRunPtr input) : InputRun(std::move(input)), left_(limit) {}

  Status Next(size_t wanted, DocumentBatch* out) override {
    if (left_ == 0) return Ok();
    TRY(input_->Next(static_cast<size_t>(std::min<uint64_t>(wanted, left_)), out));
    left_ -= out->size();
    return Ok();
  }

 private:
  uint64_t left_;
};

class SkipRun final : public InputRun {
 public:
  SkipRun(uint64_t skip, StageRunPtr input) : InputRun(std::move(input)), left_(skip) {}

  Status Next(size_t wanted, DocumentBatch* out) override {
    while (left_ > 0) {
      const auto ask = static_cast<size_t>(std::min<uint64_t>(left_, kBatchDocuments));
      out->clear();
      TRY(input_->Next(ask, out));
      if (out->empty()) return Ok();
      left_ -= out->size();
    }
    out->clear();
    return input_->Next(wanted, out);
  }

 private:
  uint64_t left_;
};

}  // namespace

Result<StageRunPtr> LimitStage::Open(PipelineContext&, StageRunPtr input) const {
  return StageRunPtr(std::make_unique<LimitRun>(limit_, std::move(input)));
}

Result<StageRunPtr> SkipStage::Open(PipelineContext&, StageRunPtr input) const {
  return StageRunPtr(std::make_unique<SkipRun>(skip_, std::move(input)));
}

Result<StagePtr> ParseLimitStage(const Element& stage, const PipelineScope&) {
  const std::optional<int64_t> limit = WholeNumber(stage.value);
  if (!limit || *limit <= 0) return BadStage("it takes a whole number above 0");
  return StagePtr(std::make_shared<LimitStage>(stage, static_cast<uint64_t>(*limit)));
}

Result<StagePtr> ParseSkipStage(const Element& stage, const PipelineScope&) {
  const std::optional<int64_t> skip = WholeNumber(stage.value);
  if (!skip || *skip < 0) return BadStage("it takes a whole number that is not negative");
  return StagePtr(std::make_shared<SkipStage>(stage, static_cast<uint64_t>(*skip)));
}

}  // namespace veddb::doc
