// SPDX-License-Identifier: BSD-3-Clause
// The keys of a document under several paths at once, as sorts and indexes need them: where a path
// runs into an array, there is a key for every element; paths that run into the same array take the
// same element in a key. Pure.
//   {a: [{b: 1, c: 2}, {b: 3}]} under a.b, a.c  ->  (1, 2) and (3, missing)
#pragma once
#include <span>
#include <vector>

#include "base/result.h"
#include "doc/value/path.h"

namespace veddb::doc {

// Calls fn(span<const ValueView>) for every key, one value a path. An absent field is a missing
// value, an empty array at a path's end is undefined. BADQUERY if two paths run into different
// arrays.
template <typename Fn>
Status ForEachKey(DocView doc, std::span<const FieldPath> paths, Fn&& fn);

namespace multikey_internal {

// How far one path has come: at `doc` before component `part`, in an array before it, or at its
// value.
struct Step {
  enum class At : uint8_t { kDocument, kArray, kValue };
  At at = At::kDocument;
  size_t part = 0;
  DocView doc;
  ValueView value;
};
using Steps = std::vector<Step>;

// Walks until the value or an array.
void Advance(const FieldPath& path, Step* step);
// From an array into one of its elements.
void Enter(ValueView element, const FieldPath& path, Step* step);
// Advances all; the array that they stand at (null: none). An error if there are two.
Result<const char*> AdvanceAll(std::span<const FieldPath> paths, Steps* steps);

template <typename Fn>
Status Expand(std::span<const FieldPath> paths, Steps steps, Fn& fn) {
  const char* array = TRY(AdvanceAll(paths, &steps));
  if (array == nullptr) {
    std::vector<ValueView> values;
    values.reserve(steps.size());
    for (const Step& step : steps) values.push_back(step.value);
    fn(std::span<const ValueView>(values));
    return Ok();
  }
  const DocView elements(array);
  if (elements.empty()) {
    for (size_t i = 0; i < steps.size(); ++i) {
      if (steps[i].at != Step::At::kArray) continue;
      const bool ends_here = steps[i].part == paths[i].size();
      steps[i].at = Step::At::kValue;
      steps[i].value = ends_here ? ValueView{BsonType::kUndefined, array} : ValueView{};
    }
    return Expand(paths, std::move(steps), fn);
  }
  for (const Element& element : elements) {
    Steps inner = steps;
    for (size_t i = 0; i < inner.size(); ++i) {
      if (inner[i].at == Step::At::kArray) Enter(element.value, paths[i], &inner[i]);
    }
    TRY(Expand(paths, std::move(inner), fn));
  }
  return Ok();
}

}  // namespace multikey_internal

template <typename Fn>
Status ForEachKey(DocView doc, std::span<const FieldPath> paths, Fn&& fn) {
  multikey_internal::Steps steps(paths.size());
  for (multikey_internal::Step& step : steps) step.doc = doc;
  return multikey_internal::Expand(paths, std::move(steps), fn);
}

}  // namespace veddb::doc
