// SPDX-License-Identifier: BSD-3-Clause
#include "command/syntax.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace veddb {
namespace {

// Deeper brackets than any syntax has; what is deeper is read as if it were not bracketed.
constexpr int kDepthMax = 16;

// --- the text as words, bars and bracketed groups ---

struct Piece {
  enum class Kind : uint8_t { kWord, kBar, kDots, kGroup };
  Kind kind;
  Bytes text;  // a group's: all between its brackets
  std::vector<Piece> inner;

  bool is(Kind other) const { return kind == other; }
  // Literal words have no lower case letter: EX, LEFT, *, =.
  bool literal() const {
    return is(Kind::kWord) &&
           std::none_of(text.begin(), text.end(), [](char c) { return c >= 'a' && c <= 'z'; });
  }
  bool value() const { return is(Kind::kWord) && !literal(); }
};
using Pieces = std::span<const Piece>;

std::vector<Piece> Split(Bytes text, size_t* at, int depth) {
  std::vector<Piece> pieces;
  while (*at < text.size()) {
    const size_t begin = *at;
    const char c = text[(*at)++];
    if (c == ' ') continue;
    if (c == ']' && depth > 0) break;
    if (c == '|') {
      pieces.push_back({Piece::Kind::kBar, text.substr(begin, 1), {}});
    } else if (c == '[' && depth < kDepthMax) {
      std::vector<Piece> inner = Split(text, at, depth + 1);
      const bool closed = *at > begin + 1 && text[*at - 1] == ']';
      const size_t end = closed ? *at - 1 : *at;
      pieces.push_back(
          {Piece::Kind::kGroup, text.substr(begin + 1, end - begin - 1), std::move(inner)});
    } else {
      while (*at < text.size() && Bytes(" []|").find(text[*at]) == Bytes::npos) ++*at;
      const Bytes word = text.substr(begin, *at - begin);
      pieces.push_back({word == "..." ? Piece::Kind::kDots : Piece::Kind::kWord, word, {}});
    }
  }
  return pieces;
}

bool SamePieces(Pieces a, Pieces b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Piece& x, const Piece& y) {
    return x.kind == y.kind && x.text == y.text;
  });
}

// --- values ---

bool IsOneOf(Bytes name, std::span<const Bytes> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

ArgumentType TypeOfValue(Bytes name) {
  constexpr auto kIntegers = std::to_array<Bytes>(
      {"bit",          "bytes", "client-id", "count",    "cursor", "decrement", "destination-db",
       "end",          "index", "index1",    "index2",   "len",    "length",    "min-match-len",
       "milliseconds", "ms",    "n",         "numkeys",  "offset", "protover",  "seconds",
       "start",        "stop",  "timeout",   "replicas", "size"});
  constexpr auto kDoubles = std::to_array<Bytes>(
      {"score", "longitude", "latitude", "radius", "width", "height", "weight"});
  if (name.starts_with("unix-time")) return ArgumentType::kUnixTime;
  if (name == "pattern") return ArgumentType::kPattern;
  if (name == "increment" || IsOneOf(name, kIntegers)) return ArgumentType::kInteger;
  if (IsOneOf(name, kDoubles)) return ArgumentType::kDouble;
  return ArgumentType::kString;
}

std::string Lower(Bytes text) {
  std::string lower(text);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return lower;
}

Argument Value(Bytes name) { return {.name = std::string(name), .type = TypeOfValue(name)}; }

Argument PureToken(Bytes word) {
  return {.name = Lower(word), .type = ArgumentType::kPureToken, .token = std::string(word)};
}

std::string JoinedNames(const std::vector<Argument>& arguments) {
  std::string name;
  for (const Argument& argument : arguments) {
    if (!name.empty()) name.push_back('_');
    name += argument.name;
  }
  return name;
}

Argument Compound(ArgumentType type, std::vector<Argument> arguments) {
  std::string name = JoinedNames(arguments);
  return {.name = std::move(name), .type = type, .arguments = std::move(arguments)};
}

// One argument for what is written: itself, or a block.
Argument AsOne(std::vector<Argument> arguments) {
  if (arguments.size() == 1) return std::move(arguments[0]);
  return Compound(ArgumentType::kBlock, std::move(arguments));
}

// --- sequences ---

enum class Place : bool { kTop, kBracket };
std::vector<Argument> ReadSequence(Pieces pieces, Place place);

class SequenceReader {
 public:
  SequenceReader(Pieces pieces, Place place) : pieces_(pieces), place_(place) {}

  std::vector<Argument> Read() {
    while (at_ < pieces_.size()) {
      const Piece& piece = pieces_[at_];
      if (piece.is(Piece::Kind::kBar) || piece.is(Piece::Kind::kDots)) {
        ++at_;
      } else if (const size_t end = AlternativesEnd(at_); end != 0) {
        Add(Alternatives(at_, end), end);
      } else if (piece.is(Piece::Kind::kGroup)) {
        if (!Repeats(piece)) Add(Optional(piece), at_ + 1);
        at_ = std::max(at_, begins_.empty() ? at_ + 1 : next_);
      } else if (piece.literal()) {
        AddToken();
      } else {
        Add(Value(piece.text), at_ + 1);
      }
    }
    return std::move(arguments_);
  }

 private:
  void Add(Argument argument, size_t end) {
    begins_.push_back(at_);
    arguments_.push_back(std::move(argument));
    at_ = next_ = end;
  }

  // Behind the value words that follow this piece.
  size_t ValuesEnd(size_t from) const {
    while (from < pieces_.size() && pieces_[from].value()) ++from;
    return from;
  }
  bool IsBar(size_t at) const { return at < pieces_.size() && pieces_[at].is(Piece::Kind::kBar); }
  // An alternative is one piece, or a literal and its values where the first one is such a pair.
  size_t AlternativeEnd(size_t from, bool with_values) const {
    if (with_values && pieces_[from].literal()) return ValuesEnd(from + 1);
    return from + 1;
  }
  bool HasValues(size_t from) const {
    const size_t end = ValuesEnd(from + 1);
    return pieces_[from].literal() && end > from + 1 && IsBar(end);
  }
  // Behind the alternatives that begin here; 0: there are none.
  size_t AlternativesEnd(size_t from) const {
    const bool with_values = HasValues(from);
    size_t end = AlternativeEnd(from, with_values);
    if (!IsBar(end)) return 0;
    while (IsBar(end) && end + 1 < pieces_.size()) end = AlternativeEnd(end + 1, with_values);
    return end;
  }
  Argument Alternatives(size_t from, size_t end) const {
    std::vector<Argument> choices;
    while (from < end) {
      size_t bar = from;
      while (bar < end && !IsBar(bar)) ++bar;
      choices.push_back(AsOne(ReadSequence(pieces_.subspan(from, bar - from), Place::kBracket)));
      // That one alternative need not be taken is said by there being others.
      choices.back().optional = false;
      from = bar + 1;
    }
    return Compound(ArgumentType::kOneOf, std::move(choices));
  }

  // A literal with what belongs to it.
  void AddToken() {
    const Bytes token = pieces_[at_].text;
    const size_t begin = at_ + 1;
    size_t end = ValuesEnd(begin);
    if (place_ == Place::kTop) end = std::min(end, begin + 1);
    const size_t choices_end = end == begin && begin < pieces_.size() && pieces_[begin].literal()
                                   ? AlternativesEnd(begin)
                                   : 0;
    if (choices_end != 0) {
      Argument choice = Alternatives(begin, choices_end);
      choice.token = std::string(token);
      Add(std::move(choice), choices_end);
    } else if (end == begin) {
      Add(PureToken(token), begin);
    } else {
      std::vector<Argument> values;
      for (size_t i = begin; i < end; ++i) values.push_back(Value(pieces_[i].text));
      Argument argument = AsOne(std::move(values));
      argument.token = std::string(token);
      Add(std::move(argument), end);
    }
  }

  Argument Optional(const Piece& group) {
    Pieces inner = group.inner;
    const bool repeated = !inner.empty() && inner.back().is(Piece::Kind::kDots);
    if (repeated) inner = inner.first(inner.size() - 1);
    Argument argument = AsOne(ReadSequence(inner, Place::kBracket));
    argument.optional = true;
    argument.multiple |= repeated;
    return argument;
  }

  // "x y [x y ...]": marks what stands before as repeated. False: the group is something else.
  bool Repeats(const Piece& group) {
    Pieces inner = group.inner;
    if (inner.empty() || !inner.back().is(Piece::Kind::kDots)) return false;
    inner = inner.first(inner.size() - 1);
    if (inner.empty() || inner.size() > at_) return false;
    const size_t begin = at_ - inner.size();
    if (!SamePieces(pieces_.subspan(begin, inner.size()), inner)) return false;
    // The arguments that were made from those pieces.
    size_t first = arguments_.size();
    while (first > 0 && begins_[first - 1] >= begin) --first;
    if (first == arguments_.size()) {
      // Behind the token of the last one.
      if (begins_.empty() || begins_.back() + 1 != begin) return false;
      arguments_.back().multiple = true;
    } else {
      if (begins_[first] != begin) return false;
      if (arguments_.size() - first > 1) Gather(first);
      arguments_.back().multiple = true;
      arguments_.back().multiple_token = !arguments_.back().token.empty();
    }
    ++at_;
    next_ = at_;
    return true;
  }

  void Gather(size_t first) {
    const auto from = arguments_.begin() + static_cast<std::ptrdiff_t>(first);
    std::vector<Argument> parts(std::make_move_iterator(from),
                                std::make_move_iterator(arguments_.end()));
    arguments_.erase(from, arguments_.end());
    begins_.resize(first + 1);
    arguments_.push_back(Compound(ArgumentType::kBlock, std::move(parts)));
  }

  const Pieces pieces_;
  const Place place_;
  size_t at_ = 0;
  size_t next_ = 0;
  std::vector<Argument> arguments_;
  std::vector<size_t> begins_;  // by argument: its first piece
};

// [EX seconds|KEEPTTL]: words and bars alone. The bars then part the whole bracket, except for
// literals before the first alternative, which introduce all of them: [TYPE NORMAL|MASTER].
std::vector<Argument> ReadChoice(Pieces pieces) {
  size_t literals = 0;
  while (literals < pieces.size() && pieces[literals].literal()) ++literals;
  std::string token;
  if (literals > 1) {
    token = std::string(pieces[0].text);
    pieces = pieces.subspan(1);
  }
  std::vector<Argument> choices;
  while (!pieces.empty()) {
    const auto bar = std::find_if(pieces.begin(), pieces.end(),
                                  [](const Piece& p) { return p.is(Piece::Kind::kBar); });
    const auto size = static_cast<size_t>(bar - pieces.begin());
    choices.push_back(AsOne(ReadSequence(pieces.first(size), Place::kBracket)));
    pieces = pieces.subspan(std::min(pieces.size(), size + 1));
  }
  std::vector<Argument> one;
  one.push_back(Compound(ArgumentType::kOneOf, std::move(choices)));
  one[0].token = std::move(token);
  return one;
}

std::vector<Argument> ReadSequence(Pieces pieces, Place place) {
  const auto is_bar = [](const Piece& piece) { return piece.is(Piece::Kind::kBar); };
  const auto is_word = [](const Piece& piece) { return piece.is(Piece::Kind::kWord); };
  const bool choice = std::any_of(pieces.begin(), pieces.end(), is_bar) &&
                      std::all_of(pieces.begin(), pieces.end(),
                                  [&](const Piece& p) { return is_bar(p) || is_word(p); });
  if (place == Place::kBracket && choice) return ReadChoice(pieces);
  return SequenceReader(pieces, place).Read();
}

// --- keys ---

// Whether a key stands there, however many arguments are sent.
bool StandsAt(const KeySpec& keys, int position) {
  if (keys.collection || keys.first == 0) return false;
  const int last = keys.last >= 0 ? keys.last : keys.first;
  return position >= keys.first && position <= last && (position - keys.first) % keys.step == 0;
}

// Marks values that stand where a key spec says that a key is. Returns the position behind, or 0
// once it depends on what is sent.
size_t MarkKeys(std::vector<Argument>& arguments, size_t position, const CommandSpec& spec) {
  for (Argument& argument : arguments) {
    if (argument.optional || argument.type == ArgumentType::kOneOf) return 0;
    if (!argument.token.empty()) ++position;
    if (argument.type == ArgumentType::kBlock) {
      position = MarkKeys(argument.arguments, position, spec);
      if (position == 0) return 0;
    } else if (argument.type != ArgumentType::kPureToken) {
      for (size_t i = 0; i < std::size(spec.keys); ++i) {
        if (!StandsAt(spec.keys[i], static_cast<int>(position))) continue;
        argument.type = ArgumentType::kKey;
        argument.key_spec = static_cast<int>(i);
      }
      ++position;
    }
    if (argument.multiple) return 0;
  }
  return position;
}

}  // namespace

Bytes ArgumentTypeName(ArgumentType type) {
  constexpr std::array<Bytes, 9> kNames = {"string",    "integer",    "double", "key",  "pattern",
                                           "unix-time", "pure-token", "oneof",  "block"};
  return kNames[static_cast<size_t>(type)];
}

std::vector<Argument> ParseSyntax(const CommandSpec& spec) {
  size_t at = 0;
  const std::vector<Piece> pieces = Split(spec.syntax, &at, 0);
  std::vector<Argument> arguments = ReadSequence(pieces, Place::kTop);
  MarkKeys(arguments, spec.parent.empty() ? 1 : 2, spec);
  return arguments;
}

}  // namespace veddb
