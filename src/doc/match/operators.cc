// SPDX-License-Identifier: BSD-3-Clause
#include "doc/match/operators.h"

#include <array>

namespace veddb::doc {
namespace {

constexpr Bytes kNotYet = "is not supported yet";

Result<NodePtr> FieldNotYet(const FieldOperand& operand) { return BadOperand(operand, kNotYet); }
Result<NodePtr> TopNotYet(const TopOperand& operand) { return BadOperand(operand, kNotYet); }

constexpr std::array kOperators = {
    MatchOperator{"$eq", ParseEq, nullptr, "Equal to a value, or an array that holds it."},
    MatchOperator{"$ne", ParseNe, nullptr, "Not $eq."},
    MatchOperator{"$gt", ParseGt, nullptr, "Greater than a value of the same type."},
    MatchOperator{"$gte", ParseGte, nullptr, "Greater than or equal to a value of the same type."},
    MatchOperator{"$lt", ParseLt, nullptr, "Less than a value of the same type."},
    MatchOperator{"$lte", ParseLte, nullptr, "Less than or equal to a value of the same type."},
    MatchOperator{"$in", ParseIn, nullptr, "Equal to, or matched by, any of a list."},
    MatchOperator{"$nin", ParseNin, nullptr, "Not $in."},
    MatchOperator{"$and", nullptr, ParseAnd, "All of a list of filters match."},
    MatchOperator{"$or", nullptr, ParseOr, "Any of a list of filters matches."},
    MatchOperator{"$nor", nullptr, ParseNor, "None of a list of filters matches."},
    MatchOperator{"$not", ParseNot, nullptr, "The operators inside do not match."},
    MatchOperator{"$exists", ParseExists, nullptr, "The field is there (or not)."},
    MatchOperator{"$type", ParseType, nullptr, "The value has a type, by name or number."},
    MatchOperator{"$regex", ParseRegex, nullptr, "The text matches a regular expression."},
    MatchOperator{"$options", ParseOptions, nullptr, "Options of the $regex beside it."},
    MatchOperator{"$mod", ParseMod, nullptr, "The number divided leaves a remainder."},
    MatchOperator{"$comment", ParseFieldComment, ParseTopComment, "No effect."},
    MatchOperator{"$sampleRate", nullptr, ParseSampleRate, "Matches at random, at a rate."},
    MatchOperator{"$all", ParseAll, nullptr, "The array holds all of a list."},
    MatchOperator{"$elemMatch", ParseElemMatch, nullptr, "One element meets all conditions."},
    MatchOperator{"$size", ParseSize, nullptr, "The array has so many elements."},
    MatchOperator{"$bitsAllSet", ParseBitsAllSet, nullptr, "All of the bits are 1."},
    MatchOperator{"$bitsAllClear", ParseBitsAllClear, nullptr, "All of the bits are 0."},
    MatchOperator{"$bitsAnySet", ParseBitsAnySet, nullptr, "Any of the bits is 1."},
    MatchOperator{"$bitsAnyClear", ParseBitsAnyClear, nullptr, "Any of the bits is 0."},
    MatchOperator{"$expr", nullptr, ParseExpr, "An expression is true."},
    MatchOperator{"$jsonSchema", nullptr, ParseJsonSchema, "The document follows a schema."},
    MatchOperator{"$text", nullptr, TopNotYet, "Text search."},
    MatchOperator{"$geoWithin", FieldNotYet, nullptr, "A place within an area."},
    MatchOperator{"$geoIntersects", FieldNotYet, nullptr, "A shape that meets another."},
    MatchOperator{"$near", FieldNotYet, nullptr, "The nearest places."},
    MatchOperator{"$nearSphere", FieldNotYet, nullptr, "The nearest places on a sphere."},
};

consteval bool RowsAreSound() {
  for (const MatchOperator& row : kOperators) {
    if (row.name.size() < 2 || row.name[0] != '$') return false;
    if (row.doc.empty() || row.doc.back() != '.') return false;
  }
  return true;
}
static_assert(RowsAreSound());

}  // namespace

std::span<const MatchOperator> MatchOperators() { return kOperators; }

const MatchOperator* FindMatchOperator(Bytes name) {
  for (const MatchOperator& row : kOperators) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

Error BadOperand(const FieldOperand& operand, Bytes what) {
  std::string message(operand.name);
  message += " of '" + operand.path.text() + "': ";
  message += what;
  return MakeError(ErrorCode::kBadQuery, std::move(message));
}

Error BadOperand(const TopOperand& operand, Bytes what) {
  std::string message(operand.name);
  message += ": ";
  message += what;
  return MakeError(ErrorCode::kBadQuery, std::move(message));
}

}  // namespace veddb::doc
