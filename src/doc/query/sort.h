// SPDX-License-Identifier: BSD-3-Clause
// Sort specifications and the keys they give documents: byte strings whose memcmp order is the
// sort's. An absent field sorts as null, an empty array below null, an array by its least element
// (ascending) or its greatest (descending); ties are broken by `_id`. Immutable; any thread.
#pragma once
#include <string>
#include <vector>

#include "base/result.h"
#include "doc/value/extjson.h"
#include "doc/value/path.h"

namespace veddb::doc {

inline constexpr size_t kSortPathsMax = 32;
// Components of a path in a sort or projection.
inline constexpr size_t kPathPartsMax = 200;

// BADQUERY for a path that no sort or projection can have: empty components, '$' in front of one,
// too many of them.
Status CheckQueryPath(const FieldPath& path, Bytes what);

class SortSpec {
 public:
  // `{path: 1 | -1, …}`.
  static Result<SortSpec> ParseJson(Bytes json, const ParseLimits& limits = {});
  static Result<SortSpec> Parse(DocView spec);

  // No path at all: any order will do.
  bool empty() const { return paths_.empty(); }
  const std::vector<FieldPath>& paths() const { return paths_; }
  bool descending(size_t i) const { return descending_[i]; }

  // Appends the document's key to *key. BADQUERY if two paths run into different arrays.
  Status AppendKey(DocView doc, std::string* key) const;
  // The same without `_id` behind it: documents that are equal by the paths have the same key.
  Status AppendPathsKey(DocView doc, std::string* key) const;

 private:
  bool AppendPlainKey(DocView doc, std::string* key) const;
  Status AppendLeastKey(DocView doc, std::string* key) const;
  void AppendField(size_t i, ValueView value, std::string* key) const;

  std::vector<FieldPath> paths_;
  std::vector<bool> descending_;
  bool has_id_ = false;
};

}  // namespace veddb::doc
