// SPDX-License-Identifier: BSD-3-Clause
#include "doc/expression/conversion.h"

#include <array>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/number.h"
#include "doc/expression/calendar.h"
#include "doc/expression/date_text.h"
#include "doc/expression/text_of.h"
#include "doc/value/compare.h"
#include "doc/value/decimal_math.h"
#include "doc/value/whole.h"

namespace veddb::doc::expression {
namespace {

Error Bad(std::string what) { return MakeError(ErrorCode::kBadQuery, std::move(what)); }

Error NoSuch(ValueView value, Bytes wanted) {
  return Bad("a value of type " + std::string(TypeName(value.type)) + " does not become " +
             std::string(wanted));
}

Error NotText(Bytes text, Bytes wanted) {
  constexpr size_t kShownBytes = 128;
  return Bad("'" + std::string(text.substr(0, kShownBytes)) + "' is no " + std::string(wanted));
}

Result<ValueView> ToBool(ValueView value, Evaluation&) {
  return Evaluation::Bool(value.IsNumber() || value.type == BsonType::kBool ? IsTrue(value) : true);
}

// The text of a number as <charconv> reads it, without a sign '+'.
Result<Bytes> NumberText(ValueView value, Bytes wanted) {
  Bytes text = value.String();
  if (text.starts_with('+')) text.remove_prefix(1);
  const bool spaced = text.empty() || text.front() == ' ' || text.front() == '+';
  if (spaced) return NotText(value.String(), wanted);
  return text;
}

Result<double> ReadDouble(ValueView value) {
  const Bytes text = TRY(NumberText(value, "number"));
  double v = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), v);
  if (error != std::errc() || end != text.data() + text.size()) {
    return NotText(value.String(), "number");
  }
  return v;
}

Result<ValueView> ToDouble(ValueView value, Evaluation& run) {
  switch (value.type) {
    case BsonType::kBool:
      return run.Double(value.Bool() ? 1 : 0);
    case BsonType::kDate:
      return run.Double(static_cast<double>(value.Date()));
    case BsonType::kString:
      return run.Double(TRY(ReadDouble(value)));
    case BsonType::kDecimal128: {
      const double v = doc::ToDouble(value);
      if (std::isinf(v) && !IsInfinite(LoadDecimal(value.data))) {
        return Bad("the number does not fit a double");
      }
      return run.Double(v);
    }
    default:
      if (!value.IsNumber()) return NoSuch(value, "a double");
      return run.Double(doc::ToDouble(value));
  }
}

Result<ValueView> ToDecimal(ValueView value, Evaluation& run) {
  switch (value.type) {
    case BsonType::kBool:
      return run.Decimal(DecimalOf(int64_t{value.Bool()}));
    case BsonType::kDate:
      return run.Decimal(DecimalOf(value.Date()));
    case BsonType::kString: {
      const Bytes text = TRY(NumberText(value, "number"));
      const auto parsed = ParseDecimal(text);
      if (!parsed) return NotText(value.String(), "number");
      return run.Decimal(*parsed);
    }
    default:
      if (!value.IsNumber()) return NoSuch(value, "a decimal");
      return run.Decimal(Widen(NumberOf(value), BsonType::kDecimal128).decimal);
  }
}

// Whole numbers of 64 bits; a fraction is cut off.
Result<int64_t> ReadInteger(ValueView value, Bytes wanted) {
  switch (value.type) {
    case BsonType::kBool:
      return int64_t{value.Bool()};
    case BsonType::kString: {
      const Bytes text = TRY(NumberText(value, "whole number"));
      int64_t v = 0;
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), v);
      if (error != std::errc() || end != text.data() + text.size()) {
        return NotText(value.String(), "whole number");
      }
      return v;
    }
    default: {
      if (!value.IsNumber()) return NoSuch(value, wanted);
      const std::optional<int64_t> whole = TruncatedNumber(value);
      if (!whole) return Bad("the number does not fit " + std::string(wanted));
      return *whole;
    }
  }
}

Result<ValueView> ToInt(ValueView value, Evaluation& run) {
  const int64_t v = TRY(ReadInteger(value, "an int"));
  if (v < INT32_MIN || v > INT32_MAX) return Bad("the number does not fit an int");
  return run.Int32(static_cast<int32_t>(v));
}

Result<ValueView> ToLong(ValueView value, Evaluation& run) {
  if (value.type == BsonType::kDate) return run.Int64(value.Date());
  return run.Int64(TRY(ReadInteger(value, "a long")));
}

Result<ValueView> ToDate(ValueView value, Evaluation& run) {
  if (const std::optional<int64_t> date = DateOf(value)) return run.Date(*date);
  switch (value.type) {
    case BsonType::kString:
      return run.Date(TRY(ParseDate(value.String(), std::nullopt)));
    case BsonType::kInt64:
    case BsonType::kDouble:
    case BsonType::kDecimal128: {
      const std::optional<int64_t> ms = TruncatedNumber(value);
      if (!ms) return Bad("the number does not fit a date");
      return run.Date(*ms);
    }
    default:
      return NoSuch(value, "a date");
  }
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

Result<ValueView> ToObjectId(ValueView value, Evaluation& run) {
  if (value.type == BsonType::kObjectId) return value;
  if (value.type != BsonType::kString) return NoSuch(value, "an object id");
  const Bytes text = value.String();
  std::string bytes;
  for (size_t i = 0; text.size() == 2 * kObjectIdBytes && i < text.size(); i += 2) {
    const int high = HexDigit(text[i]);
    const int low = HexDigit(text[i + 1]);
    if (high < 0 || low < 0) break;
    bytes.push_back(static_cast<char>(high << 4 | low));
  }
  if (bytes.size() != kObjectIdBytes) return NotText(text, "object id");
  return run.Copy(BsonType::kObjectId, bytes);
}

Result<ValueView> ToString(ValueView value, Evaluation& run) {
  if (value.type == BsonType::kString) return value;
  const bool converts = value.IsNumber() || value.type == BsonType::kBool ||
                        value.type == BsonType::kDate || value.type == BsonType::kObjectId ||
                        value.type == BsonType::kSymbol || value.type == BsonType::kCode;
  if (!converts) return NoSuch(value, "a string");
  return run.String(*TextOf(value));
}

struct Target {
  BsonType type;
  Result<ValueView> (*convert)(ValueView, Evaluation&);
};

constexpr std::array kTargets = {
    Target{BsonType::kBool, ToBool},          Target{BsonType::kDate, ToDate},
    Target{BsonType::kDecimal128, ToDecimal}, Target{BsonType::kDouble, ToDouble},
    Target{BsonType::kInt32, ToInt},          Target{BsonType::kInt64, ToLong},
    Target{BsonType::kObjectId, ToObjectId},  Target{BsonType::kString, ToString},
};

const Target* FindTarget(BsonType type) {
  for (const Target& one : kTargets) {
    if (one.type == type) return &one;
  }
  return nullptr;
}

}  // namespace

bool IsConversionTarget(BsonType type) { return FindTarget(type) != nullptr; }

Result<ValueView> Convert(ValueView value, BsonType to, Evaluation& run) {
  const Target* target = FindTarget(to);
  DCHECK(target != nullptr && !value.IsNullish());
  return target->convert(value, run);
}

}  // namespace veddb::doc::expression
