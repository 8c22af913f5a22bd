// SPDX-License-Identifier: BSD-3-Clause
// PlanRun: runs a plan and hands out its documents one by one, as they are asked for; so a cursor
// can stop anywhere, and nothing is done that nobody asks for. Owned by: one thread.
//
//   PlanRun run(request, plan, source);
//   for (;;) { const FoundDocument* found = TRY(run.Next()); if (!found) break; … }
#pragma once
#include <absl/container/flat_hash_set.h>

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "doc/exec/key_document.h"
#include "doc/exec/scan_cursor.h"
#include "doc/value/stored.h"

namespace veddb::doc {

struct FoundDocument {
  Bytes ordered_id;
  // Of a plan that is covered: the version is 0, the document has the index's fields and `_id`.
  // Where only ids were asked for: an empty document.
  StoredDocument stored{0, DocView()};
  // Where the filter matched (Matcher::array_index).
  uint32_t array_index = kNoArrayIndex;
};

// What really happened, stage by stage. Times are 0 unless measured.
struct RunCounts {
  std::vector<ScanCounts> scans;  // as in Plan::scans; of the whole collection: one, without keys
  uint64_t repeated = 0;          // entries of documents that had been seen
  uint64_t documents = 0;         // that were looked at
  uint64_t matched = 0;
  uint64_t returned = 0;
  int64_t scan_nanos = 0;
  int64_t document_nanos = 0;  // reading and filtering them
  int64_t sort_nanos = 0;
};

class PlanRun {
 public:
  // SKIP and LIMIT of the request are obeyed. REQUIRES: request, plan and source outlive the run.
  PlanRun(const PlanRequest& request, const Plan& plan, PlanSource& source, uint64_t random_seed);

  // The values of the filter's free variables; they outlive the run.
  void SetVariables(std::span<const ValueView> variables) {
    doc::SetVariables(variables, &state_);
  }

  // The next document, valid until the next call; nullptr: there are no more.
  Result<const FoundDocument*> Next();
  // Nobody will ask for a while: lets go of iterators. What Next returned is no longer valid.
  // False: nothing is left; true: that is not known yet.
  Result<bool> Rest();
  void Measure() { measures_ = true; }
  RunCounts counts() const;
  // About what it remembers between two calls.
  size_t memory_bytes() const;

 private:
  struct Kept {
    std::string key;  // of the sort
    std::string ordered_id;
    std::string stored;
    uint32_t array_index;
    size_t bytes = 0;
  };

  Result<bool> NextEntry();
  Status EntryOfScan();
  Result<bool> NextOfScans();
  Result<bool> NextOfCollection();
  Result<bool> NextExpected();
  Status FillExpected();
  size_t ExpectedMost() const;
  Result<bool> IsNew();
  Result<bool> NextMatch();
  Result<bool> Examine();
  Result<bool> ReadDocument();
  Result<bool> Matches(DocView doc);
  Result<bool> NextSorted();
  Status FillSorted();
  Status FillGroup();
  Result<Kept> Keep();
  Bytes GroupOf() const;
  bool needs_document() const;
  static FoundDocument ViewOf(const Kept& kept);
  int64_t Now() const;

  const PlanRequest& request_;
  const Plan& plan_;
  PlanSource& source_;
  MatchState state_;
  bool measures_ = false;

  // Where it stands.
  std::unique_ptr<EntryIterator> collection_;  // null: it has to begin behind rested_id_
  std::string rested_id_;
  std::string rested_value_;
  bool collection_ended_ = false;
  bool peeked_ = false;  // entry_ is the next one
  std::vector<std::unique_ptr<ScanRun>> scans_;
  size_t scan_ = 0;
  std::optional<KeyDocument> key_document_;
  absl::flat_hash_set<std::string> seen_;
  IndexEntryView entry_;
  std::string room_;  // of the document, unless the source has it

  // The next documents to be read, so that the source can get several on their way at once. No more
  // than are sure to be asked for, where a limit tells.
  bool reads_ahead_ = false;
  std::vector<std::string> expected_;
  size_t expected_count_ = 0;
  size_t expected_at_ = 0;
  FoundDocument found_;

  std::deque<Kept> sorted_;
  std::optional<Kept> handed_;
  FoundDocument handed_view_;
  bool sort_filled_ = false;
  // The first of the next group, and which that is.
  std::optional<Kept> ahead_;
  std::string ahead_group_;

  uint64_t to_skip_;
  RunCounts counts_;
};

}  // namespace veddb::doc
