// SPDX-License-Identifier: BSD-3-Clause
#include "doc/expression/node.h"

#include <absl/container/inlined_vector.h>

#include "doc/expression/operators.h"

namespace veddb::doc::expression {
namespace {

constexpr size_t kUsualArguments = 4;

// What is found behind an array: the values in the objects that are its elements.
Result<ValueView> ValuesInArray(DocView array, const FieldPath& path, size_t part,
                                Evaluation& run) {
  std::vector<ValueView> values;
  for (const Element& element : array) {
    if (element.value.type != BsonType::kObject) continue;
    const ValueView value = TRY(ValueAtPath(element.value.Document(), path, part, run));
    if (!value.missing()) values.push_back(value);
  }
  return run.Array(values);
}

}  // namespace

Result<ValueView> ValueAtPath(DocView doc, const FieldPath& path, size_t part, Evaluation& run) {
  for (;; ++part) {
    const ValueView value = doc.Find(path.part(part));
    if (part + 1 == path.size()) return value;
    if (value.type == BsonType::kArray) {
      return ValuesInArray(value.Document(), path, part + 1, run);
    }
    if (value.type != BsonType::kObject) return ValueView();
    doc = value.Document();
  }
}

Result<ValueView> PathNode::Evaluate(Evaluation& run) const {
  const ValueView from =
      slot_ == kNoSlot ? run.root().AsValue(BsonType::kObject) : run.variable(slot_);
  if (!path_) return from;
  if (from.type == BsonType::kObject) return ValueAtPath(from.Document(), *path_, 0, run);
  if (from.type == BsonType::kArray) return ValuesInArray(from.Document(), *path_, 0, run);
  return ValueView();
}

Result<ValueView> ObjectNode::Evaluate(Evaluation& run) const {
  std::vector<Element> fields;
  fields.reserve(fields_.size());
  for (const Field& field : fields_)
    fields.push_back({field.name, TRY(field.value->Evaluate(run))});
  return run.Object(fields);
}

Result<ValueView> ArrayNode::Evaluate(Evaluation& run) const {
  std::vector<ValueView> elements;
  elements.reserve(elements_.size());
  for (const NodePtr& element : elements_) elements.push_back(TRY(element->Evaluate(run)));
  return run.Array(elements);
}

Result<ValueView> CallNode::Evaluate(Evaluation& run) const {
  TRY(run.Step());
  const Call call(parts_, run);
  if (parts_.row->lazy != nullptr) return parts_.row->lazy(call);
  absl::InlinedVector<ValueView, kUsualArguments> values;
  for (const NodePtr& argument : parts_.arguments) {
    values.push_back(argument == nullptr ? ValueView() : TRY(argument->Evaluate(run)));
  }
  return parts_.row->eager(call, {values.data(), values.size()});
}

}  // namespace veddb::doc::expression
