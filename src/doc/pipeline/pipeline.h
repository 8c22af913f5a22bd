// SPDX-License-Identifier: BSD-3-Clause
// Pipeline: a list of stages. Immutable once made; shared by threads.
//
//   Pipeline pipeline = TRY(Pipeline::Parse(array, scope));
//   StageRunPtr last = TRY(pipeline.Open(context, std::move(source)));
//   for (;;) { batch.clear(); TRY(last->Next(kBatchDocuments, &batch)); if (batch.empty()) break; …
//   }
#pragma once
#include <vector>

#include "doc/pipeline/stage.h"
#include "doc/pipeline/stage_table.h"

namespace veddb::doc {

// Stages of one pipeline.
inline constexpr size_t kStagesMax = 1000;
// Pipelines within pipelines.
inline constexpr uint32_t kPipelineDepthMax = 20;

// What the run of a stage did, for EXPLAIN.
struct StageCounts {
  uint64_t rows = 0;   // that it handed out
  uint64_t bytes = 0;  // of these
  int64_t nanos = 0;   // with its input's
  uint64_t spilled_bytes = 0;
};

class Pipeline {
 public:
  // An array of stages. BADQUERY; names the stage.
  static Result<Pipeline> Parse(ValueView array, const PipelineScope& scope);

  Pipeline() = default;
  explicit Pipeline(std::vector<StagePtr> stages) : stages_(std::move(stages)) {}

  const std::vector<StagePtr>& stages() const { return stages_; }
  bool empty() const { return stages_.empty(); }
  // The runs of the stages from `first` on, over the source. `context` and the pipeline have to
  // outlive the runs.
  Result<StageRunPtr> Open(PipelineContext& context, StageRunPtr source, size_t first = 0) const;
  // The same; counts what each run does: the source's first, then one of each stage from `first`
  // on. `counts` has as many, and outlives the runs.
  Result<StageRunPtr> OpenMeasured(PipelineContext& context, StageRunPtr source, size_t first,
                                   std::span<StageCounts> counts) const;
  // As an array of stages.
  void AppendSpec(Bytes field, DocBuilder* out) const;

 private:
  std::vector<StagePtr> stages_;
};

// Which fields of its documents a pipeline looks at, or hands out; and whether any of its stages
// depends on chance.
expression::Dependencies ReadsOf(const Pipeline& pipeline);

// A source without documents.
StageRunPtr EmptySource();

}  // namespace veddb::doc
