// SPDX-License-Identifier: BSD-3-Clause
#include "shard/catalog_view.h"

#include "base/coding.h"
#include "storage/key_codec.h"

namespace veddb {

Result<CatalogView> CatalogView::Make(const ReadView& view, const ChangeBatch& pending) {
  CatalogView out(view);
  for (const ChangeBatch::Entry& entry : pending.Sorted(Family::kMeta)) {
    std::optional<std::string>& value = out.pending_[std::string(entry.key())];
    if (entry.op == ChangeOp::kPut) value = std::string(entry.value());
    if (entry.op != ChangeOp::kAdd) continue;
    std::string base;
    const bool found = TRY(view.Get(Family::kMeta, entry.key(), &base));
    const uint64_t before = found && base.size() == 8 ? LoadLE64(base.data()) : 0;
    std::string sum;
    PutLE64(sum, before + LoadLE64(entry.value().data()));
    value = std::move(sum);
  }
  return out;
}

Result<bool> CatalogView::Get(Bytes name, std::string* value) const {
  const auto found = pending_.find(name);
  if (found == pending_.end()) return view_->Get(Family::kMeta, name, value);
  if (found->second) *value = *found->second;
  return found->second.has_value();
}

Status CatalogView::ForPrefix(Bytes prefix, const Visitor& visit) const {
  const std::string end = PrefixEnd(prefix);
  const auto it = view_->NewIterator(Family::kMeta, prefix, end);
  auto changed = pending_.lower_bound(prefix);
  const auto changed_end = pending_.lower_bound(Bytes(end));
  it->SeekToFirst();
  while (it->Valid() || changed != changed_end) {
    const bool stored_next =
        changed == changed_end || (it->Valid() && it->key() < Bytes(changed->first));
    if (stored_next) {
      TRY(visit(it->key(), it->value(), Origin::kStore));
      it->Next();
      continue;
    }
    const bool in_store = it->Valid() && it->key() == changed->first;
    if (changed->second) {
      TRY(visit(changed->first, *changed->second, in_store ? Origin::kStore : Origin::kPending));
    }
    if (in_store) it->Next();
    ++changed;
  }
  return it->status();
}

}  // namespace veddb
