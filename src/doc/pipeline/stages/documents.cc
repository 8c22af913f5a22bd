// SPDX-License-Identifier: BSD-3-Clause
// $documents: the pipeline's documents are the elements of an array.
#include "doc/pipeline/document_buffer.h"
#include "doc/pipeline/stages/stages.h"

namespace veddb::doc {
namespace {

class DocumentsRun final : public StageRun {
 public:
  // The tagged array of objects.
  explicit DocumentsRun(std::string array) : array_(std::move(array)), at_(Elements().begin()) {}

  Status Next(size_t wanted, DocumentBatch* out) override {
    for (; out->size() < wanted && !at_.done(); ++at_) {
      out->documents.push_back(at_->value.Document());
    }
    return Ok();
  }
  Status Rest() override { return Ok(); }
  size_t memory_bytes() const override { return array_.capacity(); }

 private:
  DocView Elements() const { return TaggedView(array_).Document(); }

  const std::string array_;
  DocView::Iterator at_;
};

class DocumentsStage final : public Stage {
 public:
  DocumentsStage(const Element& written, Expression expression)
      : Stage(written), expression_(std::move(expression)) {}

  Result<StageRunPtr> Open(PipelineContext& context, StageRunPtr) const override {
    expression::Evaluation run = context.NewEvaluation();
    run.Begin(DocView());
    Result<ValueView> value = expression_.Evaluate(run);
    if (!value.ok()) return Named(std::move(value.error()));
    if (value->type != BsonType::kArray) return Named(BadStage("it takes an array of objects"));
    for (const Element& element : value->Document()) {
      if (element.value.type != BsonType::kObject) {
        return Named(BadStage("an element is no object but of type " +
                              std::string(TypeName(element.value.type))));
      }
    }
    return StageRunPtr(std::make_unique<DocumentsRun>(Tagged(*value)));
  }
  StageTraits traits() const override { return {.flow = StageFlow::kBlocks}; }
  StageFields fields() const override { return {.replaces = true, .reads = {}}; }

 private:
  static Error Named(Error error) {
    error.message.insert(0, "$documents: ");
    return error;
  }

  const Expression expression_;
};

}  // namespace

Result<StagePtr> ParseDocumentsStage(const Element& stage, const PipelineScope& scope) {
  Expression expression = TRY(Expression::Parse(stage.value, scope.expressions));
  const expression::Dependencies& reads = expression.dependencies();
  if (reads.whole_document || !reads.paths.empty()) {
    return BadStage("there is no document yet whose fields it could read");
  }
  return StagePtr(std::make_shared<DocumentsStage>(stage, std::move(expression)));
}

}  // namespace veddb::doc
