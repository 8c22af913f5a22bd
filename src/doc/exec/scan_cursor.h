// SPDX-License-Identifier: BSD-3-Clause
// The entries of an IndexScan, one after the other, in its order. Owned by: one thread.
#pragma once
#include <memory>
#include <vector>

#include "doc/exec/source.h"
#include "doc/plan/bounds_walk.h"

namespace veddb::doc {

struct ScanCounts {
  uint64_t keys = 0;   // that were looked at
  uint64_t seeks = 0;  // places that were gone to
  uint64_t rows = 0;   // keys within the bounds
};

class ScanCursor {
 public:
  // REQUIRES: the index and the source outlive the cursor.
  ScanCursor(PlanSource& source, const PlanIndex& index, const FieldBounds& bounds, bool backward);

  // False: there is no further entry.
  Result<bool> Next();
  // The entry. Good until the next step.
  Bytes key() const { return entries_ != nullptr ? entries_->key() : Bytes(rested_key_); }
  Bytes value() const { return entries_ != nullptr ? entries_->value() : Bytes(rested_value_); }
  // Lets the iterator go; the next step makes a new one.
  void Rest();
  // The next entry is one whose first `prefix_bytes` bytes differ from this one's.
  Result<bool> NextBehindPrefix(size_t prefix_bytes);
  const ScanCounts& counts() const { return counts_; }

 private:
  void GoTo(Bytes target);
  void Step();
  void Resume();
  Result<bool> FindInside();

  PlanSource& source_;
  const PlanIndex& index_;
  BoundsWalk walk_;
  const bool backward_;
  std::unique_ptr<EntryIterator> entries_;  // null: it rests
  bool begun_ = false;
  bool ended_ = false;
  std::string rested_key_;
  std::string rested_value_;
  ScanCounts counts_;
};

// One cursor, or one for every combination of points of the leading fields, merged.
class ScanRun {
 public:
  ScanRun(PlanSource& source, const IndexScan& scan);

  Result<bool> Next();
  void Rest();
  Bytes key() const { return at_->cursor->key(); }
  Bytes value() const { return at_->cursor->value(); }
  // Where the fields begin by which scans are merged.
  size_t merge_offset() const { return at_->offset; }
  ScanCounts counts() const;

 private:
  struct Branch {
    std::unique_ptr<ScanCursor> cursor;
    size_t offset = 0;  // bytes of the leading points
  };
  void AddBranches(PlanSource& source, const IndexScan& scan, FieldBounds bounds, size_t field,
                   size_t offset);
  Status Fill();
  bool Later(const Branch* a, const Branch* b) const;

  const bool backward_;
  std::vector<Branch> branches_;
  std::vector<Branch*> heap_;  // the next one in front
  Branch* at_ = nullptr;
  bool filled_ = false;
};

}  // namespace veddb::doc
