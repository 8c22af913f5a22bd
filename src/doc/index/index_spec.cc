// SPDX-License-Identifier: BSD-3-Clause
#include "doc/index/index_spec.h"

#include <algorithm>

#include "doc/query/sort.h"
#include "doc/value/builder.h"
#include "doc/value/extjson.h"
#include "doc/value/id.h"
#include "doc/value/whole.h"

namespace veddb::doc {
namespace {

Error BadIndex(const std::string& what) { return MakeError(ErrorCode::kBadQuery, "index " + what); }

// Whether a document matches must follow from the document alone, and a planner must be able to
// tell which filters imply it: MongoDB's list.
bool MayBePartial(const MatchNode& node) {
  switch (node.kind()) {
    case MatchKind::kAnd:
    case MatchKind::kOr: {
      const auto& children = static_cast<const ListNode&>(node).children();
      return std::all_of(children.begin(), children.end(),
                         [](const NodePtr& child) { return MayBePartial(*child); });
    }
    case MatchKind::kCompare:
    case MatchKind::kIn:
    case MatchKind::kExists:
    case MatchKind::kType:
      return true;
    default:
      return false;
  }
}

Error Damaged(Bytes what) {
  return MakeError(ErrorCode::kIoErr,
                   "the definition of an index is not valid: " + std::string(what));
}

}  // namespace

std::vector<FieldPath> IndexSpec::paths() const {
  std::vector<FieldPath> out;
  out.reserve(fields.size());
  for (const IndexField& field : fields) out.push_back(field.path);
  return out;
}

bool IndexSpec::SameKeys(const IndexSpec& other) const {
  return std::equal(fields.begin(), fields.end(), other.fields.begin(), other.fields.end(),
                    [](const IndexField& a, const IndexField& b) {
                      return a.path.text() == b.path.text() && a.descending == b.descending;
                    });
}

bool IndexSpec::SameAs(const IndexSpec& other) const {
  return EncodeIndexSpec(*this) == EncodeIndexSpec(other);
}

Result<std::vector<IndexField>> ParseIndexKeys(Bytes json) {
  const std::string bson = TRY(ParseDocument(json));
  return ParseIndexKeys(DocView(bson));
}

Result<std::vector<IndexField>> ParseIndexKeys(DocView keys) {
  std::vector<IndexField> fields;
  for (const Element& element : keys) {
    IndexField field{FieldPath(element.name)};
    TRY(CheckQueryPath(field.path, "index by"));
    const std::optional<int64_t> direction =
        element.value.IsNumber() ? WholeNumber(element.value) : std::nullopt;
    if (!direction || (*direction != 1 && *direction != -1)) {
      return BadIndex("by '" + field.path.text() + "': the direction must be 1 or -1");
    }
    field.descending = *direction < 0;
    if (fields.size() == kIndexFieldsMax) return BadIndex("keys: more than 32 paths");
    fields.push_back(std::move(field));
  }
  if (fields.empty()) return BadIndex("keys: there must be at least one path");
  return fields;
}

std::string DefaultIndexName(const std::vector<IndexField>& fields) {
  std::string name;
  for (const IndexField& field : fields) {
    if (!name.empty()) name += '_';
    name += field.path.text() + (field.descending ? "_-1" : "_1");
  }
  return name;
}

Status CheckIndexSpec(const IndexSpec& spec) {
  if (spec.name.empty() || spec.name.size() > kIndexNameBytesMax ||
      spec.name.find('\0') != std::string::npos) {
    return BadIndex("name: it must have 1 to " + std::to_string(kIndexNameBytesMax) +
                    " bytes and no NUL");
  }
  if (spec.sparse && spec.partial)
    return BadIndex("options: SPARSE and PARTIAL exclude each other");
  if (spec.partial && !MayBePartial(spec.partial->root())) {
    return BadIndex(
        "option PARTIAL: only equality, $gt, $gte, $lt, $lte, $in, $exists, $type, $and and $or");
  }
  if (!spec.ttl_seconds) return Ok();
  if (spec.fields.size() > 1) return BadIndex("option TTL: it needs an index of one path");
  if (spec.fields[0].path.text() == kIdField) return BadIndex("option TTL: not on _id");
  return Ok();
}

void AppendIndexSpec(const IndexSpec& spec, DocBuilder* out) {
  out->String("name", spec.name);
  DocBuilder keys = out->Object("keys");
  for (const IndexField& field : spec.fields) {
    keys.Int32(field.path.text(), field.descending ? -1 : 1);
  }
  keys.Finish();
  if (spec.unique) out->Bool("unique", true);
  if (spec.sparse) out->Bool("sparse", true);
  if (spec.ttl_seconds) out->Int64("ttl", *spec.ttl_seconds);
  if (spec.partial) {
    out->Append("partial", spec.partial->document().AsValue(BsonType::kObject));
  }
}

std::string EncodeIndexSpec(const IndexSpec& spec) {
  std::string bson;
  DocBuilder out(&bson);
  AppendIndexSpec(spec, &out);
  out.Finish();
  return bson;
}

Result<IndexSpec> DecodeIndexSpec(DocView bson) {
  IndexSpec spec;
  const ValueView name = bson.Find("name");
  const ValueView keys = bson.Find("keys");
  if (name.type != BsonType::kString || keys.type != BsonType::kObject) return Damaged("fields");
  spec.name = std::string(name.String());
  Result<std::vector<IndexField>> fields = ParseIndexKeys(keys.Document());
  if (!fields.ok()) return Damaged(fields.error().message);
  spec.fields = fields.TakeValue();
  spec.unique = !bson.Find("unique").missing();
  spec.sparse = !bson.Find("sparse").missing();
  if (const ValueView ttl = bson.Find("ttl"); !ttl.missing()) {
    if (ttl.type != BsonType::kInt64) return Damaged("ttl");
    spec.ttl_seconds = ttl.Int64();
  }
  if (const ValueView partial = bson.Find("partial"); !partial.missing()) {
    if (partial.type != BsonType::kObject) return Damaged("partial");
    Result<Filter> filter = Filter::Parse(partial.Document());
    if (!filter.ok()) return Damaged(filter.error().message);
    spec.partial = std::make_shared<const Filter>(filter.TakeValue());
  }
  return spec;
}

}  // namespace veddb::doc
