// SPDX-License-Identifier: BSD-3-Clause
// How a keyspace hands its changes to drains.
#include <algorithm>

#include "base/check.h"
#include "base/mutation.h"
#include "object/keyspace.h"
#include "object/serialize.h"

namespace veddb {
namespace {

// Nodes of an ordered set of entries that are freed in no time.
constexpr size_t kFreedAtOnceMax = 4096;

}  // namespace

void Keyspace::BeginDrain(ChangeBatch& batch) {
  DCHECK(draining_.empty() && unfinished_ == 0 && Finished());
  draining_.swap(dirty_);
  drain_next_ = 0;
  unfinished_ = draining_.size();
  batch_ = draining_.empty() ? nullptr : &batch;
  batch.Append(std::move(hints_));
  hints_ = ChangeBatch();
  orphans_.swap(dropped_);
}

size_t Keyspace::DrainSome(size_t limit, ChangeBatch& batch) {
  size_t n = 0;
  for (; n < limit && drain_next_ < draining_.size(); ++n, ++drain_next_) {
    constexpr size_t kAhead = 8;
    if (drain_next_ + kAhead < draining_.size()) {
      __builtin_prefetch(draining_[drain_next_ + kAhead]);
    }
    Entry* entry = draining_[drain_next_];
    if (entry == nullptr) continue;
    n += DrainChunks(entry, limit - n, batch);
    if (n == limit) return n;  // a slice may end within a long string
    draining_[drain_next_] = nullptr;
    WriteToDrain(entry, batch);
    // Other values count as if they were in chunks too.
    if (entry->has_bytes() && ChunksOf(*entry) == nullptr) n += entry->bytes().size() / kChunkBytes;
  }
  n += DrainSomeLeftBehind(limit - std::min(n, limit), batch);
  n += DrainSomeOrphans(limit - std::min(n, limit), batch);
  if (DrainWritten()) {
    batch_ = nullptr;
    draining_.clear();
    drain_next_ = 0;
  }
  return n;
}

void Keyspace::WriteToDrain(Entry* entry, ChangeBatch& batch) {
  entry->flags &= static_cast<uint8_t>(~Entry::kPending);
  drained_.push_back(entry);
  if (entry->present()) {
    DrainChunks(entry, SIZE_MAX, batch);
    WritePut(*this, *entry, batch);
    entry->flags |= Entry::kOnDisk;
    if (kind_ == KeyspaceKind::kIndex) graves_.push_back(entry);
    return;
  }
  graves_.push_back(entry);
  if ((entry->flags & Entry::kOnDisk) != 0) {
    if (!Mutated("delete-not-drained")) WriteDelete(*this, *entry, batch);
    entry->flags &= static_cast<uint8_t>(~Entry::kOnDisk);
  }
}

const OrderedEntries& Keyspace::PendingInOrder() {
  if (pending_in_order_ == nullptr) {
    pending_in_order_ = std::make_shared<OrderedEntries>();
    ForPending([this](const Entry& entry) { pending_in_order_->insert(&entry); });
  }
  return *pending_in_order_;
}

size_t Keyspace::BeginFinish() {
  DCHECK(DrainWritten() && Finished());
  // Most of it is no longer pending, and may be freed from now on.
  if (pending_in_order_ != nullptr && pending_in_order_->size() > kFreedAtOnceMax &&
      context_.lazy_free != nullptr) {
    context_.lazy_free->Free(0, [held = std::move(pending_in_order_)] {});
  }
  pending_in_order_ = nullptr;
  // None of these can leave memory in another way until the next drain: those that are present
  // again have changed since.
  finishing_.swap(graves_);
  drained_.clear();
  unfinished_ = 0;
  return dirty_.size();
}

size_t Keyspace::FinishSome(size_t limit) {
  size_t n = 0;
  for (; n < limit && !finishing_.empty(); ++n) {
    constexpr size_t kAhead = 8;
    if (finishing_.size() > kAhead) {
      __builtin_prefetch(finishing_[finishing_.size() - 1 - kAhead]);
    }
    Entry* entry = finishing_.back();
    finishing_.pop_back();
    if (entry->dirty_epoch > context_.drained_epoch) continue;
    if (kind_ == KeyspaceKind::kIndex) {
      Unload(entry);
    } else if (!entry->present()) {
      Free(entry);
    }
  }
  return n;
}

}  // namespace veddb
