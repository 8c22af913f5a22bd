// SPDX-License-Identifier: BSD-3-Clause
#include "doc/pipeline/stages/unwind.h"

#include "base/coding.h"
#include "doc/pipeline/document_buffer.h"
#include "doc/pipeline/set_path.h"
#include "doc/pipeline/stage_options.h"
#include "doc/pipeline/stages/stages.h"

namespace veddb::doc {
namespace {

class UnwindRun final : public InputRun {
 public:
  UnwindRun(const UnwindStage* stage, PipelineContext& context, StageRunPtr input)
      : InputRun(std::move(input)), options_(stage->options()), context_(context) {}

  Status Next(size_t wanted, DocumentBatch* out) override {
    TRY(context_.MayGoOn());
    buffer_.Clear();
    while (buffer_.size() == 0) {
      if (!element_ && at_ == batch_.size()) {
        batch_.clear();
        at_ = 0;
        TRY(input_->Next(kBatchDocuments, &batch_));
        if (batch_.empty()) return Ok();
      }
      while ((element_ || at_ < batch_.size()) && buffer_.size() < wanted && !buffer_.full()) {
        TRY(Step());
      }
    }
    buffer_.Publish(out);
    return Ok();
  }
  size_t memory_bytes() const override { return buffer_.memory_bytes(); }

 private:
  // One document more at most: the next element's, or that of a document without elements.
  Status Step() {
    if (element_) return StepArray();
    doc_ = batch_.documents[at_++];
    const ValueView value = PlainValueAt(doc_, options_.path);
    if (value.type == BsonType::kArray && !value.Document().empty()) {
      element_.emplace(value.Document().begin());
      index_ = 0;
      return StepArray();
    }
    const bool is_empty_array = value.type == BsonType::kArray;
    if ((is_empty_array || value.IsNullish()) && !options_.keep_empty) return Ok();
    return Write(is_empty_array ? ValueView() : value, Evaluation::Null());
  }

  Status StepArray() {
    char index[sizeof(int64_t)];
    StoreLE64(index, static_cast<uint64_t>(index_++));
    TRY(Write((*element_)->value, {BsonType::kInt64, index}));
    ++*element_;
    if (element_->done()) element_.reset();
    return Ok();
  }

  Status Write(ValueView value, ValueView index) {
    if (!options_.index) {
      AppendWithValue(doc_, options_.path, value, buffer_.Begin());
      return buffer_.End("$unwind");
    }
    scratch_.clear();
    AppendWithValue(doc_, options_.path, value, &scratch_);
    AppendWithValue(DocView(scratch_), *options_.index, index, buffer_.Begin());
    return buffer_.End("$unwind");
  }

  using Evaluation = expression::Evaluation;

  const UnwindStage::Options& options_;
  PipelineContext& context_;
  DocumentBatch batch_;
  size_t at_ = 0;  // of the batch, behind doc_
  DocView doc_;
  std::optional<DocView::Iterator> element_;  // of doc_: the next to go out
  int64_t index_ = 0;
  std::string scratch_;
  DocumentBuffer buffer_;
};

Bytes FirstPart(Bytes path) { return path.substr(0, path.find('.')); }

}  // namespace

Result<StageRunPtr> UnwindStage::Open(PipelineContext& context, StageRunPtr input) const {
  return StageRunPtr(std::make_unique<UnwindRun>(this, context, std::move(input)));
}

StageFields UnwindStage::fields() const {
  StageFields fields{.replaces = false, .reads = {}};
  fields.reads.paths.insert(options_.path.text());
  if (options_.index) fields.reads.paths.emplace(FirstPart(options_.index->text()));
  return fields;
}

bool UnwindStage::Leaves(Bytes path) const {
  const Bytes first = FirstPart(path);
  return first != options_.path.part(0) && (!options_.index || first != options_.index->part(0));
}

Result<StagePtr> ParseUnwindStage(const Element& stage, const PipelineScope&) {
  if (stage.value.type != BsonType::kObject) {
    FieldPath path = TRY(ParseDollarPath(stage.value, "path"));
    return StagePtr(std::make_shared<UnwindStage>(
        stage, UnwindStage::Options{std::move(path), std::nullopt, false}));
  }
  StageOptions given(stage.value.Document());
  const ValueView path = TRY(given.Need("path"));
  UnwindStage::Options options{TRY(ParseDollarPath(path, "path")), std::nullopt, false};
  const ValueView index = given.Take("includeArrayIndex");
  if (!index.missing()) options.index = TRY(ParseStagePath(index, "includeArrayIndex"));
  options.keep_empty = TRY(given.TakeBool("preserveNullAndEmptyArrays"));
  TRY(given.Finish());
  return StagePtr(std::make_shared<UnwindStage>(stage, std::move(options)));
}

}  // namespace veddb::doc
