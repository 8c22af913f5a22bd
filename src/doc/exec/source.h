// SPDX-License-Identifier: BSD-3-Clause
// Where a plan finds its entries and documents: a snapshot, as far as plans see it.
#pragma once
#include <memory>
#include <span>
#include <string>

#include "base/result.h"
#include "doc/plan/plan.h"

namespace veddb::doc {

// The entries of an index, or documents, in order of key. Owned by: one thread. Ends silently at
// damaged data: look at status() then.
class EntryIterator {
 public:
  virtual ~EntryIterator() = default;

  // To the first key that is not below `target`.
  virtual void Seek(Bytes target) = 0;
  // To the last key below `target`; empty: to the last of all.
  virtual void SeekBefore(Bytes target) = 0;
  virtual void Next() = 0;
  virtual void Prev() = 0;
  virtual bool Valid() const = 0;
  // Good until the next step.
  virtual Bytes key() const = 0;
  virtual Bytes value() const = 0;
  virtual Status status() const = 0;
};

// Must outlive the runs over it. Owned by: one thread.
class PlanSource {
 public:
  virtual ~PlanSource() = default;

  // Keys in [lower, upper), without the index's number in front (of the clustered index: ordered
  // ids, with documents as values). Empty bounds: from its begin, to its end.
  virtual std::unique_ptr<EntryIterator> Entries(const PlanIndex& index, Bytes lower,
                                                 Bytes upper) = 0;
  // All documents in order of `_id`.
  virtual std::unique_ptr<EntryIterator> Documents() = 0;
  // The stored document, good until the next step of anything; it may lie in *room. False: there is
  // none.
  virtual Result<bool> Get(Bytes ordered_id, std::string* room, Bytes* stored) = 0;
  // Get is about to be asked for these, in this order.
  virtual void Expect(std::span<const std::string> /*ordered_ids*/) {}
  // Asked now and then; an error ends the run.
  virtual Status MayGoOn() = 0;
  // So many bytes more are kept for a sort; an error ends the run.
  virtual Status Keep(size_t /*bytes*/) { return Ok(); }
  virtual void GiveBack(size_t /*bytes*/) {}
};

}  // namespace veddb::doc
