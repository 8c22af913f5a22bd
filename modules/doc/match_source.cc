// SPDX-License-Identifier: BSD-3-Clause
#include "modules/doc/match_source.h"

#include "base/clock.h"

namespace veddb {
namespace {

// Documents between two looks at the clock.
constexpr uint32_t kCheckEvery = 256;

}  // namespace

ScanSource::ScanSource(const Snapshot* snapshot, const Query* query)
    : snapshot_(snapshot),
      query_(query),
      matcher_(&query->filter, static_cast<uint64_t>(MonoNanos()) * 0x9E3779B97F4A7C15ULL) {}

Status ScanSource::CheckTime() {
  if (until_check_ > 0) {
    --until_check_;
    return Ok();
  }
  until_check_ = kCheckEvery;
  if (query_->deadline_ns == 0 || MonoNanos() < query_->deadline_ns) return Ok();
  return TookTooLong(query_->options);
}

Result<bool> ScanSource::Next() {
  if (iterator_ == nullptr) {
    iterator_ =
        snapshot_->NewIterator(KeyspaceKind::kDocuments, query_->collection, from_, Bytes());
    until_check_ = 0;
  }
  while (iterator_->Next()) {
    TRY(CheckTime());
    const doc::StoredDocument stored = TRY(doc::DecodeStored(iterator_->value()));
    if (matcher_.Matches(stored.doc)) {
      match_ = {iterator_->key().substr(kCollectionPrefixBytes), stored, matcher_.array_index()};
      return true;
    }
    if (matcher_.error()) return *matcher_.error();
  }
  TRY(iterator_->status());
  return false;
}

Result<bool> ScanSource::Rest() {
  if (iterator_ == nullptr) return true;
  const bool more = iterator_->Next();
  TRY(iterator_->status());
  if (more) from_ = iterator_->key();
  iterator_.reset();
  return more;
}

}  // namespace veddb
