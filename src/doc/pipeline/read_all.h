// SPDX-License-Identifier: BSD-3-Clause
// ReadAll: for stages that need all of their input before they hand out anything.
#pragma once
#include "doc/pipeline/stage.h"

namespace veddb::doc {

// Calls visit(document), a Status, for each document that the input has left; ends at the first
// error. A document is good during its visit.
template <typename Visit>
Status ReadAll(StageRun& input, const Visit& visit) {
  DocumentBatch batch;
  for (;;) {
    batch.clear();
    TRY(input.Next(kBatchDocuments, &batch));
    if (batch.empty()) return Ok();
    for (const DocView doc : batch.documents) TRY(visit(doc));
  }
}

}  // namespace veddb::doc
