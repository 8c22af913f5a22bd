// SPDX-License-Identifier: BSD-3-Clause
// $addToSet, $pop, $pullAll.
#include <algorithm>

#include "doc/update/array_value.h"
#include "doc/update/operators.h"
#include "doc/value/compare.h"
#include "doc/value/whole.h"

namespace veddb::doc {
namespace {

bool Holds(const std::vector<ValueView>& values, ValueView wanted) {
  return std::any_of(values.begin(), values.end(),
                     [wanted](ValueView value) { return EqualValues(value, wanted); });
}

class AddToSetModifier final : public Modifier {
 public:
  AddToSetModifier(const UpdateOperand& operand, std::vector<ValueView> values)
      : Modifier(operand.name, operand.path), values_(std::move(values)) {}

  Result<Outcome> Modify(const ModifyContext& context, ValueView before, BsonType* type,
                         std::string* out) const override {
    if (!before.missing() && before.type != BsonType::kArray) {
      return Bad(NoArray(before, context.document));
    }
    std::vector<ValueView> elements = ElementsOf(before);
    const size_t count = elements.size();
    for (const ValueView value : values_) {
      if (!Holds(elements, value)) elements.push_back(value);
    }
    if (!before.missing() && elements.size() == count) return Outcome::kKept;
    return WriteArray(elements, type, out);
  }

 private:
  const std::vector<ValueView> values_;
};

class PopModifier final : public Modifier {
 public:
  PopModifier(const UpdateOperand& operand, bool first)
      : Modifier(operand.name, operand.path), first_(first) {}

  Result<Outcome> Modify(const ModifyContext& context, ValueView before, BsonType* type,
                         std::string* out) const override {
    if (before.missing()) return Outcome::kKept;
    if (before.type != BsonType::kArray) return Bad(NoArray(before, context.document));
    std::vector<ValueView> elements = ElementsOf(before);
    if (elements.empty()) return Outcome::kKept;
    elements.erase(first_ ? elements.begin() : elements.end() - 1);
    return WriteArray(elements, type, out);
  }
  bool IgnoresDeadEnds(const ModifyContext&) const override { return true; }

 private:
  const bool first_;
};

class PullAllModifier final : public Modifier {
 public:
  explicit PullAllModifier(const UpdateOperand& operand)
      : Modifier(operand.name, operand.path), values_(ElementsOf(operand.value)) {}

  Result<Outcome> Modify(const ModifyContext& context, ValueView before, BsonType* type,
                         std::string* out) const override {
    if (before.missing()) return Outcome::kKept;
    if (before.type != BsonType::kArray) return Bad(NoArray(before, context.document));
    std::vector<ValueView> elements = ElementsOf(before);
    if (std::erase_if(elements, [this](ValueView one) { return Holds(values_, one); }) == 0) {
      return Outcome::kKept;
    }
    return WriteArray(elements, type, out);
  }
  bool IgnoresDeadEnds(const ModifyContext&) const override { return true; }

 private:
  const std::vector<ValueView> values_;
};

}  // namespace

std::string NoArray(ValueView value, DocView document) {
  return "the value is no array but " + OfType(value) + ", in the document with _id " +
         JsonText(document.Find("_id"));
}

std::vector<ValueView> ElementsOf(ValueView array) {
  std::vector<ValueView> elements;
  if (array.missing()) return elements;
  for (const Element& element : array.Document()) elements.push_back(element.value);
  return elements;
}

Result<Outcome> WriteArray(const std::vector<ValueView>& elements, BsonType* type,
                           std::string* out) {
  *type = BsonType::kArray;
  ArrayBuilder builder(out);
  for (const ValueView element : elements) builder.Append(element);
  builder.Finish();
  return Outcome::kWritten;
}

Status ParseAddToSet(const UpdateOperand& operand, std::vector<PlacedModifier>* out) {
  std::vector<ValueView> values = {operand.value};
  const bool is_object = operand.value.type == BsonType::kObject;
  const DocView options = is_object ? operand.value.Document() : DocView();
  if (!options.empty() && options.begin()->name == "$each") {
    const ValueView each = options.begin()->value;
    if (each.type != BsonType::kArray) {
      return BadOperand(operand, "$each takes an array, not " + OfType(each));
    }
    if (options.Count() > 1) return BadOperand(operand, "nothing may stand beside $each");
    values = ElementsOf(each);
  }
  out->push_back(
      {std::string(operand.path), std::make_unique<AddToSetModifier>(operand, std::move(values))});
  return Ok();
}

Status ParsePop(const UpdateOperand& operand, std::vector<PlacedModifier>* out) {
  const auto which = WholeNumber(operand.value);
  if (!which || (*which != 1 && *which != -1)) {
    return BadOperand(operand, "it takes 1 (the last element) or -1 (the first)");
  }
  out->push_back({std::string(operand.path), std::make_unique<PopModifier>(operand, *which == -1)});
  return Ok();
}

Status ParsePullAll(const UpdateOperand& operand, std::vector<PlacedModifier>* out) {
  if (operand.value.type != BsonType::kArray) {
    return BadOperand(operand, "it takes an array of values, not " + OfType(operand.value));
  }
  out->push_back({std::string(operand.path), std::make_unique<PullAllModifier>(operand)});
  return Ok();
}

}  // namespace veddb::doc
