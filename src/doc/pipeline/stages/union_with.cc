// SPDX-License-Identifier: BSD-3-Clause
// $unionWith: the documents, then those of another collection.
#include "doc/pipeline/nested.h"
#include "doc/pipeline/stage_options.h"
#include "doc/pipeline/stages/stages.h"

namespace veddb::doc {
namespace {

class UnionRun final : public InputRun {
 public:
  UnionRun(const ForeignPipeline* foreign, PipelineContext& context, StageRunPtr input)
      : InputRun(std::move(input)), foreign_(foreign), context_(context) {}

  Status Next(size_t wanted, DocumentBatch* out) override {
    if (second_ == nullptr) {
      TRY(input_->Next(wanted, out));
      if (!out->empty()) return Ok();
      second_ = TRY(foreign_->Open(context_));
    }
    return second_->Next(wanted, out);
  }
  Status Rest() override { return second_ == nullptr ? input_->Rest() : second_->Rest(); }
  size_t memory_bytes() const override {
    size_t bytes = 0;
    for (const StageRun* run = second_.get(); run != nullptr; run = run->input()) {
      bytes += run->memory_bytes();
    }
    return bytes;
  }

 private:
  const ForeignPipeline* const foreign_;
  PipelineContext& context_;
  StageRunPtr second_;  // null: the input has not ended
};

class UnionWithStage final : public Stage {
 public:
  UnionWithStage(const Element& written, ForeignPipeline foreign)
      : Stage(written), foreign_(std::move(foreign)) {}

  Result<StageRunPtr> Open(PipelineContext& context, StageRunPtr input) const override {
    return StageRunPtr(std::make_unique<UnionRun>(&foreign_, context, std::move(input)));
  }
  // It does not block, but what comes behind the input is no document's.
  StageTraits traits() const override { return {.flow = StageFlow::kBlocks}; }
  StageFields fields() const override {
    const bool chance = ReadsOf(foreign_.pipeline).chance;
    return {.replaces = false, .reads = {.whole_document = false, .paths = {}, .chance = chance}};
  }

 private:
  const ForeignPipeline foreign_;
};

}  // namespace

Result<StagePtr> ParseUnionWithStage(const Element& stage, const PipelineScope& scope) {
  ValueView from = stage.value;
  ValueView pipeline;
  if (stage.value.type == BsonType::kObject) {
    StageOptions options(stage.value.Document());
    from = options.Take("coll");
    pipeline = options.Take("pipeline");
    TRY(options.Finish());
  }
  ForeignPipeline foreign =
      TRY(ParseForeignPipeline(from, pipeline, scope.expressions.free, scope));
  return StagePtr(std::make_shared<UnionWithStage>(stage, std::move(foreign)));
}

}  // namespace veddb::doc
