// SPDX-License-Identifier: BSD-3-Clause
#include "doc/value/multikey.h"

namespace veddb::doc::multikey_internal {
namespace {

ValueView ElementAt(DocView array, int64_t index) {
  for (const Element& element : array) {
    if (index-- == 0) return element.value;
  }
  return {};
}

bool AnyElementHasField(DocView array, Bytes name) {
  for (const Element& element : array) {
    if (element.value.type != BsonType::kObject) continue;
    if (!element.value.Document().Find(name).missing()) return true;
  }
  return false;
}

void Arrive(ValueView value, Step* step) {
  step->at = Step::At::kValue;
  step->value = value;
}

// The step stands on `value`, which the components before step->part lead to.
void Land(ValueView value, const FieldPath& path, Step* step) {
  if (value.type == BsonType::kArray) {
    step->at = Step::At::kArray;
    step->value = value;
  } else if (step->part == path.size()) {
    Arrive(value, step);
  } else if (value.type == BsonType::kObject) {
    step->at = Step::At::kDocument;
    step->doc = value.Document();
  } else {
    Arrive({}, step);
  }
}

// A number that follows an array is a place in it, unless its elements have fields of that name.
bool TakePlace(const FieldPath& path, Step* step) {
  if (step->at != Step::At::kArray || step->part == path.size()) return false;
  const int64_t index = path.index(step->part);
  const DocView array = step->value.Document();
  if (index == FieldPath::kNotNumeric || AnyElementHasField(array, path.part(step->part))) {
    return false;
  }
  const ValueView element = ElementAt(array, index);
  if (element.missing()) return false;
  ++step->part;
  Land(element, path, step);
  return true;
}

}  // namespace

void Advance(const FieldPath& path, Step* step) {
  for (;;) {
    while (step->at == Step::At::kDocument) {
      const ValueView value = step->doc.Find(path.part(step->part));
      ++step->part;
      Land(value, path, step);
    }
    if (!TakePlace(path, step)) return;
  }
}

void Enter(ValueView element, const FieldPath& path, Step* step) {
  if (step->part == path.size()) return Arrive(element, step);
  if (element.type != BsonType::kObject) return Arrive({}, step);
  step->at = Step::At::kDocument;
  step->doc = element.Document();
}

Result<const char*> AdvanceAll(std::span<const FieldPath> paths, Steps* steps) {
  const char* array = nullptr;
  const FieldPath* first = nullptr;
  for (size_t i = 0; i < paths.size(); ++i) {
    Step& step = (*steps)[i];
    Advance(paths[i], &step);
    if (step.at != Step::At::kArray) continue;
    if (array != nullptr && array != step.value.data) {
      return MakeError(ErrorCode::kBadQuery, "parallel arrays under '" + first->text() + "' and '" +
                                                 paths[i].text() + "'");
    }
    array = step.value.data;
    first = &paths[i];
  }
  return array;
}

}  // namespace veddb::doc::multikey_internal
