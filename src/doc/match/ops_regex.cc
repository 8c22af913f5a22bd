// SPDX-License-Identifier: BSD-3-Clause
#include "doc/match/ops_regex.h"

#include <algorithm>

#include "doc/match/operators.h"

namespace veddb::doc {
namespace {

// BSON keeps the options of a regular expression sorted.
std::string Sorted(Bytes options) {
  std::string sorted(options);
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

Result<NodePtr> MakeRegexNode(const FieldOperand& operand, Bytes pattern, Bytes options) {
  Result<Regex> regex = Regex::Compile(pattern, options);
  if (!regex.ok()) return BadOperand(operand, regex.error().message);
  return NodePtr(std::make_unique<RegexNode>(operand.path, regex.TakeValue(), std::string(pattern),
                                             Sorted(options)));
}

}  // namespace

bool MatchPattern(const PatternTest& test, ValueView value, MatchState& state) {
  if (value.type == BsonType::kRegex) {
    return value.Regex().pattern == test.pattern && value.Regex().options == test.options;
  }
  if (!value.IsText() || state.error) return false;
  switch (test.regex.Search(value.String(), state.regex())) {
    case Regex::Outcome::kMatch:
      return true;
    case Regex::Outcome::kNoMatch:
      return false;
    case Regex::Outcome::kLimit:
      state.error = MakeError(ErrorCode::kBadQuery, "$regex of '" + test.path.text() +
                                                        "': the pattern takes too much work");
      return false;
  }
  return false;
}

Result<NodePtr> ParseRegexLiteral(const FieldOperand& operand) {
  const RegexView regex = operand.value.Regex();
  return MakeRegexNode(operand, regex.pattern, regex.options);
}

Result<NodePtr> ParseRegex(const FieldOperand& operand) {
  const ValueView beside = operand.siblings.Find("$options");
  if (!beside.missing() && beside.type != BsonType::kString) {
    return BadOperand(operand, "$options must be a string");
  }
  const Bytes options = beside.missing() ? Bytes() : beside.String();
  if (operand.value.type == BsonType::kRegex) {
    const RegexView regex = operand.value.Regex();
    if (!options.empty() && !regex.options.empty()) {
      return BadOperand(operand, "options stand both in $regex and in $options");
    }
    return MakeRegexNode(operand, regex.pattern, options.empty() ? regex.options : options);
  }
  if (operand.value.type != BsonType::kString) return BadOperand(operand, "must be a string");
  if (operand.value.String().find('\0') != Bytes::npos) {
    return BadOperand(operand, "the pattern must not hold a NUL");
  }
  return MakeRegexNode(operand, operand.value.String(), options);
}

Result<NodePtr> ParseOptions(const FieldOperand& operand) {
  if (operand.siblings.Find("$regex").missing()) return BadOperand(operand, "needs a $regex");
  return NodePtr();
}

}  // namespace veddb::doc
