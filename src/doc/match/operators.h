// SPDX-License-Identifier: BSD-3-Clause
// The table of filter operators: the one place that lists them. A row says where the operator may
// stand and who parses it; the parser, the messages and the reference derive from it.
#pragma once
#include <span>

#include "base/result.h"
#include "doc/expression/expression.h"
#include "doc/match/node.h"

namespace veddb::doc {

// Nesting of filters within filters; the JSON they come from has the same limit.
inline constexpr uint32_t kFilterDepthMax = 100;

// Where a filter stands that is parsed.
struct FilterPlace {
  uint32_t depth = 1;
  // What its $expr may name; null: here there may be none.
  const expression::Scope* scope = nullptr;

  FilterPlace Deeper() const { return {depth + 1, scope}; }
  FilterPlace InElement() const { return {depth + 1, nullptr}; }
};

// `{path: {$name: value}}`, and the whole object that it stands in ($regex looks for $options).
struct FieldOperand {
  Bytes name;
  const FieldPath& path;
  ValueView value;
  DocView siblings;
  FilterPlace place;
};
// `{$name: value}` in a filter itself.
struct TopOperand {
  Bytes name;
  ValueView value;
  FilterPlace place;
};

// A parser may return no node: then the operator has no effect of its own ($comment, $options).
using FieldParser = Result<NodePtr> (*)(const FieldOperand&);
using TopParser = Result<NodePtr> (*)(const TopOperand&);

struct MatchOperator {
  Bytes name;
  FieldParser field;  // null: not in `{path: {…}}`
  TopParser top;      // null: not in the filter itself
  Bytes doc;
};

std::span<const MatchOperator> MatchOperators();
const MatchOperator* FindMatchOperator(Bytes name);

// BADQUERY "$name of 'path': what".
Error BadOperand(const FieldOperand& operand, Bytes what);
Error BadOperand(const TopOperand& operand, Bytes what);

// A whole filter: `{a: 1, $or: […]}`.
Result<NodePtr> ParseFilterDocument(DocView filter, const FilterPlace& place);
// The operators of `{path: {$gt: 1, $lt: 5}}`, all of which must hold.
Result<NodePtr> ParseFieldOperators(const FieldPath& path, DocView operators,
                                    const FilterPlace& place);
// Is this value an object of operators (its first name begins with '$', and it is no DBRef)?
bool IsOperatorObject(ValueView value);
// Is it a condition on values (`{$gt: 1}`), rather than a filter of objects (`{a: 1}`, `{$or:
// […]}`)?
bool TestsValues(ValueView condition);

// By file: ops_compare.cc, ops_logic.cc, ops_element.cc, ops_array.cc, ops_bits.cc, ops_regex.cc,
// ops_schema.cc, ops_expr.cc.
Result<NodePtr> ParseEq(const FieldOperand& operand);
Result<NodePtr> ParseNe(const FieldOperand& operand);
Result<NodePtr> ParseGt(const FieldOperand& operand);
Result<NodePtr> ParseGte(const FieldOperand& operand);
Result<NodePtr> ParseLt(const FieldOperand& operand);
Result<NodePtr> ParseLte(const FieldOperand& operand);
Result<NodePtr> ParseIn(const FieldOperand& operand);
Result<NodePtr> ParseNin(const FieldOperand& operand);

Result<NodePtr> ParseAnd(const TopOperand& operand);
Result<NodePtr> ParseOr(const TopOperand& operand);
Result<NodePtr> ParseNor(const TopOperand& operand);
Result<NodePtr> ParseNot(const FieldOperand& operand);
Result<NodePtr> ParseFieldComment(const FieldOperand& operand);
Result<NodePtr> ParseTopComment(const TopOperand& operand);
Result<NodePtr> ParseSampleRate(const TopOperand& operand);

Result<NodePtr> ParseExpr(const TopOperand& operand);

Result<NodePtr> ParseExists(const FieldOperand& operand);
Result<NodePtr> ParseType(const FieldOperand& operand);
Result<NodePtr> ParseMod(const FieldOperand& operand);

Result<NodePtr> ParseAll(const FieldOperand& operand);
Result<NodePtr> ParseElemMatch(const FieldOperand& operand);
Result<NodePtr> ParseSize(const FieldOperand& operand);

Result<NodePtr> ParseBitsAllSet(const FieldOperand& operand);
Result<NodePtr> ParseBitsAllClear(const FieldOperand& operand);
Result<NodePtr> ParseBitsAnySet(const FieldOperand& operand);
Result<NodePtr> ParseBitsAnyClear(const FieldOperand& operand);

Result<NodePtr> ParseRegex(const FieldOperand& operand);
Result<NodePtr> ParseOptions(const FieldOperand& operand);
// A regular expression as a value: `{path: /x/}`.
Result<NodePtr> ParseRegexLiteral(const FieldOperand& operand);

Result<NodePtr> ParseJsonSchema(const TopOperand& operand);

}  // namespace veddb::doc
