// SPDX-License-Identifier: BSD-3-Clause
#include "doc/plan/value_set.h"

#include <algorithm>
#include <cctype>

#include "doc/match/ops_array.h"
#include "doc/match/ops_compare.h"
#include "doc/match/ops_element.h"
#include "doc/match/ops_regex.h"
#include "doc/value/builder.h"
#include "doc/value/ordered_key.h"

namespace veddb::doc {
namespace {

constexpr char kMinusInfinityMark = '\x21';
constexpr char kPlusInfinityMark = '\x25';

Cut PointBefore(ValueView value) { return Cut::Before(OrderedKey(value)); }
Cut PointAfter(ValueView value) { return Cut::After(OrderedKey(value)); }

IntervalSet NullOrUndefined() { return IntervalSet::Undefined().Or(IntervalSet::Null()); }

// The values among which one compares: those of its rank, numbers without NaN.
IntervalSet Bracket(ValueView operand) {
  if (!operand.IsNumber()) return IntervalSet::OfRank(RankOf(operand.type));
  return IntervalSet::Of(Cut::Before(std::string(1, kMinusInfinityMark)),
                         Cut::After(std::string(1, kPlusInfinityMark)));
}

IntervalSet Everything(Comparison comparison, ValueView operand) {
  // MinKey and MaxKey compare with all types.
  const bool least = operand.type == BsonType::kMinKey;
  switch (comparison) {
    case Comparison::kGte:
      return least ? IntervalSet::All() : IntervalSet::Point(operand);
    case Comparison::kLte:
      return least ? IntervalSet::Point(operand) : IntervalSet::All();
    case Comparison::kGt:
      return least ? IntervalSet::Point(operand).Not() : IntervalSet();
    case Comparison::kLt:
      return least ? IntervalSet() : IntervalSet::Point(operand).Not();
    case Comparison::kEq:
      return IntervalSet::Point(operand);
  }
  return IntervalSet::All();
}

bool TakesEqual(Comparison comparison) {
  return comparison != Comparison::kGt && comparison != Comparison::kLt;
}

IntervalSet Compared(Comparison comparison, ValueView operand) {
  if (operand.type == BsonType::kNull) {
    return TakesEqual(comparison) ? NullOrUndefined() : IntervalSet();
  }
  if (operand.type == BsonType::kMinKey || operand.type == BsonType::kMaxKey) {
    return Everything(comparison, operand);
  }
  if (comparison == Comparison::kEq) return IntervalSet::Point(operand);
  if (operand.IsNumber() && IsNan(operand)) {
    return TakesEqual(comparison) ? IntervalSet::Point(operand) : IntervalSet();
  }
  const IntervalSet bracket = Bracket(operand);
  const Interval& whole = bracket.intervals().front();
  switch (comparison) {
    case Comparison::kGt:
      return IntervalSet::Of(PointAfter(operand), whole.high);
    case Comparison::kGte:
      return IntervalSet::Of(PointBefore(operand), whole.high);
    case Comparison::kLt:
      return IntervalSet::Of(whole.low, PointBefore(operand));
    default:
      return IntervalSet::Of(whole.low, PointAfter(operand));
  }
}

IntervalSet OfPattern(Bytes pattern, Bytes options, bool* exact) {
  const std::string prefix = RegexPrefix(pattern, options, exact);
  std::string text = OrderedKey(TaggedView(TaggedString(prefix)));
  text.pop_back();  // the end of the text
  // Regular expressions that are this one match as well.
  std::string value(1, static_cast<char>(BsonType::kRegex));
  value.append(pattern).push_back('\0');
  value.append(options).push_back('\0');
  return IntervalSet::Of(Cut::Before(text), Cut::After(text))
      .Or(IntervalSet::Point(TaggedView(value)));
}

ValueSet OfIn(const InNode& node) {
  ValueSet values{IntervalSet(), true};
  for (const ValueView value : node.values()) {
    values.set = values.set.Or(Compared(Comparison::kEq, value));
  }
  for (const ValueView pattern : node.pattern_values()) {
    bool exact = false;
    const RegexView regex = pattern.Regex();
    values.set = values.set.Or(OfPattern(regex.pattern, regex.options, &exact));
    values.exact = values.exact && exact;
  }
  return values;
}

std::vector<BsonType> AllTypes() {
  std::vector<BsonType> types;
  for (int tag = 1; tag <= UINT8_MAX; ++tag) {
    if (IsBsonType(static_cast<uint8_t>(tag))) types.push_back(static_cast<BsonType>(tag));
  }
  return types;
}

bool CoversRank(const TypeSet& types, TypeRank rank) {
  for (const BsonType type : AllTypes()) {
    if (RankOf(type) == rank && !types.Has(type)) return false;
  }
  // Missing fields are stored as null, empty arrays as undefined.
  return rank != TypeRank::kNull && rank != TypeRank::kUndefined;
}

ValueSet OfTypes(const TypeSet& types) {
  ValueSet values{IntervalSet(), true};
  for (const BsonType type : AllTypes()) {
    if (!types.Has(type)) continue;
    const TypeRank rank = RankOf(type);
    values.set = values.set.Or(IntervalSet::OfRank(rank));
    values.exact = values.exact && CoversRank(types, rank);
  }
  return values;
}

ValueSet OfList(const ListNode& node) {
  const bool all = node.kind() == MatchKind::kAnd;
  ValueSet values{all ? IntervalSet::All() : IntervalSet(), true};
  for (const NodePtr& child : node.children()) {
    const ValueSet one = ValuesOf(*child);
    values.set = all ? values.set.And(one.set) : values.set.Or(one.set);
    values.exact = values.exact && one.exact;
  }
  return values;
}

ValueSet Opposite(const ValueSet& values) {
  if (!values.exact) return {};
  return {values.set.Not(), true};
}

bool IsPlainOnly(Bytes options) { return options.empty() || options == "s" || options == "u"; }

bool IsSpecial(char c) { return Bytes("\\^$.[|()?*+{").find(c) != Bytes::npos; }

// Takes the last character (not only its last byte) away.
void DropCharacter(std::string* text) {
  while (!text->empty()) {
    const auto byte = static_cast<uint8_t>(text->back());
    text->pop_back();
    if ((byte & 0xc0) != 0x80) return;
  }
}

}  // namespace

std::string RegexPrefix(Bytes pattern, Bytes options, bool* whole) {
  *whole = false;
  std::string prefix;
  if (!IsPlainOnly(options) || !pattern.starts_with('^')) return prefix;
  // An alternative may begin with something else.
  if (pattern.find('|') != Bytes::npos) return prefix;
  size_t at = 1;
  for (; at < pattern.size(); ++at) {
    char c = pattern[at];
    if (c == '\\' && at + 1 < pattern.size() &&
        std::ispunct(static_cast<uint8_t>(pattern[at + 1]))) {
      c = pattern[++at];
    } else if (IsSpecial(c)) {
      break;
    }
    prefix.push_back(c);
  }
  if (at == pattern.size()) {
    *whole = true;
  } else if (Bytes("?*{").find(pattern[at]) != Bytes::npos) {
    DropCharacter(&prefix);  // it may be absent
  }
  return prefix;
}

ValueSet ValuesOf(const MatchNode& node) {
  switch (node.kind()) {
    case MatchKind::kAnd:
    case MatchKind::kOr:
      return OfList(static_cast<const ListNode&>(node));
    case MatchKind::kNor:
      return Opposite(OfList(static_cast<const ListNode&>(node)));
    case MatchKind::kNot:
      return Opposite(ValuesOf(static_cast<const NotNode&>(node).child()));
    case MatchKind::kNothing:
      return {IntervalSet(), true};
    case MatchKind::kCompare: {
      const auto& compare = static_cast<const CompareNode&>(node);
      return {Compared(compare.comparison(), compare.operand()), true};
    }
    case MatchKind::kIn:
      return OfIn(static_cast<const InNode&>(node));
    case MatchKind::kType:
      return OfTypes(static_cast<const TypeNode&>(node).types());
    case MatchKind::kRegex: {
      const auto& regex = static_cast<const RegexNode&>(node);
      ValueSet values;
      values.set = OfPattern(regex.pattern(), regex.options(), &values.exact);
      return values;
    }
    case MatchKind::kMod:
      return {IntervalSet::OfRank(TypeRank::kNumber), false};
    case MatchKind::kBits:
      return {IntervalSet::OfRank(TypeRank::kNumber).Or(IntervalSet::OfRank(TypeRank::kBinary)),
              false};
    case MatchKind::kSize:
    case MatchKind::kElemMatchObject:
    case MatchKind::kElemMatchValue:
      return {IntervalSet::OfRank(TypeRank::kArray), false};
    default:
      return {};
  }
}

WholeArrays WholeArraysOf(const PathNode& node) {
  switch (node.kind()) {
    case MatchKind::kCompare: {
      const auto& compare = static_cast<const CompareNode&>(node);
      if (compare.comparison() == Comparison::kEq) {
        return compare.operand().type == BsonType::kArray ? WholeArrays::kEqual
                                                          : WholeArrays::kNever;
      }
      const IntervalSet arrays = IntervalSet::OfRank(TypeRank::kArray);
      return ValuesOf(node).set.And(arrays).empty() ? WholeArrays::kNever : WholeArrays::kAnyone;
    }
    case MatchKind::kIn:
      return WholeArrays::kEqual;
    case MatchKind::kType:
      return static_cast<const TypeNode&>(node).types().Has(BsonType::kArray) ? WholeArrays::kAnyone
                                                                              : WholeArrays::kNever;
    case MatchKind::kRegex:
    case MatchKind::kMod:
    case MatchKind::kBits:
      return WholeArrays::kNever;
    default:
      return WholeArrays::kAnyone;
  }
}

IntervalSet WholeArrayKeys(const PathNode& node) {
  IntervalSet keys;
  const auto add = [&keys](ValueView value) {
    if (value.type != BsonType::kArray) return;
    const DocView array = value.Document();
    keys = keys.Or(array.empty() ? IntervalSet::Undefined()
                                 : IntervalSet::Point(array.begin()->value));
  };
  if (node.kind() == MatchKind::kCompare) {
    add(static_cast<const CompareNode&>(node).operand());
  } else {
    for (const ValueView value : static_cast<const InNode&>(node).values()) add(value);
  }
  return keys;
}

}  // namespace veddb::doc
