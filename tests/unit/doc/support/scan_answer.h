// SPDX-License-Identifier: BSD-3-Clause
// The answer to a query by looking at every document, as what any plan has to give.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "doc/match/filter.h"
#include "doc/plan/plan.h"
#include "doc/query/projection.h"
#include "doc/query/sort.h"
#include "doc/value/stored.h"

namespace veddb::doc {

struct AskedQuery {
  std::string filter;  // JSON; so are
  std::string sort;    // empty: none
  std::string projection;
  uint64_t skip = 0;
  uint64_t limit = 0;
  PlanOutput output = PlanOutput::kDocuments;

  std::string Text() const;
};

struct ParsedQuery {
  explicit ParsedQuery(const AskedQuery& asked);
  doc::Filter filter;
  SortSpec sort;
  Projection projection;
};

using Lines = std::vector<std::string>;
// ordered id -> stored document
using StoredDocuments = std::map<std::string, std::string>;

// Each document as it is shown; the ordered id where documents are not asked for.
std::string LineOf(Bytes ordered_id, const StoredDocument& stored, uint32_t array_index,
                   const ParsedQuery& parsed, const AskedQuery& asked);
// All matches in the order of the sort (else of `_id`). Nothing: the query fails.
std::optional<Lines> ScanAnswer(const StoredDocuments& documents, const ParsedQuery& parsed,
                                const AskedQuery& asked);
// What SKIP and LIMIT leave.
Lines Portion(const Lines& all, const AskedQuery& asked);
// Empty if `got` is an answer. Without a sort any order will do, and any of the matches.
std::string Difference(const Lines& all, Lines got, const AskedQuery& asked);

}  // namespace veddb::doc
