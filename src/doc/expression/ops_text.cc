// SPDX-License-Identifier: BSD-3-Clause
// Strings as a whole: joined, split, trimmed, replaced, in one case.
#include <array>

#include "doc/expression/arguments.h"
#include "doc/expression/code_points.h"
#include "doc/expression/text_of.h"

namespace veddb::doc::expression {
namespace {

Result<ValueView> Concat(const Call& call, Arguments values) {
  std::string joined;
  bool null = false;
  for (const ValueView value : values) {
    if (value.IsNullish()) {
      null = true;
      continue;
    }
    const Bytes text = TRY(AsString(call, "an argument", value));
    TRY(call.run.CheckRoom(joined.size() + text.size()));
    joined += text;
  }
  if (null) return Evaluation::Null();
  return call.run.String(joined);
}

// --- case ---

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
char Upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; }

// Any scalar as text; null and missing are empty.
Result<std::string> AsText(const Call& call, ValueView value) {
  if (value.IsNullish()) return std::string();
  const std::optional<std::string> text =
      value.type == BsonType::kBool || value.type == BsonType::kObjectId ? std::nullopt
                                                                         : TextOf(value);
  if (!text) return call.BadType("an argument", "a string, number or date", value);
  return *text;
}

template <char (*kCase)(char)>
Result<ValueView> InCase(const Call& call, Arguments values) {
  std::string text = TRY(AsText(call, values[0]));
  for (char& c : text) c = kCase(c);
  return call.run.String(text);
}

Result<ValueView> CompareWithoutCase(const Call& call, Arguments values) {
  std::string a = TRY(AsText(call, values[0]));
  std::string b = TRY(AsText(call, values[1]));
  for (char& c : a) c = Lower(c);
  for (char& c : b) c = Lower(c);
  const int order = a.compare(b);
  return call.run.Int32(order < 0 ? -1 : order > 0 ? 1 : 0);
}

// --- trimming ---

// White space, and NUL.
bool IsSpace(char32_t c) {
  return c == 0 || (c >= 9 && c <= 13) || c == 0x20 || c == 0xa0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200a);
}

template <bool kLeft, bool kRight>
Result<ValueView> Trim(const Call& call, Arguments values) {
  if (values[0].IsNullish()) return Evaluation::Null();
  Bytes text = TRY(AsString(call, "the input", values[0]));
  std::u32string chars;
  if (call.given(1)) {
    if (values[1].IsNullish()) return Evaluation::Null();
    chars = CodePointsOf(TRY(AsString(call, "'chars'", values[1])));
  }
  const auto goes = [&chars, &call](char32_t c) {
    return call.given(1) ? chars.find(c) != std::u32string::npos : IsSpace(c);
  };
  while (kLeft && !text.empty()) {
    const CodePoint first = CodePointAt(text, 0);
    if (!goes(first.value)) break;
    text.remove_prefix(first.bytes);
  }
  while (kRight && !text.empty()) {
    const size_t start = StartOfLast(text);
    if (!goes(CodePointAt(text, start).value)) break;
    text = text.substr(0, start);
  }
  return call.run.String(text);
}

// --- replacing and splitting ---

template <bool kAll>
Result<ValueView> Replace(const Call& call, Arguments values) {
  constexpr Bytes kNames[] = {"the input", "'find'", "'replacement'"};
  for (size_t i = 0; i < values.size(); ++i) {
    if (!values[i].IsNullish()) (void)TRY(AsString(call, kNames[i], values[i]));
  }
  if (AnyNullish(values)) return Evaluation::Null();
  const Bytes input = values[0].String();
  const Bytes find = values[1].String();
  const Bytes replacement = values[2].String();
  std::string out;
  size_t from = 0;
  for (;;) {
    const size_t at = FindText(input, find, from);
    if (at == Bytes::npos) break;
    TRY(call.run.CheckRoom(out.size() + replacement.size() + (at - from)));
    out.append(input, from, at - from).append(replacement);
    from = at + find.size();
    if (!kAll) break;
    if (!find.empty()) continue;
    // An empty text is found between any two characters.
    if (from == input.size()) break;
    const size_t step = CodePointAt(input, from).bytes;
    out.append(input, from, step);
    from += step;
  }
  out.append(input, from, Bytes::npos);
  return call.run.String(out);
}

Result<ValueView> Split(const Call& call, Arguments values) {
  if (AnyNullish(values)) return Evaluation::Null();
  Bytes text = TRY(AsString(call, "the first argument", values[0]));
  const Bytes separator = TRY(AsString(call, "the second argument", values[1]));
  if (separator.empty()) return call.Bad("the separator must not be empty");
  std::vector<ValueView> parts;
  for (;;) {
    const size_t at = FindText(text, separator, 0);
    parts.push_back(TRY(call.run.String(text.substr(0, at))));
    if (at == Bytes::npos) break;
    text.remove_prefix(at + separator.size());
  }
  return call.run.Array(parts);
}

constexpr List kOne{1, 1};
constexpr List kTwo{2, 2};
constexpr Bytes kTrimmed = "input ?chars";
constexpr Bytes kReplaced = "input find replacement";

constexpr std::array kTable = {
    Operator{
        .name = "$concat", .list = List{0, kAny}, .eager = Concat, .doc = "Strings as one string."},
    Operator{.name = "$ltrim",
             .names = kTrimmed,
             .eager = Trim<true, false>,
             .doc = "The string without white space (or `chars`) in front."},
    Operator{.name = "$replaceAll",
             .names = kReplaced,
             .eager = Replace<true>,
             .doc = "The string with another in the place of every occurrence of a third."},
    Operator{.name = "$replaceOne",
             .names = kReplaced,
             .eager = Replace<false>,
             .doc = "The string with another in the place of the first occurrence of a third."},
    Operator{.name = "$rtrim",
             .names = kTrimmed,
             .eager = Trim<false, true>,
             .doc = "The string without white space (or `chars`) behind."},
    Operator{.name = "$split",
             .list = kTwo,
             .eager = Split,
             .doc = "The parts of a string between separators."},
    Operator{.name = "$strcasecmp",
             .list = kTwo,
             .eager = CompareWithoutCase,
             .doc = "-1, 0 or 1: the order of two strings, whatever the case of ASCII letters."},
    Operator{.name = "$toLower",
             .list = kOne,
             .eager = InCase<Lower>,
             .doc = "The string with small ASCII letters."},
    Operator{.name = "$toUpper",
             .list = kOne,
             .eager = InCase<Upper>,
             .doc = "The string with capital ASCII letters."},
    Operator{.name = "$trim",
             .names = kTrimmed,
             .eager = Trim<true, true>,
             .doc = "The string without white space (or `chars`) at both ends."},
};

}  // namespace

std::span<const Operator> TextOperators() { return kTable; }

}  // namespace veddb::doc::expression
