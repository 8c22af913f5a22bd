// SPDX-License-Identifier: BSD-3-Clause
#include "doc/expression/text_of.h"

#include <charconv>
#include <cmath>

#include "base/number.h"
#include "doc/expression/calendar.h"
#include "doc/value/decimal.h"

namespace veddb::doc::expression {
namespace {

std::string HexText(Bytes bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    text.push_back(kDigits[static_cast<uint8_t>(c) >> 4]);
    text.push_back(kDigits[static_cast<uint8_t>(c) & 15]);
  }
  return text;
}

}  // namespace

std::string DoubleText(double v) {
  if (std::isnan(v)) return "NaN";
  if (std::isinf(v)) return v < 0 ? "-Infinity" : "Infinity";
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, v).ptr;
  return std::string(text, end);
}

std::optional<std::string> TextOf(ValueView value) {
  switch (value.type) {
    case BsonType::kString:
    case BsonType::kSymbol:
    case BsonType::kCode:
      return std::string(value.String());
    case BsonType::kInt32:
    case BsonType::kInt64:
      return FormatInt64(value.Integer());
    case BsonType::kDouble:
      return DoubleText(value.Double());
    case BsonType::kDecimal128:
      return FormatDecimal(LoadDecimal(value.data));
    case BsonType::kBool:
      return value.Bool() ? "true" : "false";
    case BsonType::kObjectId:
      return HexText(value.ObjectId());
    case BsonType::kDate:
      return IsoDateText(value.Date());
    case BsonType::kTimestamp:
      return IsoDateText(int64_t{value.Timestamp().seconds} * 1000);
    default:
      return std::nullopt;
  }
}

}  // namespace veddb::doc::expression
