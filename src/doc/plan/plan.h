// SPDX-License-Identifier: BSD-3-Clause
// A plan: how a query gets at its documents. A value: it can be compared, printed (explain.h) and
// run (../exec/plan_run.h). Refers to the filter and the indexes that it was made for.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "doc/index/index_spec.h"
#include "doc/match/filter.h"
#include "doc/plan/statistics.h"
#include "doc/query/projection.h"
#include "doc/query/sort.h"

namespace veddb::doc {

// An index as a planner sees it.
struct PlanIndex {
  const IndexSpec* spec = nullptr;
  uint32_t id = 0;
  // Bit i: field i has been an array in some document. REQUIRES: read after the snapshot that the
  // plan will run on was taken, so that it knows of all that is in there.
  uint32_t multikey = 0;
  std::shared_ptr<const IndexStatistics> statistics;  // never null
  // The documents themselves, which lie in order of `_id`: no key needs a look at a document.
  bool clustered = false;

  bool is_multikey(size_t field) const { return (multikey >> field & 1) != 0; }
};

// What is known of the sizes of ranges, beyond statistics. Owned by: one thread.
class RangeSizes {
 public:
  virtual ~RangeSizes() = default;
  // The share of the index's entries in [lower, upper), roughly; nothing: that can't be told. Empty
  // bounds: from the begin, to the end.
  virtual std::optional<double> Share(const PlanIndex& index, Bytes lower, Bytes upper) = 0;
};

enum class PlanOutput : uint8_t {
  kDocuments,
  kIds,    // of the documents, for a write
  kCount,  // how many there are
};

struct PlanRequest {
  const Filter* filter = nullptr;
  const SortSpec* sort = nullptr;              // null or empty: any order will do
  const Projection* projection = nullptr;      // null: the whole document
  PlanOutput output = PlanOutput::kDocuments;  //
  bool needs_version = false;
  // Of the projection's fields, in what order a document has them does not matter.
  bool any_field_order = false;
  uint64_t skip = 0;
  uint64_t limit = 0;  // 0: none
  uint64_t documents = 0;
  double document_bytes = 256;  // on average
  // A scan of the collection is shared by so many threads.
  size_t threads = 1;
  const PlanIndex* hint = nullptr;
  RangeSizes* sizes = nullptr;
};

// Keys of one index within bounds, in the order of the index or against it.
struct IndexScan {
  const PlanIndex* index = nullptr;
  FieldBounds bounds;
  bool backward = false;
  // Every point of so many leading fields is a scan of its own, and these are merged by the fields
  // behind them.
  size_t merged_fields = 0;
  // A document may have several keys within the bounds.
  bool may_repeat = false;
};

// What has to be done for SORT behind the scans.
enum class SortWork : uint8_t {
  kNone,    // they are in order
  kGroups,  // they are in order of the first fields: those that are equal there get sorted
  kAll,
};

struct Plan {
  // Documents of several are united; none: the whole collection.
  std::vector<IndexScan> scans;
  // What of the filter the bounds do not prove, in the filter's order. All must hold.
  std::vector<const MatchNode*> residual;
  // Filter and answer are read from the keys; documents only where a key does not tell.
  bool covered = false;
  bool fetches = true;
  // The filter can match nothing.
  bool is_empty = false;

  SortWork sort = SortWork::kNone;
  // With kGroups: the fields [merged_fields, group_end) of the key that must be equal.
  size_t group_end = 0;

  double rows = 0;  // estimated, before skip and limit
  double keys = 0;
  double cost = 0;  // in microseconds, roughly

  bool is_collection_scan() const { return scans.empty() && !is_empty; }
};

struct PlanChoice {
  Plan winner;
  std::vector<Plan> rejected;  // the cheapest first
};

// More plans than this are not considered.
inline constexpr size_t kPlansMax = 64;
// SORT_MERGE of more scans than this is not considered.
inline constexpr size_t kMergedScansMax = 64;
// Intervals of one field; a filter with more uses one that embraces them from the first to the
// last.
inline constexpr size_t kIntervalsMax = 100'000;

// BADQUERY if the hint names an index that lacks documents which may match.
Result<PlanChoice> ChoosePlan(const PlanRequest& request, const std::vector<PlanIndex>& indexes);

}  // namespace veddb::doc
