// SPDX-License-Identifier: BSD-3-Clause
// A query: a filter over a collection, with options, and the way it goes. A filter that says what
// `_id` is needs that document alone (route kKeys); any other reads the collection on a snapshot.
#pragma once
#include <optional>

#include "command/call.h"
#include "doc/index/index.h"
#include "doc/match/filter.h"
#include "modules/doc/documents.h"
#include "modules/doc/options.h"

namespace veddb {

// What stands before the ordered _id in the keys that a snapshot shows.
inline constexpr size_t kCollectionPrefixBytes = 4;

// An index that a query may use.
struct QueryIndex {
  std::shared_ptr<const doc::Index> index;
  uint64_t entries = 0;
};

struct Query : NamedDocuments {
  doc::Filter filter;
  DocOptions options;
  uint32_t collection = 0;
  bool has_collection = false;  // when the command was prepared
  // As of then:
  uint64_t documents = 0;
  std::vector<QueryIndex> indexes;                       // those that are ready
  int64_t deadline_ns = 0;                               // monotonic; 0: none
  const std::atomic<int64_t>* client_gone_at = nullptr;  // as in Call

  // TIMEOUT; or nobody waits any more, and what is answered is seen by nobody.
  Status MayGoOn() const;
};

// Of a command that begins now; 0: none.
int64_t DeadlineOf(const DocOptions& options);
Error TookTooLong(const DocOptions& options);

// Reads collection argv[1], the filter and the options.
Status ParseQuery(PrepareCall& prepare, Bytes filter, std::span<const Bytes> options,
                  DocOption allowed, Query& query);
// The index that every collection has: its documents lie in order of `_id`.
const doc::IndexSpec& IdIndexSpec();
// Notes what the collection is and has. NOINDEX if the hint names an index that it has not.
Status NoteCollection(const Databases& databases, const Collection& collection, Query& query);
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
