// SPDX-License-Identifier: BSD-3-Clause
#include "doc/pipeline/set_path.h"

#include "doc/query/sort.h"

namespace veddb::doc {
namespace {

void AppendPart(DocView doc, const FieldPath& path, size_t part, ValueView value, DocBuilder* out);

// The field `path.part(part)` of what it leads to.
void AppendField(ValueView old, const FieldPath& path, size_t part, ValueView value,
                 DocBuilder* out) {
  const Bytes name = path.part(part);
  if (part + 1 == path.size()) {
    if (!value.missing()) out->Append(name, value);
    return;
  }
  if (value.missing() && old.type != BsonType::kObject) {
    if (!old.missing()) out->Append(name, old);
    return;
  }
  DocBuilder inner = out->Object(name);
  const DocView within = old.type == BsonType::kObject ? old.Document() : DocView();
  AppendPart(within, path, part + 1, value, &inner);
  inner.Finish();
}

void AppendPart(DocView doc, const FieldPath& path, size_t part, ValueView value, DocBuilder* out) {
  bool found = false;
  for (const Element& element : doc) {
    if (!found && element.name == path.part(part)) {
      found = true;
      AppendField(element.value, path, part, value, out);
    } else {
      out->Append(element.name, element.value);
    }
  }
  if (!found) AppendField({}, path, part, value, out);
}

}  // namespace

ValueView PlainValueAt(DocView doc, const FieldPath& path) {
  for (size_t i = 0;; ++i) {
    const ValueView value = doc.Find(path.part(i));
    if (i + 1 == path.size()) return value;
    if (value.type != BsonType::kObject) return {};
    doc = value.Document();
  }
}

void AppendWithValue(DocView doc, const FieldPath& path, ValueView value, std::string* out) {
  DocBuilder builder(out);
  AppendPart(doc, path, 0, value, &builder);
  builder.Finish();
}

Result<FieldPath> ParseStagePath(ValueView value, Bytes what) {
  if (value.type != BsonType::kString) {
    return MakeError(ErrorCode::kBadQuery, std::string(what) + " has to be a path, a string");
  }
  if (value.String().find('\0') != Bytes::npos) {
    return MakeError(ErrorCode::kBadQuery, std::string(what) + ": a path has no NUL");
  }
  FieldPath path(value.String());
  TRY(CheckQueryPath(path, what));
  return path;
}

Result<FieldPath> ParseDollarPath(ValueView value, Bytes what) {
  if (value.type != BsonType::kString || !value.String().starts_with('$')) {
    return MakeError(ErrorCode::kBadQuery,
                     std::string(what) + " has to be a path with a '$' in front");
  }
  const std::string without = TaggedString(value.String().substr(1));
  return ParseStagePath(TaggedView(without), what);
}

}  // namespace veddb::doc
