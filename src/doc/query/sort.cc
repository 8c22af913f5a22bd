// SPDX-License-Identifier: BSD-3-Clause
#include "doc/query/sort.h"

#include "doc/value/id.h"
#include "doc/value/multikey.h"
#include "doc/value/ordered_key.h"
#include "doc/value/whole.h"

namespace veddb::doc {
namespace {

Error BadSort(Bytes path, Bytes what) {
  return MakeError(ErrorCode::kBadQuery,
                   "sort by '" + std::string(path) + "': " + std::string(what));
}

// The value at the path if no array is on the way or at its end; nothing if there is one.
std::optional<ValueView> PlainValue(DocView doc, const FieldPath& path) {
  for (size_t i = 0;; ++i) {
    const ValueView value = doc.Find(path.part(i));
    if (value.type == BsonType::kArray) return std::nullopt;
    if (i + 1 == path.size()) return value;
    if (value.type != BsonType::kObject) return ValueView{};
    doc = value.Document();
  }
}

}  // namespace

Status CheckQueryPath(const FieldPath& path, Bytes what) {
  const auto bad = [&](Bytes why) {
    return MakeError(ErrorCode::kBadQuery,
                     std::string(what) + " '" + path.text() + "': " + std::string(why));
  };
  if (path.size() > kPathPartsMax) return bad("the path is too long");
  if (path.HasEmptyPart()) return bad("a path can't have empty components");
  for (size_t i = 0; i < path.size(); ++i) {
    if (path.part(i)[0] == '$') return bad("a component can't begin with '$'");
  }
  return Ok();
}

Result<SortSpec> SortSpec::ParseJson(Bytes json, const ParseLimits& limits) {
  const std::string bson = TRY(ParseDocument(json, limits));
  return Parse(DocView(bson));
}

Result<SortSpec> SortSpec::Parse(DocView spec) {
  SortSpec sort;
  for (const Element& element : spec) {
    FieldPath path(element.name);
    TRY(CheckQueryPath(path, "sort by"));
    if (element.value.IsContainer()) return BadSort(element.name, "is not supported yet");
    const std::optional<int64_t> direction = WholeNumber(element.value);
    if (!direction || (*direction != 1 && *direction != -1)) {
      return BadSort(element.name, "the direction must be 1 or -1");
    }
    if (sort.paths_.size() == kSortPathsMax) return BadSort(element.name, "more than 32 paths");
    sort.has_id_ = sort.has_id_ || element.name == kIdField;
    sort.paths_.push_back(std::move(path));
    sort.descending_.push_back(*direction < 0);
  }
  return sort;
}

void SortSpec::AppendField(size_t i, ValueView value, std::string* key) const {
  const size_t begin = key->size();
  AppendOrderedKey(value.missing() ? ValueView{BsonType::kNull, value.data} : value, key);
  if (descending_[i]) InvertKey(key, begin);
}

// The common document without arrays on its sort paths: its one key, written in place.
bool SortSpec::AppendPlainKey(DocView doc, std::string* key) const {
  const size_t begin = key->size();
  for (size_t i = 0; i < paths_.size(); ++i) {
    const std::optional<ValueView> value = PlainValue(doc, paths_[i]);
    if (!value) {
      key->resize(begin);
      return false;
    }
    AppendField(i, *value, key);
  }
  return true;
}

// As the encoding follows the direction, the least of a document's keys is the one it sorts by.
Status SortSpec::AppendLeastKey(DocView doc, std::string* key) const {
  std::string least;
  std::string candidate;
  bool first = true;
  TRY(ForEachKey(doc, paths_, [&](std::span<const ValueView> values) {
    candidate.clear();
    for (size_t i = 0; i < values.size(); ++i) AppendField(i, values[i], &candidate);
    if (first || candidate < least) least.swap(candidate);
    first = false;
  }));
  key->append(least);
  return Ok();
}

Status SortSpec::AppendPathsKey(DocView doc, std::string* key) const {
  return AppendPlainKey(doc, key) ? Ok() : AppendLeastKey(doc, key);
}

Status SortSpec::AppendKey(DocView doc, std::string* key) const {
  TRY(AppendPathsKey(doc, key));
  if (!has_id_) AppendOrderedKey(doc.Find(kIdField), key);
  return Ok();
}

}  // namespace veddb::doc
