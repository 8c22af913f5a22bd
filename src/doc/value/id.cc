// SPDX-License-Identifier: BSD-3-Clause
#include "doc/value/id.h"

#include <cstring>

#include "doc/value/builder.h"
#include "doc/value/utf8.h"

namespace veddb::doc {
namespace {

constexpr uint64_t kHighMask = (uint64_t{1} << 12) - 1;
constexpr uint64_t kLowMask = (uint64_t{1} << 62) - 1;
constexpr uint64_t kTimeMask = (uint64_t{1} << 48) - 1;
// How far one id may jump above the one before in the same millisecond: far enough that nobody
// guesses it, short enough that a millisecond's bits do not run out.
constexpr uint64_t kStepMask = (uint64_t{1} << 32) - 1;

// Could this text be a JSON scalar? Spares the parser the common id that is plain text.
bool MayBeScalar(Bytes text) {
  constexpr Bytes kFirst = "\"-0123456789tfn \t\r\n";
  return !text.empty() && kFirst.find(text[0]) != Bytes::npos;
}

Status CheckNames(DocView doc) {
  for (const Element& element : doc) {
    if (!element.name.empty() && element.name[0] == '$') {
      return MakeError(ErrorCode::kBadQuery,
                       "_id may not hold the field name '" + std::string(element.name) + "'");
    }
    if (element.value.IsContainer()) {
      Status status = CheckNames(element.value.Document());
      if (!status.ok()) return status;
    }
  }
  return Ok();
}

std::string UuidText(uint64_t high, uint64_t low) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string text;
  for (size_t i = 0; i < 32; ++i) {
    if (i == 8 || i == 12 || i == 16 || i == 20) text.push_back('-');
    const uint64_t word = i < 16 ? high : low;
    text.push_back(kHex[word >> (60 - 4 * (i % 16)) & 15]);
  }
  return text;
}

}  // namespace

Result<std::string> ParseIdArgument(Bytes argument, const ParseLimits& limits) {
  std::string id;
  if (!argument.empty() && argument[0] == '{') {
    id = TRY(ParseValue(argument, limits));
    TRY(ValidateId(TaggedView(id)));
    return id;
  }
  if (!IsUtf8(argument)) return Err("an id must be UTF-8");
  if (MayBeScalar(argument)) {
    Result<std::string> scalar = ParseValue(argument, limits);
    if (scalar.ok() && !TaggedView(*scalar).IsContainer()) return scalar;
  }
  if (argument.size() > limits.size_max)
    return MakeError(ErrorCode::kTooLarge, "the id is too large");
  return TaggedString(argument);
}

Status ValidateId(ValueView id) {
  switch (id.type) {
    case BsonType::kArray:
    case BsonType::kRegex:
    case BsonType::kUndefined:
      return MakeError(ErrorCode::kBadQuery,
                       "_id may not be of the type " + std::string(TypeName(id.type)));
    case BsonType::kObject:
      return CheckNames(id.Document());
    default:
      return Ok();
  }
}

Status ValidateDocument(DocView doc, DocumentUse use) {
  for (const Element& element : doc) {
    if (element.name == kIdField) TRY(ValidateId(element.value));
    if (use == DocumentUse::kReplacement && !element.name.empty() && element.name[0] == '$') {
      return MakeError(ErrorCode::kBadQuery, "a replacement may not have the top-level field '" +
                                                 std::string(element.name) + "'");
    }
  }
  return Ok();
}

std::string WithIdFirst(DocView doc, ValueView id_if_missing) {
  const auto first = doc.begin();
  if (!first.done() && first->name == kIdField) return std::string(doc.bytes());
  const ValueView own = doc.Find(kIdField);
  std::string out;
  out.reserve(doc.size() + id_if_missing.size() + kIdField.size() + 2);
  DocBuilder builder(&out);
  builder.Append(kIdField, own.missing() ? id_if_missing : own);
  for (const Element& element : doc) {
    if (element.name != kIdField) builder.Append(element.name, element.value);
  }
  builder.Finish();
  return out;
}

std::string IdGenerator::Next(uint64_t unix_ms, const uint8_t random[16]) {
  uint64_t words[2];
  std::memcpy(words, random, sizeof words);
  if (unix_ms > last_ms_) {
    last_ms_ = unix_ms;
    high_ = words[0] & (kHighMask >> 1);  // the top bit is left clear as room to grow
    low_ = words[1] & kLowMask;
  } else {
    low_ += 1 + (words[0] & kStepMask);
    if (low_ > kLowMask) {
      low_ &= kLowMask;
      ++high_;
    }
    if (high_ > kHighMask) {
      high_ = 0;
      ++last_ms_;
    }
  }
  const uint64_t high = (last_ms_ & kTimeMask) << 16 | uint64_t{7} << 12 | high_;
  const uint64_t low = uint64_t{2} << 62 | low_;
  return TaggedString(UuidText(high, low));
}

}  // namespace veddb::doc
