// SPDX-License-Identifier: BSD-3-Clause
// Strings by their bytes or code points: lengths, parts, places.
#include <array>

#include "doc/expression/arguments.h"
#include "doc/expression/code_points.h"
#include "doc/expression/text_of.h"

namespace veddb::doc::expression {
namespace {

Result<size_t> AsPlace(const Call& call, Bytes what, ValueView value) {
  const int32_t place = TRY(AsInt32(call, what, value));
  if (place < 0) return call.Bad(std::string(what) + " must not be negative");
  return static_cast<size_t>(place);
}

// A number or date is taken as its text; null and missing are empty.
Result<std::string> AsText(const Call& call, ValueView value) {
  if (value.IsNullish()) return std::string();
  const bool scalar = value.IsText() || value.IsNumber() || value.type == BsonType::kDate ||
                      value.type == BsonType::kTimestamp;
  if (!scalar) return call.BadType("the first argument", "a string, number or date", value);
  return *TextOf(value);
}

// --- lengths ---

Result<ValueView> LengthInBytes(const Call& call, Arguments values) {
  const Bytes text = TRY(AsString(call, "the argument", values[0]));
  return call.run.Int32(static_cast<int32_t>(text.size()));
}

Result<ValueView> LengthInCodePoints(const Call& call, Arguments values) {
  const Bytes text = TRY(AsString(call, "the argument", values[0]));
  return call.run.Int32(static_cast<int32_t>(CountCodePoints(text)));
}

// --- parts ---

Result<ValueView> PartInBytes(const Call& call, Arguments values) {
  const std::string text = TRY(AsText(call, values[0]));
  for (const ValueView number : values.subspan(1)) {
    if (!number.IsNumber()) return call.BadType("a number", "a number", number);
  }
  const int64_t start = TruncatedNumber(values[1]).value_or(INT64_MAX);
  const int64_t length = TruncatedNumber(values[2]).value_or(-1);
  if (start < 0) return call.Bad("the start must not be negative");
  const auto begin = static_cast<size_t>(start);
  if (begin >= text.size()) return call.run.String("");
  // A negative length is all the rest.
  const size_t count = length < 0 ? text.size() : static_cast<size_t>(length);
  const size_t end = count > text.size() - begin ? text.size() : begin + count;
  if (IsContinuation(text[begin])) return call.Bad("the start lies within a character");
  if (end < text.size() && IsContinuation(text[end])) {
    return call.Bad("the end lies within a character");
  }
  return call.run.String(Bytes(text).substr(begin, end - begin));
}

Result<ValueView> PartInCodePoints(const Call& call, Arguments values) {
  const std::string text = TRY(AsText(call, values[0]));
  const size_t start = TRY(AsPlace(call, "the start", values[1]));
  const size_t length = TRY(AsPlace(call, "the length", values[2]));
  const size_t begin = SkipCodePoints(text, 0, start);
  return call.run.String(Bytes(text).substr(begin, SkipCodePoints(text, begin, length) - begin));
}

// --- places ---

struct Search {
  Bytes text;
  Bytes wanted;
  size_t begin = 0;
  size_t end = SIZE_MAX;
};

// Nothing: the text is null.
Result<std::optional<Search>> ReadSearch(const Call& call, Arguments values) {
  if (values[0].IsNullish()) return std::optional<Search>();
  Search search;
  search.text = TRY(AsString(call, "the first argument", values[0]));
  search.wanted = TRY(AsString(call, "the second argument", values[1]));
  if (values.size() > 2) search.begin = TRY(AsPlace(call, "the start", values[2]));
  if (values.size() > 3) search.end = TRY(AsPlace(call, "the end", values[3]));
  return std::optional(search);
}

// Where it is, in bytes; npos.
size_t Find(const Search& search, size_t begin, size_t end) {
  if (begin > search.text.size() || end < begin) return Bytes::npos;
  return FindText(search.text.substr(0, end), search.wanted, begin);
}

Result<ValueView> IndexInBytes(const Call& call, Arguments values) {
  const std::optional<Search> search = TRY(ReadSearch(call, values));
  if (!search) return Evaluation::Null();
  const size_t at = Find(*search, search->begin, search->end);
  return call.run.Int32(at == Bytes::npos ? -1 : static_cast<int32_t>(at));
}

Result<ValueView> IndexInCodePoints(const Call& call, Arguments values) {
  const std::optional<Search> search = TRY(ReadSearch(call, values));
  if (!search) return Evaluation::Null();
  const bool beyond = search->begin > CountCodePoints(search->text) || search->end < search->begin;
  if (beyond) return call.run.Int32(-1);
  const size_t begin = SkipCodePoints(search->text, 0, search->begin);
  const size_t end =
      search->end == SIZE_MAX ? SIZE_MAX : SkipCodePoints(search->text, 0, search->end);
  const size_t at = Find(*search, begin, end);
  if (at == Bytes::npos) return call.run.Int32(-1);
  return call.run.Int32(static_cast<int32_t>(CountCodePoints(search->text.substr(0, at))));
}

constexpr List kOne{1, 1};
constexpr List kPart{3, 3};
constexpr List kSearch{2, 4};

constexpr std::array kTable = {
    Operator{.name = "$indexOfBytes",
             .list = kSearch,
             .eager = IndexInBytes,
             .doc = "The first byte at which a string occurs in another, or -1."},
    Operator{.name = "$indexOfCP",
             .list = kSearch,
             .eager = IndexInCodePoints,
             .doc = "The first code point at which a string occurs in another, or -1."},
    Operator{.name = "$strLenBytes",
             .list = kOne,
             .eager = LengthInBytes,
             .doc = "How many bytes the string has."},
    Operator{.name = "$strLenCP",
             .list = kOne,
             .eager = LengthInCodePoints,
             .doc = "How many code points the string has."},
    Operator{
        .name = "$substr", .list = kPart, .eager = PartInBytes, .doc = "The same as $substrBytes."},
    Operator{.name = "$substrBytes",
             .list = kPart,
             .eager = PartInBytes,
             .doc = "So many bytes from one on; below 0: all."},
    Operator{.name = "$substrCP",
             .list = kPart,
             .eager = PartInCodePoints,
             .doc = "So many code points from one on."},
};

}  // namespace

std::span<const Operator> CharacterOperators() { return kTable; }

}  // namespace veddb::doc::expression
