// SPDX-License-Identifier: BSD-3-Clause
#include "doc/schema/unordered.h"

#include <algorithm>
#include <vector>

#include "doc/value/builder.h"
#include "doc/value/ordered_key.h"

namespace veddb::doc {
namespace {

void AppendSorted(BsonType type, DocView doc, std::string* out) {
  std::vector<Element> elements;
  for (const Element& element : doc) elements.push_back(element);
  if (type == BsonType::kObject) {
    std::sort(elements.begin(), elements.end(),
              [](const Element& a, const Element& b) { return a.name < b.name; });
  }
  DocBuilder sorted(out);
  for (const Element& element : elements) {
    if (!element.value.IsContainer()) {
      sorted.Append(element.name, element.value);
      continue;
    }
    sorted.Name(element.value.type, element.name);
    AppendSorted(element.value.type, element.value.Document(), out);
  }
  sorted.Finish();
}

}  // namespace

std::string UnorderedKey(ValueView value) {
  if (!value.IsContainer()) return OrderedKey(value);
  std::string sorted;
  AppendSorted(value.type, value.Document(), &sorted);
  return OrderedKey(DocView(sorted).AsValue(value.type));
}

}  // namespace veddb::doc
