// SPDX-License-Identifier: BSD-3-Clause
// The grammar of filters around the operators: fields, implicit equality, objects of operators.
#include "doc/match/filter.h"
#include "doc/match/operators.h"

namespace veddb::doc {
namespace {

Error TooDeep() {
  return MakeError(ErrorCode::kTooLarge, "the filter is nested deeper than 100 levels");
}

Error Unknown(Bytes name, Bytes where) {
  return MakeError(ErrorCode::kBadQuery,
                   "unknown operator " + std::string(name) + std::string(where));
}

// The fields of a DBRef are no operators, inside $elemMatch.
bool IsDbRefField(Bytes name) { return name == "$ref" || name == "$id" || name == "$db"; }

bool IsDbRef(DocView doc) { return !doc.Find("$ref").missing() && !doc.Find("$id").missing(); }

Result<NodePtr> ParseTopOperator(const Element& element, const FilterPlace& place) {
  const MatchOperator* row = FindMatchOperator(element.name);
  if (row == nullptr) return Unknown(element.name, " at the top of a filter");
  const TopOperand operand{element.name, element.value, place};
  if (row->top == nullptr) return BadOperand(operand, "stands only behind a path");
  NodePtr node = TRY(row->top(operand));
  if (node != nullptr) node->set_source({"", std::string(element.name), element.value});
  return node;
}

// `{path: value}`: equality, a regular expression, or an object of operators.
Result<NodePtr> ParseField(const Element& element, const FilterPlace& place) {
  const FieldPath path(element.name);
  if (IsOperatorObject(element.value)) {
    return ParseFieldOperators(path, element.value.Document(), place);
  }
  const FieldOperand operand{"$eq", path, element.value, DocView(), place};
  NodePtr node =
      TRY(element.value.type == BsonType::kRegex ? ParseRegexLiteral(operand) : ParseEq(operand));
  node->set_source({path.text(), "$eq", element.value});
  return node;
}

}  // namespace

bool IsOperatorObject(ValueView value) {
  if (value.type != BsonType::kObject) return false;
  const auto first = value.Document().begin();
  if (first.done() || first->name.empty() || first->name[0] != '$') return false;
  return !IsDbRef(value.Document());
}

bool TestsValues(ValueView condition) {
  if (!IsOperatorObject(condition)) return false;
  const MatchOperator* row = FindMatchOperator(condition.Document().begin()->name);
  return row == nullptr || row->field != nullptr;
}

Result<NodePtr> ParseFieldOperators(const FieldPath& path, DocView operators,
                                    const FilterPlace& place) {
  if (place.depth > kFilterDepthMax) return TooDeep();
  std::vector<NodePtr> children;
  for (const Element& element : operators) {
    const FieldOperand operand{element.name, path, element.value, operators, place};
    const MatchOperator* row = FindMatchOperator(element.name);
    if (row == nullptr) return Unknown(element.name, " of '" + path.text() + "'");
    if (row->field == nullptr) return BadOperand(operand, "does not stand behind a path");
    NodePtr node = TRY(row->field(operand));
    if (node == nullptr) continue;
    node->set_source({path.text(), std::string(element.name), element.value});
    children.push_back(std::move(node));
  }
  return AndOf(std::move(children));
}

Result<NodePtr> ParseFilterDocument(DocView filter, const FilterPlace& place) {
  if (place.depth > kFilterDepthMax) return TooDeep();
  std::vector<NodePtr> children;
  for (const Element& element : filter) {
    const bool is_operator = !element.name.empty() && element.name[0] == '$' &&
                             (place.depth == 1 || !IsDbRefField(element.name));
    NodePtr node = TRY(is_operator ? ParseTopOperator(element, place) : ParseField(element, place));
    if (node != nullptr) children.push_back(std::move(node));
  }
  return AndOf(std::move(children));
}

}  // namespace veddb::doc
