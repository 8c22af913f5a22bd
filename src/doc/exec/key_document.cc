// SPDX-License-Identifier: BSD-3-Clause
#include "doc/exec/key_document.h"

#include "doc/value/builder.h"
#include "doc/value/id.h"

namespace veddb::doc {

KeyDocument::KeyDocument(const IndexSpec* spec, std::optional<std::string> shown) : spec_(spec) {
  for (size_t i = 0; i < spec->fields.size(); ++i) {
    const FieldPath& path = spec->fields[i].path;
    if (path.text() != kIdField) all_.push_back(i);
    if (path.size() > 1 && shown && path.text() == *shown) shown_through_ = i;
  }
}

// Fields that go through the same object at component `part` are put into one.
void KeyDocument::AppendFields(const std::vector<size_t>& fields, size_t part, DocBuilder* out) {
  std::vector<bool> done(fields.size(), false);
  for (size_t i = 0; i < fields.size(); ++i) {
    if (done[i]) continue;
    const FieldPath& path = spec_->fields[fields[i]].path;
    if (part + 1 == path.size()) {
      const ValueView value = TaggedView(tagged_[fields[i]]);
      if (!value.missing()) out->Append(path.part(part), value);
      continue;
    }
    std::vector<size_t> together;
    for (size_t j = i; j < fields.size(); ++j) {
      const FieldPath& other = spec_->fields[fields[j]].path;
      if (part + 1 < other.size() && other.part(part) == path.part(part)) {
        together.push_back(fields[j]);
        done[j] = true;
      }
    }
    const size_t mark = out->mark();
    DocBuilder inner = out->Object(path.part(part));
    AppendFields(together, part + 1, &inner);
    const bool empty = inner.empty();
    inner.Finish();
    if (empty) out->Rewind(mark);
  }
}

std::optional<DocView> KeyDocument::Make(const IndexEntryView& entry) {
  if (!DecodeIndexEntry(*spec_, entry, &tagged_)) return std::nullopt;
  if (shown_through_ && TaggedView(tagged_[*shown_through_]).missing()) return std::nullopt;
  bson_.clear();
  DocBuilder out(&bson_);
  out.Append(kIdField, TaggedView(tagged_.back()));
  AppendFields(all_, 0, &out);
  out.Finish();
  return DocView(bson_);
}

}  // namespace veddb::doc
