// SPDX-License-Identifier: BSD-3-Clause
// SnapshotSource: a snapshot as plans see it: entries and documents of one query's collection.
// Owned by: one thread.
#pragma once
#include <memory>
#include <string>

#include "command/snapshot.h"
#include "doc/exec/source.h"
#include "modules/doc/memory_budget.h"
#include "modules/doc/query.h"

namespace veddb {

class SnapshotSource final : public doc::PlanSource {
 public:
  // REQUIRES: all outlive it. `budget`: of what a sort keeps; null: no limit.
  SnapshotSource(const Snapshot* snapshot, const Query* query, MemoryBudget* budget = nullptr)
      : snapshot_(snapshot), query_(query), budget_(budget) {}

  std::unique_ptr<doc::EntryIterator> Entries(const doc::PlanIndex& index, Bytes lower,
                                              Bytes upper) override;
  std::unique_ptr<doc::EntryIterator> Documents() override;
  Result<bool> Get(Bytes ordered_id, std::string* room, Bytes* stored) override;
  void Expect(std::span<const std::string> ordered_ids) override {
    snapshot_->ExpectDocuments(query_->collection, ordered_ids);
  }
  // Documents with ids in [lower, upper) alone; empty: from the begin, to the end.
  void ReadOnly(Bytes lower, Bytes upper) {
    lower_ = lower;
    upper_ = upper;
  }
  // From then on it fails once much has been read.
  void ReadOnlyLittle() { only_little_ = true; }
  // TIMEOUT.
  Status MayGoOn() override;
  Status Keep(size_t bytes) override { return budget_ == nullptr ? Ok() : budget_->Take(bytes); }
  void GiveBack(size_t bytes) override {
    if (budget_ != nullptr) budget_->GiveBack(bytes);
  }

 private:
  const Snapshot* const snapshot_;
  const Query* const query_;
  MemoryBudget* const budget_;
  std::string lower_;
  std::string upper_;
  bool only_little_ = false;
  uint32_t looks_ = 0;  // at the time
  uint32_t documents_ = 0;
};

}  // namespace veddb
