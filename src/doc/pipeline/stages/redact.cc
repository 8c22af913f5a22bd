// SPDX-License-Identifier: BSD-3-Clause
// $redact: an expression says of a document, and of the objects in it, what becomes of them.
#include <vector>

#include "doc/pipeline/document_buffer.h"
#include "doc/pipeline/stages/stages.h"

namespace veddb::doc {
namespace {

class RedactStage final : public Stage {
 public:
  // `current`: the slot of the variable that is the object in question.
  RedactStage(const Element& written, Expression expression, size_t current)
      : Stage(written), expression_(std::move(expression)), current_(current) {}

  const Expression& expression() const { return expression_; }
  size_t current() const { return current_; }
  Result<StageRunPtr> Open(PipelineContext& context, StageRunPtr input) const override;
  StageTraits traits() const override {
    return {.flow = StageFlow::kStreams, .may_run_in_parts = true};
  }

 private:
  const Expression expression_;
  const size_t current_;
};

class RedactRun final : public InputRun {
 public:
  RedactRun(const RedactStage* stage, PipelineContext& context, StageRunPtr input)
      : InputRun(std::move(input)), stage_(stage), run_(context.NewEvaluation()) {
    run_.ReserveVariables(stage->current() + 1);
  }

  Status Next(size_t wanted, DocumentBatch* out) override {
    buffer_.Clear();
    while (buffer_.size() == 0) {
      batch_.clear();
      TRY(input_->Next(wanted, &batch_));
      if (batch_.empty()) return Ok();
      // What comes out is no larger than what went in.
      for (const DocView doc : batch_.documents) {
        run_.Begin(doc);
        if (!TRY(Redact(doc, buffer_.Begin()))) buffer_.Drop();
      }
    }
    buffer_.Publish(out);
    return Ok();
  }
  size_t memory_bytes() const override { return buffer_.memory_bytes(); }

 private:
  // False: nothing of it stays; what was appended is to be dropped.
  Result<bool> Redact(DocView object, std::string* out) {
    run_.SetVariable(stage_->current(), object.AsValue(BsonType::kObject));
    const ValueView verdict = TRY(stage_->expression().Evaluate(run_));
    const Bytes word = verdict.type == BsonType::kString ? verdict.String() : Bytes();
    if (word == "keep") {
      out->append(object.bytes());
      return true;
    }
    if (word == "prune") return false;
    if (word != "descend") {
      return MakeError(ErrorCode::kBadQuery,
                       "$redact: the expression has to give $$DESCEND, $$PRUNE or $$KEEP, not " +
                           (verdict.missing() ? std::string("nothing") : JsonText(verdict)));
    }
    DocBuilder builder(out);
    for (const Element& element : object) {
      if (element.value.type == BsonType::kObject) {
        const size_t mark = builder.mark();
        builder.Name(BsonType::kObject, element.name);
        if (!TRY(Redact(element.value.Document(), out))) builder.Rewind(mark);
      } else if (element.value.type == BsonType::kArray) {
        builder.Name(BsonType::kArray, element.name);
        TRY(RedactArray(element.value.Document(), out));
      } else {
        builder.Append(element.name, element.value);
      }
    }
    builder.Finish();
    return true;
  }

  Status RedactArray(DocView array, std::string* out) {
    ArrayBuilder builder(out);
    std::string object;
    for (const Element& element : array) {
      if (element.value.type == BsonType::kObject) {
        object.clear();
        if (TRY(Redact(element.value.Document(), &object))) {
          builder.Append(DocView(object).AsValue(BsonType::kObject));
        }
      } else if (element.value.type == BsonType::kArray) {
        builder.Next(BsonType::kArray);
        TRY(RedactArray(element.value.Document(), out));
      } else {
        builder.Append(element.value);
      }
    }
    builder.Finish();
    return Ok();
  }

  const RedactStage* const stage_;
  expression::Evaluation run_;
  DocumentBatch batch_;
  DocumentBuffer buffer_;
};

Result<StageRunPtr> RedactStage::Open(PipelineContext& context, StageRunPtr input) const {
  return StageRunPtr(std::make_unique<RedactRun>(this, context, std::move(input)));
}

}  // namespace

Result<StagePtr> ParseRedactStage(const Element& stage, const PipelineScope& scope) {
  // `$a` is the object's own field, $$ROOT the whole document.
  std::vector<std::string> free(scope.expressions.free.begin(), scope.expressions.free.end());
  const size_t current = free.size();
  free.emplace_back("CURRENT");
  Expression expression =
      TRY(Expression::Parse(stage.value, {.variables = scope.expressions.variables, .free = free}));
  return StagePtr(std::make_shared<RedactStage>(stage, std::move(expression), current));
}

}  // namespace veddb::doc
