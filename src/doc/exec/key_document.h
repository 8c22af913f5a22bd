// SPDX-License-Identifier: BSD-3-Clause
// KeyDocument: a document made of an index entry, for queries that an index covers. Owned by: one
// thread.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "doc/index/index_keys.h"
#include "doc/plan/plan.h"

namespace veddb::doc {

class KeyDocument {
 public:
  // `shown`: the path that the answer shows, if any beside `_id`.
  KeyDocument(const IndexSpec* spec, std::optional<std::string> shown);

  // `_id` and the fields of the index; valid until the next call. Nothing: the entry does not tell,
  // the document has to be asked.
  std::optional<DocView> Make(const IndexEntryView& entry);

 private:
  void AppendFields(const std::vector<size_t>& fields, size_t part, DocBuilder* out);

  const IndexSpec* spec_;
  // Whether the object that a path leads through is there can't be told where its end is missing.
  std::optional<size_t> shown_through_;
  std::vector<size_t> all_;
  std::vector<std::string> tagged_;
  std::string bson_;
};

}  // namespace veddb::doc
