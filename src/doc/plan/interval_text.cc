// SPDX-License-Identifier: BSD-3-Clause
// Encodings as text for EXPLAIN. What stands in a filter can be told from its encoding well enough:
// the types of numbers are lost, and of rare types only the name remains.
#include <array>

#include "doc/index/index_keys.h"
#include "doc/plan/interval.h"
#include "doc/value/extjson.h"
#include "doc/value/ordered_key.h"

namespace veddb::doc {
namespace {

// The least value of each type, in the order of types.
struct TypeBegin {
  TypeRank rank;
  Bytes text;
};
constexpr std::array kTypeBegins = {
    TypeBegin{TypeRank::kMinKey, "MinKey"},
    TypeBegin{TypeRank::kUndefined, "undefined"},
    TypeBegin{TypeRank::kNull, "null"},
    TypeBegin{TypeRank::kNumber, "NaN"},
    TypeBegin{TypeRank::kText, "\"\""},
    TypeBegin{TypeRank::kObject, "{}"},
    TypeBegin{TypeRank::kArray, "[]"},
    TypeBegin{TypeRank::kBinary, "BinData()"},
    TypeBegin{TypeRank::kObjectId, "ObjectId()"},
    TypeBegin{TypeRank::kBool, "false"},
    TypeBegin{TypeRank::kDate, "Date()"},
    TypeBegin{TypeRank::kTimestamp, "Timestamp()"},
    TypeBegin{TypeRank::kRegex, "//"},
    TypeBegin{TypeRank::kDbPointer, "DBPointer()"},
    TypeBegin{TypeRank::kCode, "Code()"},
    TypeBegin{TypeRank::kCodeWithScope, "CodeWithScope()"},
    TypeBegin{TypeRank::kMaxKey, "MaxKey"},
};

size_t TypeAt(Bytes encoding) {
  const auto mark = static_cast<uint8_t>(encoding[0]);
  size_t at = 0;
  while (at + 1 < kTypeBegins.size() && static_cast<uint8_t>(kTypeBegins[at + 1].rank) <= mark) {
    ++at;
  }
  return at;
}

// The text that stands in an encoding, without the mark in front; at its end or where it breaks
// off.
std::string PlainText(Bytes* encoding) {
  std::string text;
  while (!encoding->empty()) {
    const char c = (*encoding)[0];
    encoding->remove_prefix(1);
    if (c == '\0') break;
    if (c != '\x01') {
      text.push_back(c);
    } else if (!encoding->empty()) {
      text.push_back(static_cast<char>((*encoding)[0] - 1));
      encoding->remove_prefix(1);
    }
  }
  return text;
}

void AppendValueText(Bytes encoding, std::string* out);

void AppendContainerText(Bytes encoding, bool object, std::string* out) {
  out->push_back(object ? '{' : '[');
  encoding.remove_prefix(1);
  for (bool first = true; !encoding.empty() && encoding[0] != '\0'; first = false) {
    if (!first) out->push_back(',');
    if (object) {
      encoding.remove_prefix(1);
      AppendJsonString(PlainText(&encoding), out);
      out->push_back(':');
    }
    const size_t length = OrderedKeyLength(encoding);
    AppendValueText(encoding.substr(0, length), out);
    encoding.remove_prefix(length);
  }
  out->push_back(object ? '}' : ']');
}

// REQUIRES: one whole encoding
void AppendValueText(Bytes encoding, std::string* out) {
  const TypeBegin& type = kTypeBegins[TypeAt(encoding)];
  switch (type.rank) {
    case TypeRank::kObject:
      return AppendContainerText(encoding, true, out);
    case TypeRank::kArray:
      return AppendContainerText(encoding, false, out);
    case TypeRank::kRegex: {
      encoding.remove_prefix(1);
      *out += "/" + PlainText(&encoding) + "/";
      *out += PlainText(&encoding);
      return;
    }
    case TypeRank::kMinKey:
    case TypeRank::kUndefined:
    case TypeRank::kNull:
    case TypeRank::kMaxKey:
      out->append(type.text);
      return;
    default:
      break;
  }
  std::string tagged;
  if (!DecodeIndexValue(encoding, false, std::nullopt, &tagged)) {
    *out += type.rank == TypeRank::kNumber ? "a number" : "a " + std::string(type.text);
    return;
  }
  const ValueView value = TaggedView(tagged);
  if (value.type == BsonType::kDouble && !(value.Double() - value.Double() == 0)) {
    *out += value.Double() > 0 ? "Infinity" : value.Double() < 0 ? "-Infinity" : "NaN";
    return;
  }
  WriteJsonValue(value, JsonMode::kRelaxed, out);
}

// REQUIRES: cut.prefix is not empty
struct CutText {
  std::string text;
  bool after;  // the cut lies behind what the text says
};

CutText TextOf(const Cut& cut) {
  const Bytes prefix = cut.prefix;
  if (OrderedKeyLength(prefix) == prefix.size()) {
    CutText whole{"", cut.after};
    AppendValueText(prefix, &whole.text);
    return whole;
  }
  const size_t type = TypeAt(prefix);
  if (prefix.size() == 1) {
    const size_t at = cut.after ? type + 1 : type;
    return {std::string(kTypeBegins[std::min(at, kTypeBegins.size() - 1)].text), false};
  }
  // The beginning of a text.
  Bytes rest = prefix.substr(1);
  std::string text = PlainText(&rest);
  if (cut.after && !text.empty()) {
    if (static_cast<uint8_t>(text.back()) >= 0x7e) {
      CutText beginning{"", true};
      AppendJsonString(text, &beginning.text);
      beginning.text += "*";
      return beginning;
    }
    text.back() = static_cast<char>(text.back() + 1);
  }
  CutText begin{"", false};
  AppendJsonString(text, &begin.text);
  return begin;
}

}  // namespace

std::string IntervalText(const Interval& interval) {
  const CutText low = TextOf(interval.low);
  const CutText high = TextOf(interval.high);
  return (low.after ? "(" : "[") + low.text + ", " + high.text + (high.after ? "]" : ")");
}

}  // namespace veddb::doc
