// SPDX-License-Identifier: BSD-3-Clause
// OrderedIterator: the documents of a collection, or the entries of an index, in order of their
// names, in either direction: those of a snapshot of the store, with what memory has changed since
// laid over it. Owned by: one thread; the view and the sets must outlive it, and the sets stay as
// they are.
//
// Next follows Seek, Prev follows SeekBefore. It ends silently at damaged data: look at status().
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "object/keyspace.h"
#include "storage/read_view.h"

namespace veddb {

class OrderedIterator {
 public:
  // Names in [lower, upper); empty: from the begin, to the end. `pending`: one set a shard.
  OrderedIterator(const ReadView& view, Family family, uint32_t id, Bytes lower, Bytes upper,
                  std::vector<const OrderedEntries*> pending);

  // To the first name that is not below `target`.
  void Seek(Bytes target);
  // To the last name below `target`; empty: to the last of all.
  void SeekBefore(Bytes target);
  void Next();
  void Prev();
  bool Valid() const { return at_ != At::kNowhere; }
  // Good until the next step.
  Bytes key() const;
  Bytes value() const;
  // With the number of the collection or index in front.
  Bytes storage_key();
  Status status() const { return store_->status(); }

 private:
  enum class At : uint8_t { kNowhere, kStore, kMemory };
  struct Pending {
    const OrderedEntries* entries;
    OrderedEntries::const_iterator at;  // backwards: behind the next one
  };

  void SettleForward();
  void SettleBackward();
  const Entry* NextOf(const Pending& pending) const;
  const Entry* PrevOf(const Pending& pending) const;
  Bytes StoreName() const;

  const std::string prefix_;
  const std::string lower_;
  const std::string upper_;
  const std::unique_ptr<StoreIterator> store_;
  std::vector<Pending> pending_;
  At at_ = At::kNowhere;
  Pending* memory_ = nullptr;     // where the entry of memory comes from
  const Entry* entry_ = nullptr;  // it
  std::string storage_key_;
};

}  // namespace veddb
