// SPDX-License-Identifier: BSD-3-Clause
#include "modules/doc/plan_source.h"

#include "doc/index/index_keys.h"

namespace veddb {
namespace {

// Of a read that is tried on the loop. Between two looks at the time lie some hundred keys.
constexpr uint32_t kLittleDocumentsMax = 64;
constexpr uint32_t kLittleLooksMax = 2;

// Nobody sees it: the read is done again elsewhere.
Error TooMuch() { return Err("the read is more than little work"); }

class SnapshotEntries final : public doc::EntryIterator {
 public:
  explicit SnapshotEntries(std::unique_ptr<OrderedIterator> iterator)
      : iterator_(std::move(iterator)) {}

  void Seek(Bytes target) override { iterator_->Seek(target); }
  void SeekBefore(Bytes target) override { iterator_->SeekBefore(target); }
  void Next() override { iterator_->Next(); }
  void Prev() override { iterator_->Prev(); }
  bool Valid() const override { return iterator_->Valid(); }
  Bytes key() const override { return iterator_->key(); }
  Bytes value() const override { return iterator_->value(); }
  Status status() const override { return iterator_->status(); }

 private:
  const std::unique_ptr<OrderedIterator> iterator_;
};

}  // namespace

std::unique_ptr<doc::EntryIterator> SnapshotSource::Entries(const doc::PlanIndex& index,
                                                            Bytes lower, Bytes upper) {
  const KeyspaceKind kind = index.clustered ? KeyspaceKind::kDocuments : KeyspaceKind::kIndex;
  const uint32_t id = index.clustered ? query_->collection : index.id;
  // An index's notes stand in front of its entries.
  if (!index.clustered && lower < doc::kIndexEntriesBegin) lower = doc::kIndexEntriesBegin;
  return std::make_unique<SnapshotEntries>(snapshot_->NewOrderedIterator(kind, id, lower, upper));
}

std::unique_ptr<doc::EntryIterator> SnapshotSource::Documents() {
  return std::make_unique<SnapshotEntries>(
      snapshot_->NewOrderedIterator(KeyspaceKind::kDocuments, query_->collection, lower_, upper_));
}

Result<bool> SnapshotSource::Get(Bytes ordered_id, std::string* room, Bytes* stored) {
  if (only_little_ && ++documents_ > kLittleDocumentsMax) return TooMuch();
  return snapshot_->GetDocument(query_->collection, ordered_id, room, stored);
}

Status SnapshotSource::MayGoOn() {
  if (only_little_ && ++looks_ > kLittleLooksMax) return TooMuch();
  return query_->MayGoOn();
}

}  // namespace veddb
