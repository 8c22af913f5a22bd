// SPDX-License-Identifier: BSD-3-Clause
#include "doc/index/index.h"

#include <algorithm>

namespace veddb::doc {

const Index* CollectionIndexes::Find(Bytes name) const {
  for (const auto& index : list_) {
    if (index->spec.name == name) return index.get();
  }
  return nullptr;
}

bool CollectionIndexes::any_unique() const {
  return std::any_of(list_.begin(), list_.end(), [](const auto& one) { return one->spec.unique; });
}

const IndexList& IndexesOf(const Collection& collection) {
  static const IndexList kNone;
  if (collection.traits == nullptr) return kNone;
  return static_cast<const CollectionIndexes&>(*collection.traits).list();
}

bool HasUniqueIndex(const Collection& collection) {
  return collection.traits != nullptr &&
         static_cast<const CollectionIndexes&>(*collection.traits).any_unique();
}

}  // namespace veddb::doc
