// SPDX-License-Identifier: BSD-3-Clause
#include "doc/pipeline/pipeline.h"

#include "base/clock.h"

namespace veddb::doc {
namespace {

Error Bad(Bytes stage, Bytes what) {
  return MakeError(ErrorCode::kBadQuery, std::string(stage) + ": " + std::string(what));
}

// May the stage stand at this place of `count`?
Status CheckPlace(const StageRow& row, size_t place, size_t count, const PipelineScope& scope) {
  if (Has(row.rules, StageRule::kFirst) && place > 0) {
    return Bad(row.name, "it stands only at the beginning of a pipeline");
  }
  if (Has(row.rules, StageRule::kNotNested) && scope.place == PipelinePlace::kLookup) {
    return Bad(row.name, "it does not stand inside of another stage");
  }
  if (Has(row.rules, StageRule::kLast) && scope.place != PipelinePlace::kCommand) {
    return Bad(row.name, "it does not stand inside of another stage");
  }
  if (Has(row.rules, StageRule::kLast) && place + 1 < count) {
    return Bad(row.name, "it stands only at the end of a pipeline");
  }
  if (Has(row.rules, StageRule::kNotInFacet) && scope.place == PipelinePlace::kFacet) {
    return Bad(row.name, "it does not stand inside of $facet");
  }
  return Ok();
}

Result<StagePtr> ParseStage(ValueView value, size_t place, size_t count,
                            const PipelineScope& scope) {
  const std::string where = "the pipeline's stage " + std::to_string(place);
  if (value.type != BsonType::kObject) return Bad(where, "it is no object");
  const DocView object = value.Document();
  if (object.Count() != 1) return Bad(where, "an object of one field is due, the stage's name");
  const Element stage = *object.begin();
  const StageRow* row = FindStage(stage.name);
  if (row == nullptr) {
    return MakeError(ErrorCode::kBadQuery,
                     "unknown pipeline stage '" + std::string(stage.name) + "'");
  }
  TRY(CheckPlace(*row, place, count, scope));
  Result<StagePtr> parsed = row->parse(stage, scope);
  if (!parsed.ok() && !parsed.error().message.starts_with(std::string(row->name) + ": ")) {
    parsed.error().message.insert(0, std::string(row->name) + ": ");
  }
  return parsed;
}

class NoDocuments final : public StageRun {
 public:
  Status Next(size_t, DocumentBatch*) override { return Ok(); }
  Status Rest() override { return Ok(); }
};

class MeasuredRun final : public InputRun {
 public:
  MeasuredRun(StageRunPtr run, StageCounts* counts) : InputRun(std::move(run)), counts_(counts) {}

  Status Next(size_t wanted, DocumentBatch* out) override {
    const int64_t begin = MonoNanos();
    const Status status = input_->Next(wanted, out);
    counts_->nanos += MonoNanos() - begin;
    counts_->rows += out->size();
    for (const DocView doc : out->documents) counts_->bytes += doc.size();
    counts_->spilled_bytes = input_->spilled_bytes();
    return status;
  }

 private:
  StageCounts* const counts_;
};

}  // namespace

Result<Pipeline> Pipeline::Parse(ValueView array, const PipelineScope& scope) {
  if (array.type != BsonType::kArray) {
    return MakeError(ErrorCode::kBadQuery, "a pipeline is an array of stages");
  }
  if (scope.depth > kPipelineDepthMax) {
    return MakeError(ErrorCode::kBadQuery,
                     "pipelines nest deeper than " + std::to_string(kPipelineDepthMax) + " levels");
  }
  const size_t count = array.Document().Count();
  if (count > kStagesMax) {
    return MakeError(ErrorCode::kBadQuery,
                     "a pipeline has no more than " + std::to_string(kStagesMax) + " stages");
  }
  std::vector<StagePtr> stages;
  for (const Element& element : array.Document()) {
    stages.push_back(TRY(ParseStage(element.value, stages.size(), count, scope)));
  }
  return Pipeline(std::move(stages));
}

Result<StageRunPtr> Pipeline::Open(PipelineContext& context, StageRunPtr source,
                                   size_t first) const {
  for (size_t i = first; i < stages_.size(); ++i) {
    source = TRY(stages_[i]->Open(context, std::move(source)));
  }
  return source;
}

Result<StageRunPtr> Pipeline::OpenMeasured(PipelineContext& context, StageRunPtr source,
                                           size_t first, std::span<StageCounts> counts) const {
  DCHECK(counts.size() == stages_.size() - first + 1);
  source = std::make_unique<MeasuredRun>(std::move(source), &counts[0]);
  for (size_t i = first; i < stages_.size(); ++i) {
    StageRunPtr run = TRY(stages_[i]->Open(context, std::move(source)));
    source = std::make_unique<MeasuredRun>(std::move(run), &counts[i - first + 1]);
  }
  return source;
}

void Pipeline::AppendSpec(Bytes field, DocBuilder* out) const {
  ArrayBuilder array = out->Array(field);
  for (const StagePtr& stage : stages_) {
    DocBuilder object = array.Object();
    stage->AppendSpec(&object);
    object.Finish();
  }
  array.Finish();
}

expression::Dependencies ReadsOf(const Pipeline& pipeline) {
  expression::Dependencies reads;
  bool replaced = false;
  for (const StagePtr& stage : pipeline.stages()) {
    const StageFields fields = stage->fields();
    if (replaced) {
      reads.chance |= fields.reads.chance;
    } else {
      reads.Add(fields.reads);
    }
    replaced |= fields.replaces;
  }
  reads.whole_document |= !replaced;
  return reads;
}

StageRunPtr EmptySource() { return std::make_unique<NoDocuments>(); }

}  // namespace veddb::doc
