// SPDX-License-Identifier: BSD-3-Clause
// Arrays made of others, of numbers, of objects; and objects of arrays.
#include <absl/container/flat_hash_map.h>

#include <array>
#include <cstdlib>

#include "doc/expression/arguments.h"
#include "doc/expression/parser.h"

namespace veddb::doc::expression {
namespace {

Result<ValueView> ConcatArrays(const Call& call, Arguments values) {
  std::vector<ValueView> all;
  bool null = false;
  for (const ValueView value : values) {
    if (value.IsNullish()) {
      null = true;
      continue;
    }
    for (const Element& element : TRY(AsArray(call, "an argument", value))) {
      all.push_back(element.value);
    }
  }
  if (null) return Evaluation::Null();
  return call.run.Array(all);
}

Result<ValueView> ReverseArray(const Call& call, Arguments values) {
  if (AnyNullish(values)) return Evaluation::Null();
  std::vector<ValueView> all = ElementsOf(TRY(AsArray(call, "the argument", values[0])));
  std::reverse(all.begin(), all.end());
  return call.run.Array(all);
}

// Bytes of an element at the least: type, index, number.
constexpr size_t kElementBytesMin = 16;

Result<ValueView> Range(const Call& call, Arguments values) {
  const int64_t start = TRY(AsInt32(call, "the start", values[0]));
  const int64_t end = TRY(AsInt32(call, "the end", values[1]));
  const int64_t step = values.size() > 2 ? TRY(AsInt32(call, "the step", values[2])) : 1;
  if (step == 0) return call.Bad("the step must not be 0");
  const int64_t span = step > 0 ? end - start : start - end;
  const int64_t width = std::abs(step);
  const int64_t count = span <= 0 ? 0 : (span + width - 1) / width;
  TRY(call.run.CheckRoom(static_cast<size_t>(count) * kElementBytesMin));
  std::vector<ValueView> numbers;
  numbers.reserve(static_cast<size_t>(count));
  for (int64_t i = 0; i < count; ++i) {
    numbers.push_back(call.run.Int32(static_cast<int32_t>(start + i * step)));
  }
  return call.run.Array(numbers);
}

Result<ValueView> Slice(const Call& call, Arguments values) {
  if (AnyNullish(values)) return Evaluation::Null();
  const std::vector<ValueView> all =
      ElementsOf(TRY(AsArray(call, "the first argument", values[0])));
  const auto size = static_cast<int64_t>(all.size());
  int64_t begin = 0;
  int64_t count = TRY(AsInt32(call, "a number", values.back()));
  if (values.size() == 3) {
    begin = TRY(AsInt32(call, "a number", values[1]));
    if (count <= 0) return call.Bad("the count behind a place must be positive");
    if (begin < 0) begin = std::max<int64_t>(0, size + begin);
  } else if (count < 0) {
    begin = std::max<int64_t>(0, size + count);
    count = size;
  }
  begin = std::min(begin, size);
  count = std::min(count, size - begin);
  return call.run.Array(
      std::span(all).subspan(static_cast<size_t>(begin), static_cast<size_t>(count)));
}

// --- objects ---

Result<ValueView> ObjectToArray(const Call& call, Arguments values) {
  if (AnyNullish(values)) return Evaluation::Null();
  if (values[0].type != BsonType::kObject) {
    return call.BadType("the argument", "an object", values[0]);
  }
  std::vector<ValueView> pairs;
  for (const Element& field : values[0].Document()) {
    const std::array<Element, 2> pair = {Element{"k", TRY(call.run.String(field.name))},
                                         Element{"v", field.value}};
    pairs.push_back(TRY(call.run.Object(pair)));
  }
  return call.run.Array(pairs);
}

// `[name, value]` or `{k: name, v: value}`, as the first one is.
Result<Element> PairOf(const Call& call, ValueView pair, BsonType form) {
  if (pair.type != form || !pair.IsContainer()) {
    return call.Bad("the elements must all be arrays of two, or all objects with k and v");
  }
  const DocView fields = pair.Document();
  const bool array = form == BsonType::kArray;
  const ValueView name = fields.Find(array ? "0" : "k");
  const ValueView value = fields.Find(array ? "1" : "v");
  if (fields.Count() != 2 || name.missing() || value.missing()) {
    return call.Bad("an element must be an array of two, or an object with k and v");
  }
  if (name.type != BsonType::kString) return call.BadType("a name", "a string", name);
  if (name.String().find('\0') != Bytes::npos) return call.Bad("a name must not have a NUL");
  return Element{name.String(), value};
}

Result<ValueView> ArrayToObject(const Call& call, Arguments values) {
  if (AnyNullish(values)) return Evaluation::Null();
  const DocView array = TRY(AsArray(call, "the argument", values[0]));
  std::vector<Element> fields;
  absl::flat_hash_map<Bytes, size_t> places;
  for (const Element& element : array) {
    const Element field = TRY(PairOf(call, element.value, array.begin()->value.type));
    const auto [it, inserted] = places.emplace(field.name, fields.size());
    if (inserted) {
      fields.push_back(field);
    } else {
      fields[it->second].value = field.value;
    }
  }
  return call.run.Object(fields);
}

// --- $sortArray ---

struct ArrayOrder final : Compiled {
  struct Key {
    FieldPath path;
    bool descending;
  };
  std::vector<Key> keys;  // none: the whole value
  bool descending = false;
};

std::optional<bool> IsDescending(ValueView direction) {
  const std::optional<int64_t> whole = WholeNumber(direction);
  if (whole == 1) return false;
  if (whole == -1) return true;
  return std::nullopt;
}

Result<NodePtr> ParseSortArray(Parser& parser, const Operator& row, ValueView operand) {
  const std::vector<ValueView> values = TRY(parser.NamedValues(row, "input sortBy", operand));
  auto order = std::make_unique<ArrayOrder>();
  if (values[1].type == BsonType::kObject) {
    for (const Element& element : values[1].Document()) {
      const auto descending = IsDescending(element.value);
      if (!descending || element.name.empty()) {
        return Parser::Bad(row, "'sortBy' must give paths the directions 1 or -1");
      }
      order->keys.push_back({FieldPath(element.name), *descending});
    }
    if (order->keys.empty()) return Parser::Bad(row, "'sortBy' must not be empty");
  } else {
    const auto descending = IsDescending(values[1]);
    if (!descending) return Parser::Bad(row, "'sortBy' must be 1, -1 or an object of paths");
    order->descending = *descending;
  }
  CallNode::Parts parts{.row = &row};
  parts.arguments.push_back(TRY(parser.Parse(values[0])));
  parts.compiled = std::move(order);
  return parser.Finish(std::move(parts));
}

// Without entering arrays but by index; what is not there counts as null.
ValueView SortKeyOf(ValueView value, const FieldPath& path) {
  for (size_t i = 0; i < path.size(); ++i) {
    if (!value.IsContainer() || (i == 0 && value.type != BsonType::kObject)) {
      return Evaluation::Null();
    }
    value = value.Document().Find(path.part(i));
  }
  return value.missing() ? Evaluation::Null() : value;
}

Result<ValueView> SortArray(const Call& call, Arguments values) {
  if (AnyNullish(values)) return Evaluation::Null();
  std::vector<ValueView> all = ElementsOf(TRY(AsArray(call, "the input", values[0])));
  const auto& order = *call.compiled<ArrayOrder>();
  std::stable_sort(all.begin(), all.end(), [&order](ValueView a, ValueView b) {
    for (const ArrayOrder::Key& key : order.keys) {
      const int compared = CompareValues(SortKeyOf(a, key.path), SortKeyOf(b, key.path));
      if (compared != 0) return key.descending ? compared > 0 : compared < 0;
    }
    if (!order.keys.empty()) return false;
    const int compared = CompareValues(a, b);
    return order.descending ? compared > 0 : compared < 0;
  });
  return call.run.Array(all);
}

// --- $zip ---

Result<bool> IsLongest(const Call& call, ValueView longest) {
  if (longest.missing()) return false;
  if (longest.type != BsonType::kBool) {
    return call.BadType("'useLongestLength'", "true or false", longest);
  }
  return longest.Bool();
}

Result<ValueView> Zip(const Call& call, Arguments values) {
  const bool longest = TRY(IsLongest(call, values[1]));
  if (values[0].IsNullish()) return Evaluation::Null();
  std::vector<std::vector<ValueView>> inputs;
  size_t rows = 0;
  for (const Element& input : TRY(AsArray(call, "'inputs'", values[0]))) {
    if (input.value.IsNullish()) return Evaluation::Null();
    inputs.push_back(ElementsOf(TRY(AsArray(call, "an input", input.value))));
    const size_t size = inputs.back().size();
    rows = inputs.size() == 1 ? size : longest ? std::max(rows, size) : std::min(rows, size);
  }
  if (inputs.empty()) return call.Bad("'inputs' must not be empty");
  std::vector<ValueView> defaults(inputs.size(), Evaluation::Null());
  if (!values[2].IsNullish()) {
    if (!longest) return call.Bad("'defaults' need 'useLongestLength'");
    defaults = ElementsOf(TRY(AsArray(call, "'defaults'", values[2])));
    if (defaults.size() != inputs.size()) return call.Bad("every input needs one of 'defaults'");
  }
  std::vector<ValueView> out;
  std::vector<ValueView> row(inputs.size());
  for (size_t i = 0; i < rows; ++i) {
    for (size_t j = 0; j < inputs.size(); ++j) {
      row[j] = i < inputs[j].size() ? inputs[j][i] : defaults[j];
    }
    out.push_back(TRY(call.run.Array(row)));
  }
  return call.run.Array(out);
}

constexpr List kOne{1, 1};

constexpr std::array kTable = {
    Operator{.name = "$arrayToObject",
             .list = kOne,
             .eager = ArrayToObject,
             .doc = "The object of an array of [name, value] or {k: name, v: value}."},
    Operator{.name = "$concatArrays",
             .list = List{0, kAny},
             .eager = ConcatArrays,
             .doc = "One array of the elements of all."},
    Operator{.name = "$objectToArray",
             .list = kOne,
             .eager = ObjectToArray,
             .doc = "The fields of an object as an array of {k: name, v: value}."},
    Operator{.name = "$range",
             .list = List{2, 3},
             .eager = Range,
             .doc = "The whole numbers from one to before another, by a step."},
    Operator{.name = "$reverseArray",
             .list = kOne,
             .eager = ReverseArray,
             .doc = "The elements from the last to the first."},
    Operator{.name = "$slice",
             .list = List{2, 3},
             .eager = Slice,
             .doc = "So many elements, from a place on; below 0: from the end."},
    Operator{.name = "$sortArray",
             .eager = SortArray,
             .parse = ParseSortArray,
             .doc = "The elements in the order of their values, or of fields in them."},
    Operator{.name = "$zip",
             .names = "inputs ?useLongestLength ?defaults",
             .eager = Zip,
             .doc = "Arrays of the first elements of all inputs, of the second, and so on."},
};

}  // namespace

std::span<const Operator> ArrayMakingOperators() { return kTable; }

}  // namespace veddb::doc::expression
