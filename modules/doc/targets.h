// SPDX-License-Identifier: BSD-3-Clause
// The documents that a write by filter is about. Where the filter says what `_id` is, that is one
// document (route kKeys, or its collection has to be made first); else the command holds every
// shard, finds all ids first and only then changes anything, so that an error leaves everything as
// it was.
#pragma once
#include <vector>

#include "modules/doc/query.h"

namespace veddb {

struct WriteQuery : Query {
  bool by_id = false;  // the filter says what `_id` is
  bool only_first = false;
  bool may_insert = false;  // runs although there is no collection
};

struct Targets {
  DocumentSet set;
  // Of each document: where the filter matched (Matcher::array_index).
  std::vector<uint32_t> array_indexes;

  size_t size() const { return array_indexes.size(); }
};

// Chooses the route.
void PlanWrite(PrepareCall& prepare, WriteQuery& query);

// The documents that the filter matches; the first in order alone if only_first. TOOLARGE if there
// are too many; VERSIONMISMATCH if the first does not have the version of IFVERSION.
Result<Targets> FindTargets(Call& call, WriteQuery& query);

}  // namespace veddb
