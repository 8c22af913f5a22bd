// SPDX-License-Identifier: BSD-3-Clause
#include "command/ordered_iterator.h"

#include <algorithm>
#include <utility>

#include "storage/key_codec.h"

namespace veddb {
namespace {

std::string PrefixOf(uint32_t id) {
  std::string out;
  PutBE32(out, id);
  return out;
}

std::string EndOf(const std::string& prefix, Bytes upper) {
  return upper.empty() ? PrefixEnd(prefix) : prefix + std::string(upper);
}

}  // namespace

OrderedIterator::OrderedIterator(const ReadView& view, Family family, uint32_t id, Bytes lower,
                                 Bytes upper, std::vector<const OrderedEntries*> pending)
    : prefix_(PrefixOf(id)),
      lower_(lower),
      upper_(upper),
      store_(view.NewIterator(family, prefix_ + lower_, EndOf(prefix_, upper))) {
  for (const OrderedEntries* entries : pending) pending_.push_back({entries, entries->end()});
}

Bytes OrderedIterator::StoreName() const { return store_->key().substr(prefix_.size()); }

Bytes OrderedIterator::key() const { return at_ == At::kStore ? StoreName() : entry_->key(); }

Bytes OrderedIterator::value() const {
  return at_ == At::kStore ? store_->value() : entry_->bytes();
}

Bytes OrderedIterator::storage_key() {
  if (at_ == At::kStore) return store_->key();
  storage_key_ = prefix_;
  storage_key_ += entry_->key();
  return storage_key_;
}

// --- forward ---

void OrderedIterator::Seek(Bytes target) {
  const Bytes from = std::max(target, Bytes(lower_));
  store_->Seek(prefix_ + std::string(from));
  for (Pending& one : pending_) one.at = one.entries->lower_bound(from);
  SettleForward();
}

void OrderedIterator::Next() {
  if (at_ == At::kStore) {
    store_->Next();
  } else if (at_ == At::kMemory) {
    ++memory_->at;
  }
  SettleForward();
}

const Entry* OrderedIterator::NextOf(const Pending& pending) const {
  if (pending.at == pending.entries->end()) return nullptr;
  const Entry* entry = *pending.at;
  return upper_.empty() || entry->key() < upper_ ? entry : nullptr;
}

// What memory says of a name holds, also that it is gone.
void OrderedIterator::SettleForward() {
  for (;;) {
    memory_ = nullptr;
    for (Pending& one : pending_) {
      const Entry* entry = NextOf(one);
      if (entry == nullptr || (memory_ != nullptr && entry_->key() < entry->key())) continue;
      memory_ = &one;
      entry_ = entry;
    }
    if (memory_ == nullptr || (store_->Valid() && StoreName() < entry_->key())) {
      at_ = store_->Valid() ? At::kStore : At::kNowhere;
      return;
    }
    if (store_->Valid() && StoreName() == entry_->key()) store_->Next();
    at_ = At::kMemory;
    if (entry_->present()) return;
    ++memory_->at;
  }
}

// --- backward ---

void OrderedIterator::SeekBefore(Bytes target) {
  Bytes end = upper_;
  if (!target.empty() && (end.empty() || target < end)) end = target;
  if (end.empty()) {
    store_->SeekToLast();
  } else {
    const std::string key = prefix_ + std::string(end);
    store_->SeekForPrev(key);
    if (store_->Valid() && store_->key() == key) store_->Prev();
  }
  for (Pending& one : pending_) {
    one.at = end.empty() ? one.entries->end() : one.entries->lower_bound(end);
  }
  SettleBackward();
}

void OrderedIterator::Prev() {
  if (at_ == At::kStore) {
    store_->Prev();
  } else if (at_ == At::kMemory) {
    --memory_->at;
  }
  SettleBackward();
}

const Entry* OrderedIterator::PrevOf(const Pending& pending) const {
  if (pending.at == pending.entries->begin()) return nullptr;
  const Entry* entry = *std::prev(pending.at);
  return entry->key() >= lower_ ? entry : nullptr;
}

void OrderedIterator::SettleBackward() {
  for (;;) {
    memory_ = nullptr;
    for (Pending& one : pending_) {
      const Entry* entry = PrevOf(one);
      if (entry == nullptr || (memory_ != nullptr && entry->key() < entry_->key())) continue;
      memory_ = &one;
      entry_ = entry;
    }
    if (memory_ == nullptr || (store_->Valid() && entry_->key() < StoreName())) {
      at_ = store_->Valid() ? At::kStore : At::kNowhere;
      return;
    }
    if (store_->Valid() && StoreName() == entry_->key()) store_->Prev();
    at_ = At::kMemory;
    if (entry_->present()) return;
    --memory_->at;
  }
}

}  // namespace veddb
