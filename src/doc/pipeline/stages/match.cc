// SPDX-License-Identifier: BSD-3-Clause
#include "doc/pipeline/stages/match.h"

#include "doc/pipeline/stages/stages.h"

namespace veddb::doc {
namespace {

class MatchRun final : public InputRun {
 public:
  MatchRun(const Filter* filter, PipelineContext& context, StageRunPtr input)
      : InputRun(std::move(input)), matcher_(filter, context.NewSeed(), context.variables()) {}

  Status Next(size_t wanted, DocumentBatch* out) override {
    while (out->empty()) {
      batch_.clear();
      TRY(input_->Next(wanted, &batch_));
      if (batch_.empty()) return Ok();
      for (const DocView doc : batch_.documents) {
        if (matcher_.Matches(doc)) out->documents.push_back(doc);
        if (matcher_.error()) return *matcher_.error();
      }
    }
    return Ok();
  }

 private:
  Matcher matcher_;
  DocumentBatch batch_;
};

}  // namespace

Result<StageRunPtr> MatchStage::Open(PipelineContext& context, StageRunPtr input) const {
  return StageRunPtr(std::make_unique<MatchRun>(&filter_, context, std::move(input)));
}

StageFields MatchStage::fields() const { return {.replaces = false, .reads = ReadsOf(filter_)}; }

Result<StagePtr> ParseMatchStage(const Element& stage, const PipelineScope& scope) {
  if (stage.value.type != BsonType::kObject) return BadStage("it takes a filter, an object");
  Filter filter = TRY(Filter::Parse(stage.value.Document(), &scope.expressions));
  return StagePtr(std::make_shared<MatchStage>(stage, std::move(filter)));
}

}  // namespace veddb::doc
