// SPDX-License-Identifier: BSD-3-Clause
// Objects and their fields; what is taken literally.
#include <absl/container/flat_hash_map.h>

#include <array>

#include "doc/expression/arguments.h"
#include "doc/expression/parser.h"

namespace veddb::doc::expression {
namespace {

Result<NodePtr> ParseLiteral(Parser& /*parser*/, const Operator& /*row*/, ValueView operand) {
  return NodePtr(std::make_unique<ConstantNode>(operand));
}

Result<ValueView> Literal(const Call& /*call*/, Arguments values) { return values[0]; }

// Replaces the value of a field in place, or adds the field. A missing value takes it away.
void Put(std::vector<Element>& fields, Bytes name, ValueView value) {
  for (Element& field : fields) {
    if (field.name == name) {
      field.value = value;
      return;
    }
  }
  fields.push_back({name, value});
}

std::vector<Element> FieldsOf(DocView object) {
  std::vector<Element> fields;
  for (const Element& field : object) fields.push_back(field);
  return fields;
}

Result<ValueView> MergeObjects(const Call& call, Arguments values) {
  std::vector<ValueView> objects(values.begin(), values.end());
  // A single array stands for its elements.
  if (values.size() == 1 && values[0].type == BsonType::kArray) {
    objects = ElementsOf(values[0].Document());
  }
  // Fields by name, so that many objects do not take the square of their fields.
  absl::flat_hash_map<Bytes, size_t> places;
  std::vector<Element> fields;
  for (const ValueView object : objects) {
    if (object.IsNullish()) continue;
    if (object.type != BsonType::kObject) return call.BadType("an argument", "an object", object);
    for (const Element& field : object.Document()) {
      const auto [it, inserted] = places.emplace(field.name, fields.size());
      if (inserted) {
        fields.push_back(field);
      } else {
        fields[it->second].value = field.value;
      }
    }
  }
  return call.run.Object(fields);
}

// The name of a field: as a constant, so that it is known what is read.
Status CheckFieldName(const Operator& row, ValueView field) {
  Parser parser{Scope()};
  const NodePtr name = TRY(parser.Parse(field));
  const std::optional<ValueView> constant = name->constant();
  if (!constant || constant->type != BsonType::kString) {
    return Parser::Bad(row, "'field' must be a constant string");
  }
  if (constant->String().find('\0') != Bytes::npos) {
    return Parser::Bad(row, "the name of a field has no NUL");
  }
  return Ok();
}

Result<NodePtr> ParseGetField(Parser& parser, const Operator& row, ValueView operand) {
  std::vector<ValueView> values = {operand, ValueView()};
  const bool named =
      operand.type == BsonType::kObject &&
      !(operand.Document().empty() || operand.Document().begin()->name.starts_with('$'));
  if (named) values = TRY(parser.NamedValues(row, "field ?input", operand));
  TRY(CheckFieldName(row, values[0]));
  CallNode::Parts parts{.row = &row};
  parts.arguments.push_back(TRY(parser.Parse(values[0])));
  if (values[1].missing()) {
    parts.arguments.push_back(parser.Current());
  } else {
    parts.arguments.push_back(TRY(parser.Parse(values[1])));
  }
  return parser.Finish(std::move(parts));
}

Result<ValueView> GetField(const Call& /*call*/, Arguments values) {
  const ValueView input = values[1];
  if (input.type == BsonType::kObject) return input.Document().Find(values[0].String());
  if (input.missing() || !input.IsNullish()) return ValueView();
  return Evaluation::Null();
}

Result<NodePtr> ParseSetField(Parser& parser, const Operator& row, ValueView operand) {
  const std::vector<ValueView> values = TRY(parser.NamedValues(row, row.names, operand));
  TRY(CheckFieldName(row, values[0]));
  CallNode::Parts parts{.row = &row};
  for (const ValueView value : values) parts.arguments.push_back(TRY(parser.Parse(value)));
  return parser.Finish(std::move(parts));
}

Result<ValueView> Replaced(const Call& call, Bytes name, ValueView input, ValueView value) {
  if (input.IsNullish()) return Evaluation::Null();
  if (input.type != BsonType::kObject) return call.BadType("the input", "an object", input);
  std::vector<Element> fields = FieldsOf(input.Document());
  Put(fields, name, value);
  return call.run.Object(fields);
}

Result<ValueView> SetField(const Call& call, Arguments values) {
  return Replaced(call, values[0].String(), values[1], values[2]);
}

Result<ValueView> UnsetField(const Call& call, Arguments values) {
  return Replaced(call, values[0].String(), values[1], ValueView());
}

constexpr std::array kTable = {
    Operator{.name = "$getField",
             .eager = GetField,
             .parse = ParseGetField,
             .doc = "A field of an object (of the document, if none is given), whatever is in its "
                    "name."},
    Operator{.name = "$literal",
             .eager = Literal,
             .parse = ParseLiteral,
             .doc = "The value as it is written."},
    Operator{.name = "$mergeObjects",
             .list = List{0, kAny},
             .eager = MergeObjects,
             .doc = "One object with the fields of all; the last value of a field counts."},
    Operator{.name = "$setField",
             .names = "field input value",
             .eager = SetField,
             .parse = ParseSetField,
             .doc = "The object with a field set; $$REMOVE takes it away."},
    Operator{.name = "$unsetField",
             .names = "field input",
             .eager = UnsetField,
             .parse = ParseSetField,
             .doc = "The object without a field."},
};

}  // namespace

std::span<const Operator> ObjectOperators() { return kTable; }

}  // namespace veddb::doc::expression
