// SPDX-License-Identifier: BSD-3-Clause
// $count.
#include "doc/pipeline/document_buffer.h"
#include "doc/pipeline/stages/stages.h"

namespace veddb::doc {
namespace {

class CountRun final : public InputRun {
 public:
  CountRun(Bytes field, StageRunPtr input) : InputRun(std::move(input)), field_(field) {}

  Status Next(size_t, DocumentBatch* out) override {
    if (ended_) return Ok();
    ended_ = true;
    int64_t count = 0;
    for (;;) {
      batch_.clear();
      TRY(input_->Next(kBatchDocuments, &batch_));
      if (batch_.empty()) break;
      count += static_cast<int64_t>(batch_.size());
    }
    if (count == 0) return Ok();
    DocBuilder doc(buffer_.Begin());
    if (count <= INT32_MAX) {
      doc.Int32(field_, static_cast<int32_t>(count));
    } else {
      doc.Int64(field_, count);
    }
    doc.Finish();
    buffer_.Publish(out);
    return Ok();
  }

 private:
  const Bytes field_;
  bool ended_ = false;
  DocumentBatch batch_;
  DocumentBuffer buffer_;
};

class CountStage final : public Stage {
 public:
  explicit CountStage(const Element& written) : Stage(written) {}

  Result<StageRunPtr> Open(PipelineContext&, StageRunPtr input) const override {
    return StageRunPtr(std::make_unique<CountRun>(written().String(), std::move(input)));
  }
  StageTraits traits() const override { return {.flow = StageFlow::kBlocks}; }
  StageFields fields() const override { return {.replaces = true, .reads = {}}; }
};

}  // namespace

Result<StagePtr> ParseCountStage(const Element& stage, const PipelineScope&) {
  if (stage.value.type != BsonType::kString) return BadStage("it takes the name of a field");
  const Bytes name = stage.value.String();
  if (name.empty()) return BadStage("the field's name is empty");
  if (name.starts_with('$')) return BadStage("the field's name begins with '$'");
  if (name.find('.') != Bytes::npos) return BadStage("the field's name has a dot");
  if (name.find('\0') != Bytes::npos) return BadStage("the field's name has a NUL");
  if (name == "_id") return BadStage("the field is not to be _id");
  return StagePtr(std::make_shared<CountStage>(stage));
}

}  // namespace veddb::doc
