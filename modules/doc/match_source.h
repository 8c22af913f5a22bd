// SPDX-License-Identifier: BSD-3-Clause
// MatchSource: what a query finds, one document after the other, in the order of its answer. A
// cursor reads from it batch by batch. Owned by: one thread at a time.
#pragma once
#include <memory>
#include <string>

#include "base/result.h"
#include "command/snapshot.h"
#include "modules/doc/query.h"

namespace veddb {

class MatchSource {
 public:
  virtual ~MatchSource() = default;

  // To the next match. False: there is none. An error (TIMEOUT, BADQUERY, IOERR) is the end.
  virtual Result<bool> Next() = 0;
  // REQUIRES: Next() was true. Good until the next step.
  virtual const Match& match() const = 0;
  // Nothing is read for a while: lets go of what should not be held that long. False: nothing is
  // left to be read.
  virtual Result<bool> Rest() = 0;
};

// The documents of the query's collection in order of `_id`, read as they are asked for.
class ScanSource final : public MatchSource {
 public:
  // REQUIRES: snapshot and query outlive it.
  ScanSource(const Snapshot* snapshot, const Query* query);

  Result<bool> Next() override;
  const Match& match() const override { return match_; }
  Result<bool> Rest() override;

 private:
  // TIMEOUT, looked for now and then.
  Status CheckTime();

  const Snapshot* const snapshot_;
  const Query* const query_;
  doc::Matcher matcher_;
  std::unique_ptr<SnapshotIterator> iterator_;  // null: it has to begin at `from_`
  std::string from_;                            // empty: at the first document
  uint32_t until_check_ = 0;
  Match match_;
};

}  // namespace veddb
