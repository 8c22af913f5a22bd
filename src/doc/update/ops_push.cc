// SPDX-License-Identifier: BSD-3-Clause
// $push, with $each, $position, $slice and $sort.
#include <algorithm>
#include <optional>

#include "doc/query/sort.h"
#include "doc/update/array_value.h"
#include "doc/update/operators.h"
#include "doc/value/compare.h"
#include "doc/value/path.h"
#include "doc/value/whole.h"

namespace veddb::doc {
namespace {

// The order of $sort: of whole elements, or by paths within them.
struct PushSort {
  std::vector<FieldPath> paths;  // none: whole elements
  std::vector<bool> descending;  // one a path; one for whole elements
};

// The value at a path in an element; absent ones sort as null. Arrays are entered by place only.
ValueView FindInElement(ValueView element, const FieldPath& path) {
  static constexpr ValueView kNull{BsonType::kNull, ""};
  for (size_t i = 0; i < path.size(); ++i) {
    if (!element.IsContainer()) return kNull;
    element = element.Document().Find(path.part(i));
  }
  return element.missing() ? kNull : element;
}

bool SortsBefore(const PushSort& sort, ValueView a, ValueView b) {
  if (sort.paths.empty()) {
    const int order = CompareValues(a, b);
    return sort.descending[0] ? order > 0 : order < 0;
  }
  for (size_t i = 0; i < sort.paths.size(); ++i) {
    const int order =
        CompareValues(FindInElement(a, sort.paths[i]), FindInElement(b, sort.paths[i]));
    if (order != 0) return sort.descending[i] ? order > 0 : order < 0;
  }
  return false;
}

struct PushOptions {
  std::vector<ValueView> values;
  std::optional<int64_t> position;
  std::optional<int64_t> slice;
  std::optional<PushSort> sort;
};

class PushModifier final : public Modifier {
 public:
  PushModifier(const UpdateOperand& operand, PushOptions options)
      : Modifier(operand.name, operand.path), options_(std::move(options)) {}

  Result<Outcome> Modify(const ModifyContext& context, ValueView before, BsonType* type,
                         std::string* out) const override {
    if (!before.missing() && before.type != BsonType::kArray) {
      return Bad(NoArray(before, context.document));
    }
    std::vector<ValueView> elements = ElementsOf(before);
    elements.insert(elements.begin() + Position(elements.size()), options_.values.begin(),
                    options_.values.end());
    if (options_.sort) {
      std::stable_sort(elements.begin(), elements.end(), [this](ValueView a, ValueView b) {
        return SortsBefore(*options_.sort, a, b);
      });
    }
    if (options_.slice) Cut(*options_.slice, elements);
    return WriteArray(elements, type, out);
  }

 private:
  ptrdiff_t Position(size_t size) const {
    const auto end = static_cast<int64_t>(size);
    const int64_t at = options_.position.value_or(end);
    return at >= 0 ? std::min(at, end) : std::max<int64_t>(0, end + at);
  }
  static void Cut(int64_t slice, std::vector<ValueView>& elements) {
    const auto size = static_cast<int64_t>(elements.size());
    if (slice >= size || slice <= -size) return;
    if (slice >= 0) {
      elements.resize(static_cast<size_t>(slice));
    } else {
      elements.erase(elements.begin(), elements.end() + slice);
    }
  }

  const PushOptions options_;
};

Result<int64_t> ParseWhole(const UpdateOperand& operand, const Element& option) {
  const auto number = WholeNumber(option.value);
  if (number && *number > INT64_MIN) return *number;
  return BadOperand(operand, std::string(option.name) + " takes a whole number");
}

Result<bool> ParseDirection(const UpdateOperand& operand, ValueView value) {
  const auto number = WholeNumber(value);
  if (number && (*number == 1 || *number == -1)) return *number == -1;
  return BadOperand(operand, "$sort takes 1 or -1, or an object of paths with 1 or -1 each");
}

Result<PushSort> ParsePushSort(const UpdateOperand& operand, ValueView value) {
  PushSort sort;
  if (value.type != BsonType::kObject) {
    sort.descending.push_back(TRY(ParseDirection(operand, value)));
    return sort;
  }
  for (const Element& element : value.Document()) {
    sort.paths.emplace_back(element.name);
    TRY(CheckQueryPath(sort.paths.back(), "$sort of $push"));
    sort.descending.push_back(TRY(ParseDirection(operand, element.value)));
  }
  if (sort.paths.empty()) return BadOperand(operand, "$sort names no path");
  return sort;
}

Result<PushOptions> ParsePushOptions(const UpdateOperand& operand) {
  PushOptions options;
  const bool is_object = operand.value.type == BsonType::kObject;
  if (!is_object || operand.value.Document().Find("$each").missing()) {
    options.values.push_back(operand.value);
    return options;
  }
  for (const Element& option : operand.value.Document()) {
    if (option.name == "$each") {
      if (option.value.type != BsonType::kArray) {
        return BadOperand(operand, "$each takes an array, not " + OfType(option.value));
      }
      options.values = ElementsOf(option.value);
    } else if (option.name == "$position") {
      options.position = TRY(ParseWhole(operand, option));
    } else if (option.name == "$slice") {
      options.slice = TRY(ParseWhole(operand, option));
    } else if (option.name == "$sort") {
      options.sort = TRY(ParsePushSort(operand, option.value));
    } else {
      return BadOperand(operand, "unknown '" + std::string(option.name) + "' beside $each");
    }
  }
  return options;
}

}  // namespace

Status ParsePush(const UpdateOperand& operand, std::vector<PlacedModifier>* out) {
  auto options = TRY(ParsePushOptions(operand));
  out->push_back(
      {std::string(operand.path), std::make_unique<PushModifier>(operand, std::move(options))});
  return Ok();
}

}  // namespace veddb::doc
