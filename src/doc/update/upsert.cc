// SPDX-License-Identifier: BSD-3-Clause
// The document that an upsert begins with.
#include "doc/match/operators.h"
#include "doc/update/apply.h"
#include "doc/update/update.h"
#include "doc/value/path.h"

namespace veddb::doc {
namespace {

struct Equality {
  Bytes path;
  ValueView value;
};

// A regular expression asks whether a value matches, whatever else it may equal.
bool IsPlain(ValueView value) { return value.type != BsonType::kRegex && !IsOperatorObject(value); }

// The value that one operator says the field equals; missing: none.
ValueView EqualityOf(const Element& operation) {
  if (operation.name == "$eq") return operation.value;
  if (operation.name != "$in" && operation.name != "$all") return {};
  if (operation.value.type != BsonType::kArray) return {};
  const DocView values = operation.value.Document();
  if (values.Count() != 1 || !IsPlain(values.begin()->value)) return {};
  return values.begin()->value;
}

// REQUIRES: a filter that has been parsed, so nesting is bounded.
void Collect(DocView filter, std::vector<Equality>* out) {
  for (const Element& element : filter) {
    const bool conjunction =
        element.name == "$and" || (element.name == "$or" && element.value.Document().Count() == 1);
    if (conjunction) {
      for (const Element& part : element.value.Document()) Collect(part.value.Document(), out);
    }
    if (element.name.starts_with('$')) continue;
    if (IsOperatorObject(element.value)) {
      for (const Element& operation : element.value.Document()) {
        const ValueView value = EqualityOf(operation);
        if (!value.missing()) out->push_back({element.name, value});
      }
    } else if (IsPlain(element.value)) {
      out->push_back({element.name, element.value});
    }
  }
}

}  // namespace

Result<std::string> DocumentOfFilter(const Filter& filter) {
  std::vector<Equality> equalities;
  Collect(filter.document(), &equalities);
  std::vector<PlacedModifier> placed;
  UpdateNode root;
  for (const Equality& equality : equalities) {
    TRY(ParseSet({"upsert", equality.path, equality.value}, &placed));
    PathParts parts;
    const FieldPath path(equality.path);
    for (size_t i = 0; i < path.size(); ++i) {
      parts.push_back({.name = std::string(path.part(i))});
    }
    TRY(AddLeaf(root, parts, *placed.back().modifier, {}));
  }
  std::string out;
  TRY(UpdateWalk(ModifyContext()).Run(root, &out));
  return out;
}

}  // namespace veddb::doc
