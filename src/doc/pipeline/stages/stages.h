// SPDX-License-Identifier: BSD-3-Clause
// The parse functions of all stages, for the table.
#pragma once
#include "doc/pipeline/stage_table.h"

namespace veddb::doc {

Result<StagePtr> ParseBucketStage(const Element& stage, const PipelineScope& scope);
Result<StagePtr> ParseBucketAutoStage(const Element& stage, const PipelineScope& scope);
Result<StagePtr> ParseCollStatsStage(const Element& stage, const PipelineScope& scope);
Result<StagePtr> ParseCountStage(const Element& stage, const PipelineScope& scope);
Result<StagePtr> ParseDensifyStage(const Element& stage, const PipelineScope& scope);
Result<StagePtr> ParseFillStage(const Element& stage, const PipelineScope& scope);
Result<StagePtr> ParseGroupStage(const Element& stage, const PipelineScope& scope);
Result<StagePtr> ParseDocumentsStage(const Element& stage, const PipelineScope& scope);
Result<StagePtr> ParseFacetStage(const Element& stage, const PipelineScope& scope);
Result<StagePtr> ParseGraphLookupStage(const Element& stage, const PipelineScope& scope);
Result<StagePtr> ParseIndexStatsStage(const Element& stage, const PipelineScope& scope);
Result<StagePtr> ParseLimitStage(const Element& stage, const PipelineScope& scope);
Result<StagePtr> ParseLookupStage(const Element& stage, const PipelineScope& scope);
Result<StagePtr> ParseMatchStage(const Element& stage, const PipelineScope& scope);
Result<StagePtr> ParseSetWindowFieldsStage(const Element& stage, const PipelineScope& scope);
Result<StagePtr> ParseMergeStage(const Element& stage, const PipelineScope& scope);
Result<StagePtr> ParseOutStage(const Element& stage, const PipelineScope& scope);
Result<StagePtr> ParseRedactStage(const Element& stage, const PipelineScope& scope);
Result<StagePtr> ParseSampleStage(const Element& stage, const PipelineScope& scope);
Result<StagePtr> ParseSkipStage(const Element& stage, const PipelineScope& scope);
Result<StagePtr> ParseSortStage(const Element& stage, const PipelineScope& scope);
Result<StagePtr> ParseSortByCountStage(const Element& stage, const PipelineScope& scope);
// $addFields, $project, $replaceRoot, $replaceWith, $set, $unset
Result<StagePtr> ParseTransformStage(const Element& stage, const PipelineScope& scope);
Result<StagePtr> ParseUnionWithStage(const Element& stage, const PipelineScope& scope);
Result<StagePtr> ParseUnwindStage(const Element& stage, const PipelineScope& scope);

}  // namespace veddb::doc
