// SPDX-License-Identifier: BSD-3-Clause
#include "doc/plan/sort_order.h"

#include <algorithm>

#include "doc/value/id.h"

namespace veddb::doc {
namespace {

// One field of the index's order, or of the sort's, to its end: `_id`.
struct Ordered {
  Bytes path;
  bool descending;
};

std::vector<Ordered> SortList(const SortSpec& sort) {
  std::vector<Ordered> list;
  for (size_t i = 0; i < sort.paths().size(); ++i) {
    list.push_back({sort.paths()[i].text(), sort.descending(i)});
    if (list.back().path == kIdField) return list;  // nothing behind it decides anything
  }
  list.push_back({kIdField, false});
  return list;
}

// Takes fields of the sort as long as the index has them in the same order.
class Comparison {
 public:
  Comparison(const PlanIndex& index, const FieldBounds& bounds, size_t merged_fields)
      : index_(index), bounds_(bounds), merged_fields_(merged_fields) {}

  SortOrder Compare(std::vector<Ordered> wanted) {
    // Where all have the same value the order says nothing.
    std::erase_if(wanted, [this](const Ordered& one) { return IsFixed(one.path); });
    SortOrder order;
    size_t taken = 0;
    size_t field = merged_fields_;
    const size_t fields = index_.spec->fields.size();
    for (; field < fields && taken < wanted.size(); ++field) {
      if (IsFixed(field)) continue;
      const IndexField& next = index_.spec->fields[field];
      if (index_.is_multikey(field) || next.path.text() != wanted[taken].path) break;
      if (!Agrees(next.descending, wanted[taken].descending)) break;
      ++taken;
      order.group_end = field + 1;
    }
    if (IsTotal(field, wanted, &taken)) taken = wanted.size();
    order.backward = backward_.value_or(false);
    order.work = taken == wanted.size() ? SortWork::kNone
                 : order.group_end > 0  ? SortWork::kGroups
                                        : SortWork::kAll;
    if (order.work == SortWork::kAll) order.backward = false;
    return order;
  }

 private:
  // Of all keys that one scan sees the field has the same value, and so have the documents.
  bool IsFixed(size_t field) const {
    if (field < merged_fields_) return true;
    return bounds_[field].IsPoint();
  }
  bool IsFixed(Bytes path) const {
    for (size_t i = merged_fields_; i < bounds_.size(); ++i) {
      const bool same = index_.spec->fields[i].path.text() == path;
      if (same && IsFixed(i) && !index_.is_multikey(i)) return true;
    }
    return false;
  }
  bool Agrees(bool index_descending, bool sort_descending) {
    const bool backward = index_descending != sort_descending;
    if (!backward_) backward_ = backward;
    return *backward_ == backward;
  }
  // Behind its last field an index is in order of `_id`; of a unique one no two keys are equal.
  bool IsTotal(size_t field, const std::vector<Ordered>& wanted, size_t* taken) {
    while (field < index_.spec->fields.size() && IsFixed(field)) ++field;
    if (field < index_.spec->fields.size()) return false;
    // Of scans that are merged the keys of several may be equal behind the points.
    const bool unique = index_.spec->unique || index_.clustered;
    if (unique) return merged_fields_ == 0;
    return *taken + 1 == wanted.size() && wanted[*taken].path == kIdField &&
           Agrees(false, wanted[*taken].descending);
  }

  const PlanIndex& index_;
  const FieldBounds& bounds_;
  const size_t merged_fields_;
  std::optional<bool> backward_;
};

}  // namespace

SortOrder OrderOf(const SortSpec& sort, const PlanIndex& index, const FieldBounds& bounds,
                  size_t merged_fields) {
  return Comparison(index, bounds, merged_fields).Compare(SortList(sort));
}

bool NeedsWork(const SortSpec* sort) {
  if (sort == nullptr || sort->empty()) return false;
  return sort->paths()[0].text() != kIdField || sort->descending(0);
}

}  // namespace veddb::doc
