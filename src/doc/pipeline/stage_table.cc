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
    StageRow{"$bucketAuto",
             "Cuts the documents, by a value's order, into buckets of about one size.",
             ParseBucketAutoStage},
    StageRow{"$count", "Counts the documents: one document with their number.", ParseCountStage},
    StageRow{"$densify", "Makes documents in the gaps of a field's values.", ParseDensifyStage},
    StageRow{"$fill", "Puts values in place of null and missing fields.", ParseFillStage},
    StageRow{"$group", "Makes one document of all with the same value.", ParseGroupStage},
    StageRow{"$limit", "Lets so many documents through and ends.", ParseLimitStage},
    StageRow{"$match", "Lets the documents through that a filter matches.", ParseMatchStage},
    StageRow{"$project", "Keeps, drops or computes fields.", ParseTransformStage},
    StageRow{"$replaceRoot", "Puts an object in the document's place.", ParseTransformStage},
    StageRow{"$replaceWith", "Puts an object in the document's place.", ParseTransformStage},
    StageRow{"$set", "Adds fields, or replaces their values.", ParseTransformStage},
    StageRow{"$setWindowFields", "Adds fields worked out from the documents around each.",
             ParseSetWindowFieldsStage},
    StageRow{"$skip", "Leaves so many documents out at the beginning.", ParseSkipStage},
    StageRow{"$unset", "Drops fields.", ParseTransformStage},
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
