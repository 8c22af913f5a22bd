// SPDX-License-Identifier: BSD-3-Clause
// What a query over a whole collection found, as the elements of its reply. Documents are projected
// and written as JSON where they are found, so in parallel; SKIP and LIMIT cut what the parts found
// to what was asked for.
#pragma once
#include <string>
#include <vector>

#include "command/snapshot.h"
#include "modules/doc/memory_budget.h"
#include "modules/doc/query.h"
#include "modules/doc/writer.h"
#include "resp/reply.h"

namespace veddb {

class QueryPlan;

// The documents one after the other, as replies, which are the same in both protocols.
struct FoundDocuments {
  std::string text;
  std::vector<size_t> ends;  // where each ends in the text

  size_t count() const { return ends.size(); }
};

// In order of `_id`. With a LIMIT it stops early.
Result<FoundDocuments> FindInOrder(const Snapshot& snapshot, const Query& query, Protocol protocol);
// In the order of SORT. With a LIMIT no part keeps more than that many (and those skipped).
// MEMORYLIMIT: the budget does not suffice.
Result<FoundDocuments> FindSorted(const Snapshot& snapshot, const Query& query, Protocol protocol,
                                  MemoryBudget& budget);

// By an index. MEMORYLIMIT: the budget does not suffice for the sort.
Result<FoundDocuments> FindPlanned(const Snapshot& snapshot, const Query& query,
                                   const QueryPlan& plan, Protocol protocol, MemoryBudget& budget);

// The same of a plan that is little work, on the loop. Any error: it was more, or can't be done
// there.
Result<FoundDocuments> FindLittle(const Snapshot& snapshot, const Query& query, Protocol protocol);

// How many documents in order decide the answer: those skipped and those returned; 0: all.
uint64_t NeedOf(const DocOptions& options);

}  // namespace veddb
