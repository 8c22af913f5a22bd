// SPDX-License-Identifier: BSD-3-Clause
// Whether the indexes of a collection and its documents agree, every entry both ways.
#pragma once
#include <cstdint>

#include "base/result.h"
#include "command/snapshot.h"
#include "object/databases.h"

namespace veddb {

struct DocCheckFigures {
  int64_t documents = 0;
  int64_t indexes = 0;
  int64_t entries = 0;  // of all indexes, `_id_` left out
};

// An error names the first disagreement: a document without its entry, an entry without its
// document, a counter that is wrong, an array that the index knows nothing of. O(everything in the
// collection). REQUIRES: every shard is held, and the snapshot was taken since.
Result<DocCheckFigures> CheckDocuments(const Databases& databases, const Snapshot& snapshot,
                                       const Collection& collection);

}  // namespace veddb
