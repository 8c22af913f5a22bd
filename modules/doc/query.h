// SPDX-License-Identifier: BSD-3-Clause
// A query: a filter over a collection, with options, and the way it goes. A filter that says what
// `_id` is needs that document alone (route kKeys); any other reads the collection on a snapshot.
#pragma once
#include <optional>

#include "command/call.h"
#include "doc/match/filter.h"
#include "modules/doc/documents.h"
#include "modules/doc/options.h"

namespace veddb {

// What stands before the ordered _id in the keys that a snapshot shows.
inline constexpr size_t kCollectionPrefixBytes = 4;

struct Query : NamedDocuments {
  doc::Filter filter;
  DocOptions options;
  uint32_t collection = 0;
  bool has_collection = false;  // when the command was prepared
  int64_t deadline_ns = 0;      // monotonic; 0: none
};

// Of a command that begins now; 0: none.
int64_t DeadlineOf(const DocOptions& options);
Error TookTooLong(const DocOptions& options);

// Reads collection argv[1], the filter and the options.
Status ParseQuery(PrepareCall& prepare, Bytes filter, std::span<const Bytes> options,
                  DocOption allowed, Query& query);
// The route of a query that reads.
void PlanRead(PrepareCall& prepare, Query& query);

// One document that the filter matches. Valid during the visit.
struct Match {
  Bytes ordered_id;
  doc::StoredDocument stored;
  uint32_t array_index = doc::kNoArrayIndex;
};

// The document that a query by id found; nothing if there is none, or if it does not match.
Result<std::optional<Match>> MatchNamed(Call& call, Query& query, DocumentSet& set);

}  // namespace veddb
