// SPDX-License-Identifier: BSD-3-Clause
// $setWindowFields: documents by partitions, in order within each, with fields worked out from
// those around. What comes out is in order of the partitions' values, then the sort.
#pragma once
#include <memory>
#include <optional>
#include <vector>

#include "doc/pipeline/stage.h"
#include "doc/pipeline/stage_table.h"
#include "doc/query/projection.h"
#include "doc/window/window_function.h"

namespace veddb::doc {

// What is written, parsed. Immutable.
struct WindowFieldsSpec {
  std::optional<Expression> partition;
  std::optional<SortSpec> sort;
  std::vector<std::unique_ptr<const WindowFunction>> functions;
  // Sets the fields to variables, which stand behind those of the pipeline.
  std::optional<Projection> fields;
  size_t first_slot = 0;

  // `output`: `{path: function, …}`. BADQUERY.
  Status SetOutput(DocView output, const PipelineScope& scope);
};

class SetWindowFieldsStage final : public Stage {
 public:
  SetWindowFieldsStage(const Element& written, WindowFieldsSpec spec)
      : Stage(written), spec_(std::move(spec)) {}

  Result<StageRunPtr> Open(PipelineContext& context, StageRunPtr input) const override;
  StageTraits traits() const override { return {.flow = StageFlow::kBlocks}; }
  StageFields fields() const override;

 private:
  const WindowFieldsSpec spec_;
};

}  // namespace veddb::doc
