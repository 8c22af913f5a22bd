// SPDX-License-Identifier: BSD-3-Clause
// Regular expressions.
#include <array>

#include "doc/expression/arguments.h"
#include "doc/expression/code_points.h"

namespace veddb::doc::expression {
namespace {

struct Searched {
  Bytes input;
  const Regex* regex = nullptr;
};

// Nothing: the input or the pattern is null.
Result<std::optional<Searched>> ReadSearch(const Call& call, Arguments values) {
  const ValueView input = values[0];
  if (!input.IsNullish()) (void)TRY(AsString(call, "the input", input));
  const ValueView regex = values[1];
  Bytes options;
  if (!values[2].IsNullish()) options = TRY(AsString(call, "'options'", values[2]));
  if (input.IsNullish() || regex.IsNullish()) return std::optional<Searched>();
  Bytes pattern;
  if (regex.type == BsonType::kRegex) {
    pattern = regex.Regex().pattern;
    if (!options.empty() && !regex.Regex().options.empty()) {
      return call.Bad("options stand both in the pattern and in 'options'");
    }
    if (options.empty()) options = regex.Regex().options;
  } else {
    pattern = TRY(AsString(call, "'regex'", regex));
    if (pattern.find('\0') != Bytes::npos) return call.Bad("the pattern must not hold a NUL");
  }
  const Result<const Regex*> compiled = call.run.Pattern(pattern, options);
  if (!compiled.ok()) return call.Bad(compiled.error().message);
  return std::optional<Searched>({input.String(), *compiled});
}

// The groups of the first match from a byte on; none: there is none.
Result<std::vector<Regex::Group>> Find(const Call& call, const Searched& search, size_t from) {
  std::vector<Regex::Group> groups;
  if (search.regex->Find(search.input, from, call.run.regex_scratch(), &groups) ==
      Regex::Outcome::kLimit) {
    return call.Bad("the pattern takes too much work");
  }
  return groups;
}

Result<ValueView> Match(const Call& call, Arguments values) {
  const std::optional<Searched> search = TRY(ReadSearch(call, values));
  if (!search) return Evaluation::Bool(false);
  switch (search->regex->Search(search->input, call.run.regex_scratch())) {
    case Regex::Outcome::kMatch:
      return Evaluation::Bool(true);
    case Regex::Outcome::kNoMatch:
      return Evaluation::Bool(false);
    case Regex::Outcome::kLimit:
      break;
  }
  return call.Bad("the pattern takes too much work");
}

// `{match, idx, captures}`; `idx` counts code points.
Result<ValueView> Describe(const Call& call, Bytes input, const std::vector<Regex::Group>& groups,
                           size_t index) {
  const auto text = [&](const Regex::Group& group) -> Result<ValueView> {
    if (!group.matched()) return Evaluation::Null();
    return call.run.String(input.substr(group.begin, group.end - group.begin));
  };
  std::vector<ValueView> captures;
  for (size_t i = 1; i < groups.size(); ++i) captures.push_back(TRY(text(groups[i])));
  const std::array<Element, 3> fields = {
      Element{"match", TRY(text(groups[0]))},
      Element{"idx", call.run.Int32(static_cast<int32_t>(index))},
      Element{"captures", TRY(call.run.Array(captures))}};
  return call.run.Object(fields);
}

Result<ValueView> FindFirst(const Call& call, Arguments values) {
  const std::optional<Searched> search = TRY(ReadSearch(call, values));
  if (!search) return Evaluation::Null();
  const std::vector<Regex::Group> groups = TRY(Find(call, *search, 0));
  if (groups.empty()) return Evaluation::Null();
  const size_t index = CountCodePoints(search->input.substr(0, groups[0].begin));
  return Describe(call, search->input, groups, index);
}

Result<ValueView> FindAll(const Call& call, Arguments values) {
  const std::optional<Searched> search = TRY(ReadSearch(call, values));
  std::vector<ValueView> found;
  if (!search) return call.run.Array(found);
  const Bytes input = search->input;
  size_t from = 0;
  size_t counted = 0;  // the byte up to which code points are counted
  size_t index = 0;
  while (from <= input.size()) {
    const std::vector<Regex::Group> groups = TRY(Find(call, *search, from));
    if (groups.empty()) break;
    const auto [begin, end] = groups[0];
    index += CountCodePoints(input.substr(counted, begin - counted));
    counted = begin;
    found.push_back(TRY(Describe(call, input, groups, index)));
    // Behind an empty match the next one begins a character later.
    from = end;
    if (begin == end) from += end < input.size() ? CodePointBytes(input, end) : 1;
  }
  return call.run.Array(found);
}

constexpr Bytes kNames = "input regex ?options";

constexpr std::array kTable = {
    Operator{.name = "$regexFind",
             .names = kNames,
             .eager = FindFirst,
             .doc = "The first match: its text, where it lies, and what its groups caught."},
    Operator{.name = "$regexFindAll",
             .names = kNames,
             .eager = FindAll,
             .doc = "The array of all matches, each as $regexFind gives it."},
    Operator{.name = "$regexMatch", .names = kNames, .eager = Match, .doc = "The pattern occurs."},
};

}  // namespace

std::span<const Operator> RegexOperators() { return kTable; }

}  // namespace veddb::doc::expression
