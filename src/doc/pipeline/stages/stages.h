// SPDX-License-Identifier: BSD-3-Clause
// The parse functions of all stages, for the table.
#pragma once
#include "doc/pipeline/stage_table.h"

namespace veddb::doc {

Result<StagePtr> ParseCountStage(const Element& stage, const PipelineScope& scope);
Result<StagePtr> ParseLimitStage(const Element& stage, const PipelineScope& scope);
Result<StagePtr> ParseMatchStage(const Element& stage, const PipelineScope& scope);
Result<StagePtr> ParseSkipStage(const Element& stage, const PipelineScope& scope);
// $addFields, $project, $replaceRoot, $replaceWith, $set, $unset
Result<StagePtr> ParseTransformStage(const Element& stage, const PipelineScope& scope);

}  // namespace veddb::doc
