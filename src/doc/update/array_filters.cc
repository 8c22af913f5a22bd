// SPDX-License-Identifier: BSD-3-Clause
#include "doc/update/array_filters.h"

#include <algorithm>

#include "doc/match/operators.h"
#include "doc/value/builder.h"

namespace veddb::doc {
namespace {

Error Bad(Bytes what) {
  return MakeError(ErrorCode::kBadQuery, "array filters: " + std::string(what));
}

bool IsLower(char c) { return c >= 'a' && c <= 'z'; }

bool IsAlphanumeric(char c) {
  return IsLower(c) || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

Status CheckName(Bytes name) {
  if (!name.empty() && IsLower(name[0]) && std::all_of(name.begin(), name.end(), IsAlphanumeric)) {
    return Ok();
  }
  return Bad("'" + std::string(name) +
             "' is no name: it takes letters and digits, and a small letter in front");
}

// The one name under which all conditions of the filter stand.
Status FindName(DocView filter, uint32_t depth, std::string* name) {
  if (depth > kFilterDepthMax) {
    return MakeError(ErrorCode::kTooLarge, "the filter is nested deeper than 100 levels");
  }
  for (const Element& element : filter) {
    if (!element.name.empty() && element.name[0] == '$') {
      if (element.value.type != BsonType::kArray) continue;  // the parser has its say later
      for (const Element& one : element.value.Document()) {
        if (one.value.type == BsonType::kObject) {
          TRY(FindName(one.value.Document(), depth + 1, name));
        }
      }
      continue;
    }
    const Bytes found = element.name.substr(0, element.name.find('.'));
    if (!name->empty() && *name != found) {
      return Bad("one names both '" + *name + "' and '" + std::string(found) + "'");
    }
    *name = found;
  }
  return Ok();
}

}  // namespace

bool ArrayFilter::Matches(ValueView element, MatchState& state) const {
  std::string wrapped;
  DocBuilder builder(&wrapped);
  builder.Append(name_, element);
  builder.Finish();
  return condition_->MatchDocument(DocView(wrapped), state);
}

Result<ArrayFilters> ParseArrayFilters(DocView array) {
  ArrayFilters filters;
  for (const Element& element : array) {
    if (element.value.type != BsonType::kObject) return Bad("each has to be an object");
    const DocView filter = element.value.Document();
    std::string name;
    TRY(FindName(filter, 1, &name));
    if (name.empty()) return Bad("one names no element");
    TRY(CheckName(name));
    const bool taken = std::any_of(filters.begin(), filters.end(),
                                   [&name](const auto& other) { return other->name() == name; });
    if (taken) return Bad("'" + name + "' has two of them");
    filters.push_back(
        std::make_unique<ArrayFilter>(name, TRY(ParseFilterDocument(filter, FilterPlace()))));
  }
  return filters;
}

}  // namespace veddb::doc
