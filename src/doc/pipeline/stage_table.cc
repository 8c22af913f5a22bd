// SPDX-License-Identifier: BSD-3-Clause
#include "doc/pipeline/stage_table.h"

#include <algorithm>
#include <array>

#include "doc/pipeline/stages/stages.h"

namespace veddb::doc {
namespace {

// In order of name.
constexpr std::array kStages = {
    StageRow{"$addFields", "Adds fields, or replaces their values.", ParseTransformStage},
    StageRow{"$bucket", "Groups the documents by the boundaries between which a value lies.",
             ParseBucketStage},
    StageRow{"$bucketAuto",
             "Cuts the documents, by a value's order, into buckets of about one size.",
             ParseBucketAutoStage},
    StageRow{"$collStats", "Tells how much the collection holds.", ParseCollStatsStage,
             StageRule::kFirst | StageRule::kNotInFacet | StageRule::kNotNested},
    StageRow{"$count", "Counts the documents: one document with their number.", ParseCountStage},
    StageRow{"$densify", "Makes documents in the gaps of a field's values.", ParseDensifyStage},
    StageRow{"$documents", "Makes documents of an array of objects.", ParseDocumentsStage,
             StageRule::kFirst | StageRule::kNotInFacet},
    StageRow{"$facet", "Runs several pipelines over the same documents.", ParseFacetStage,
             StageRule::kNotInFacet},
    StageRow{"$fill", "Puts values in place of null and missing fields.", ParseFillStage},
    StageRow{"$graphLookup", "Follows references through another collection.",
             ParseGraphLookupStage},
    StageRow{"$group", "Makes one document of all with the same value.", ParseGroupStage},
    StageRow{"$indexStats", "Tells of the collection's indexes.", ParseIndexStatsStage,
             StageRule::kFirst | StageRule::kNotInFacet | StageRule::kNotNested},
    StageRow{"$limit", "Lets so many documents through and ends.", ParseLimitStage},
    StageRow{"$lookup", "Adds an array of another collection's documents.", ParseLookupStage},
    StageRow{"$match", "Lets the documents through that a filter matches.", ParseMatchStage},
    StageRow{"$merge", "Merges the documents into another collection.", ParseMergeStage,
             StageRule::kLast},
    StageRow{"$out", "Makes another collection of the documents.", ParseOutStage, StageRule::kLast},
    StageRow{"$project", "Keeps, drops or computes fields.", ParseTransformStage},
    StageRow{"$redact", "Drops objects at any depth by an expression.", ParseRedactStage},
    StageRow{"$replaceRoot", "Puts an object in the document's place.", ParseTransformStage},
    StageRow{"$replaceWith", "Puts an object in the document's place.", ParseTransformStage},
    StageRow{"$sample", "Picks so many documents by chance.", ParseSampleStage},
    StageRow{"$set", "Adds fields, or replaces their values.", ParseTransformStage},
    StageRow{"$setWindowFields", "Adds fields worked out from the documents around each.",
             ParseSetWindowFieldsStage},
    StageRow{"$skip", "Leaves so many documents out at the beginning.", ParseSkipStage},
    StageRow{"$sort", "Puts the documents in order.", ParseSortStage},
    StageRow{"$sortByCount", "Counts how often each value is there.", ParseSortByCountStage},
    StageRow{"$unionWith", "Adds another collection's documents behind.", ParseUnionWithStage},
    StageRow{"$unset", "Drops fields.", ParseTransformStage},
    StageRow{"$unwind", "Makes a document for each element of an array.", ParseUnwindStage},
};

}  // namespace

std::span<const StageRow> StageTable() { return kStages; }

const StageRow* FindStage(Bytes name) {
  const auto it = std::find_if(kStages.begin(), kStages.end(),
                               [name](const StageRow& row) { return row.name == name; });
  return it == kStages.end() ? nullptr : &*it;
}

Error BadStage(Bytes what) { return MakeError(ErrorCode::kBadQuery, std::string(what)); }

}  // namespace veddb::doc
