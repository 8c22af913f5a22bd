// SPDX-License-Identifier: BSD-3-Clause
#include "storage/read_view.h"

#include <rocksdb/iterator.h>

#include <utility>

#include "storage/read_view_impl.h"

namespace veddb {

StoreIterator::StoreIterator() = default;
StoreIterator::~StoreIterator() = default;

void StoreIterator::Settle() {
  valid_ = iterator_->Valid();
  key_ = valid_ ? ToBytes(iterator_->key()) : Bytes();
}

void StoreIterator::SeekToFirst() {
  iterator_->SeekToFirst();
  Settle();
}

void StoreIterator::SeekToLast() {
  iterator_->SeekToLast();
  Settle();
}

void StoreIterator::Seek(Bytes target) {
  iterator_->Seek(ToSlice(target));
  Settle();
}

void StoreIterator::SeekForPrev(Bytes target) {
  iterator_->SeekForPrev(ToSlice(target));
  Settle();
}

void StoreIterator::Next() {
  if (!valid_) return;
  iterator_->Next();
  Settle();
}

void StoreIterator::Prev() {
  if (!valid_) return;
  iterator_->Prev();
  Settle();
}

Bytes StoreIterator::value() const { return valid_ ? ToBytes(iterator_->value()) : Bytes(); }

Status StoreIterator::status() const { return FromRead(iterator_->status()); }

ReadView::ReadView(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

ReadView::~ReadView() { impl_->engine->db->ReleaseSnapshot(impl_->read.snapshot); }

Result<LogPosition> ReadView::position() const { return impl_->engine->ReadPosition(impl_->read); }

Result<bool> ReadView::Get(Family family, Bytes key, std::string* value) const {
  rocksdb::PinnableSlice found;
  const rocksdb::Status status =
      impl_->engine->db->Get(impl_->read, impl_->engine->handle(family), ToSlice(key), &found);
  if (status.IsNotFound()) return false;
  if (!status.ok()) return ReadError(status);
  value->assign(found.data(), found.size());
  return true;
}

void ReadView::NeverWaitForDisk() { impl_->read.read_tier = rocksdb::kBlockCacheTier; }

std::unique_ptr<StoreIterator> ReadView::NewIterator(Family family, Bytes lower, Bytes upper,
                                                     const ScanOptions& options) const {
  std::unique_ptr<StoreIterator> out(new StoreIterator());
  rocksdb::ReadOptions read = impl_->read;
  read.fill_cache = options.fill_cache;
  read.readahead_size = options.readahead_bytes;
  if (!lower.empty()) {
    out->lower_ = lower;
    out->lower_bound_ = std::make_unique<rocksdb::Slice>(out->lower_);
    read.iterate_lower_bound = out->lower_bound_.get();
  }
  if (!upper.empty()) {
    out->upper_ = upper;
    out->upper_bound_ = std::make_unique<rocksdb::Slice>(out->upper_);
    read.iterate_upper_bound = out->upper_bound_.get();
  }
  out->iterator_.reset(impl_->engine->db->NewIterator(read, impl_->engine->handle(family)));
  return out;
}

}  // namespace veddb
