// SPDX-License-Identifier: BSD-3-Clause
#include "doc/pipeline/stages/transform_stage.h"

#include "doc/pipeline/document_buffer.h"
#include "doc/pipeline/stages/stages.h"

namespace veddb::doc {
namespace {

class TransformRun final : public InputRun {
 public:
  TransformRun(const TransformStage* stage, PipelineContext& context, StageRunPtr input)
      : InputRun(std::move(input)), stage_(stage), run_(context.NewEvaluation()) {}

  Status Next(size_t wanted, DocumentBatch* out) override {
    if (at_ == batch_.size()) {
      batch_.clear();
      at_ = 0;
      TRY(input_->Next(wanted, &batch_));
    }
    buffer_.Clear();
    while (at_ < batch_.size() && buffer_.size() < wanted && !buffer_.full()) {
      Status made = stage_->transform().Apply(batch_.documents[at_++], run_, buffer_.Begin());
      if (!made.ok()) {
        made.error().message.insert(0, std::string(stage_->name()) + ": ");
        return made;
      }
      TRY(buffer_.End(stage_->name()));
    }
    buffer_.Publish(out);
    return Ok();
  }
  size_t memory_bytes() const override { return buffer_.memory_bytes(); }

 private:
  const TransformStage* const stage_;
  expression::Evaluation run_;
  DocumentBatch batch_;
  size_t at_ = 0;  // of the batch
  DocumentBuffer buffer_;
};

}  // namespace

Result<StageRunPtr> TransformStage::Open(PipelineContext& context, StageRunPtr input) const {
  return StageRunPtr(std::make_unique<TransformRun>(this, context, std::move(input)));
}

Result<StagePtr> ParseTransformStage(const Element& stage, const PipelineScope& scope) {
  Transform transform = TRY(Transform::Parse(stage, scope.expressions));
  return StagePtr(std::make_shared<TransformStage>(stage, std::move(transform)));
}

}  // namespace veddb::doc
