// SPDX-License-Identifier: BSD-3-Clause
#include "tools/read/csv_date.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <span>

#include "base/glob.h"
#include "doc/value/time_text.h"

namespace veddb::tool {
namespace {

struct Spelling {
  Bytes text;
  DatePart part;
};

// Longer ones first where one begins like another.
constexpr Spelling kGo[] = {{"2006", DatePart::kYear},
                            {"January", DatePart::kMonthName},
                            {"Jan", DatePart::kMonthName},
                            {"Z07:00", DatePart::kOffset},
                            {"-07:00", DatePart::kOffset},
                            {"Z0700", DatePart::kOffset},
                            {"-0700", DatePart::kOffset},
                            {"Z07", DatePart::kOffset},
                            {"-07", DatePart::kOffset},
                            {"15", DatePart::kHour24},
                            {"06", DatePart::kShortYear},
                            {"05", DatePart::kSecond},
                            {"04", DatePart::kMinute},
                            {"03", DatePart::kHour12},
                            {"02", DatePart::kDay},
                            {"01", DatePart::kMonth},
                            {"_2", DatePart::kDay},
                            {"PM", DatePart::kHalfDay},
                            {"pm", DatePart::kHalfDay},
                            {".000000000", DatePart::kFraction},
                            {".000000", DatePart::kFraction},
                            {".000", DatePart::kFraction},
                            {".999999999", DatePart::kFraction},
                            {".999999", DatePart::kFraction},
                            {".999", DatePart::kFraction},
                            {"1", DatePart::kMonth},
                            {"2", DatePart::kDay},
                            {"3", DatePart::kHour12},
                            {"4", DatePart::kMinute},
                            {"5", DatePart::kSecond}};
constexpr Spelling kMicrosoft[] = {
    {"yyyy", DatePart::kYear},        {"yy", DatePart::kShortYear},
    {"MMMM", DatePart::kMonthName},   {"MMM", DatePart::kMonthName},
    {"MM", DatePart::kMonth},         {"M", DatePart::kMonth},
    {"dd", DatePart::kDay},           {"d", DatePart::kDay},
    {"HH", DatePart::kHour24},        {"H", DatePart::kHour24},
    {"hh", DatePart::kHour12},        {"h", DatePart::kHour12},
    {"mm", DatePart::kMinute},        {"m", DatePart::kMinute},
    {"ss", DatePart::kSecond},        {"s", DatePart::kSecond},
    {"fffffff", DatePart::kFraction}, {"ffffff", DatePart::kFraction},
    {"fff", DatePart::kFraction},     {"tt", DatePart::kHalfDay},
    {"zzz", DatePart::kOffset},       {"zz", DatePart::kOffset},
    {"K", DatePart::kOffset}};
constexpr Spelling kOracle[] = {
    {"YYYY", DatePart::kYear},    {"RRRR", DatePart::kYear},       {"YY", DatePart::kShortYear},
    {"RR", DatePart::kShortYear}, {"MONTH", DatePart::kMonthName}, {"MON", DatePart::kMonthName},
    {"MM", DatePart::kMonth},     {"MI", DatePart::kMinute},       {"DD", DatePart::kDay},
    {"HH24", DatePart::kHour24},  {"HH12", DatePart::kHour12},     {"HH", DatePart::kHour12},
    {"SS", DatePart::kSecond},    {"FF9", DatePart::kFraction},    {"FF6", DatePart::kFraction},
    {"FF3", DatePart::kFraction}, {"FF", DatePart::kFraction},     {"AM", DatePart::kHalfDay},
    {"PM", DatePart::kHalfDay},   {"TZH:TZM", DatePart::kOffset}};

std::span<const Spelling> SpellingsOf(DateLanguage language) {
  if (language == DateLanguage::kGo) return kGo;
  if (language == DateLanguage::kMicrosoft) return kMicrosoft;
  return kOracle;
}

constexpr std::array<Bytes, 12> kMonths = {"january",   "february", "march",    "april",
                                           "may",       "june",     "july",     "august",
                                           "september", "october",  "november", "december"};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; }

// What a text says, part by part.
struct Fields {
  int64_t year = 1970;
  int64_t month = 1;
  int64_t day = 1;
  int64_t hour = 0;
  int64_t minute = 0;
  int64_t second = 0;
  int64_t millisecond = 0;
  int64_t offset_minutes = 0;
  std::optional<bool> afternoon;
};

// Takes 1 to `digits` digits off the front.
bool TakeNumber(Bytes* text, size_t digits, int64_t* to) {
  size_t at = 0;
  for (*to = 0; at < std::min(digits, text->size()) && IsDigit((*text)[at]); ++at) {
    *to = *to * 10 + ((*text)[at] - '0');
  }
  text->remove_prefix(at);
  return at > 0;
}

bool TakeMonthName(Bytes* text, int64_t* month) {
  size_t letters = 0;
  while (letters < text->size() && IsLetter((*text)[letters])) ++letters;
  const Bytes word = text->substr(0, letters);
  for (size_t i = 0; i < kMonths.size(); ++i) {
    if (!EqualsIgnoreCase(word, kMonths[i]) && !EqualsIgnoreCase(word, kMonths[i].substr(0, 3))) {
      continue;
    }
    *month = static_cast<int64_t>(i) + 1;
    text->remove_prefix(letters);
    return true;
  }
  return false;
}

bool TakeHalfDay(Bytes* text, std::optional<bool>* afternoon) {
  const Bytes word = text->substr(0, 2);
  if (!EqualsIgnoreCase(word, "am") && !EqualsIgnoreCase(word, "pm")) return false;
  *afternoon = EqualsIgnoreCase(word, "pm");
  text->remove_prefix(2);
  return true;
}

bool TakeFraction(Bytes* text, int64_t* millisecond) {
  if (text->starts_with('.')) text->remove_prefix(1);
  size_t digits = 0;
  *millisecond = 0;
  for (; digits < text->size() && IsDigit((*text)[digits]); ++digits) {
    if (digits < 3) *millisecond = *millisecond * 10 + ((*text)[digits] - '0');
  }
  for (size_t i = digits; i < 3; ++i) *millisecond *= 10;
  text->remove_prefix(digits);
  return digits > 0;
}

bool TakeOffset(Bytes* text, int64_t* minutes) {
  if (text->starts_with('Z')) {
    text->remove_prefix(1);
    return true;
  }
  if (!text->starts_with('+') && !text->starts_with('-')) return false;
  const int64_t sign = text->starts_with('-') ? -1 : 1;
  text->remove_prefix(1);
  int64_t hours = 0;
  int64_t rest = 0;
  if (!TakeNumber(text, 2, &hours)) return false;
  if (text->starts_with(':')) text->remove_prefix(1);
  if (!text->empty() && IsDigit(text->front()) && !TakeNumber(text, 2, &rest)) return false;
  *minutes = sign * (hours * 60 + rest);
  return hours < 24 && rest < 60;
}

bool TakePart(DatePart part, Bytes* text, Fields& to) {
  switch (part) {
    case DatePart::kLiteral:
      return false;
    case DatePart::kYear:
      return TakeNumber(text, 4, &to.year);
    case DatePart::kShortYear:
      if (!TakeNumber(text, 2, &to.year)) return false;
      to.year += to.year < 69 ? 2000 : 1900;
      return true;
    case DatePart::kMonth:
      return TakeNumber(text, 2, &to.month);
    case DatePart::kMonthName:
      return TakeMonthName(text, &to.month);
    case DatePart::kDay:
      if (text->starts_with(' ')) text->remove_prefix(1);
      return TakeNumber(text, 2, &to.day);
    case DatePart::kHour24:
    case DatePart::kHour12:
      return TakeNumber(text, 2, &to.hour);
    case DatePart::kHalfDay:
      return TakeHalfDay(text, &to.afternoon);
    case DatePart::kMinute:
      return TakeNumber(text, 2, &to.minute);
    case DatePart::kSecond:
      return TakeNumber(text, 2, &to.second);
    case DatePart::kFraction:
      return TakeFraction(text, &to.millisecond);
    case DatePart::kOffset:
      return TakeOffset(text, &to.offset_minutes);
  }
  return false;
}

std::optional<int64_t> MillisOf(Fields fields) {
  if (fields.afternoon) {
    if (fields.hour < 1 || fields.hour > 12) return std::nullopt;
    fields.hour = fields.hour % 12 + (*fields.afternoon ? 12 : 0);
  }
  if (fields.month < 1 || fields.month > 12 || fields.day < 1 || fields.day > 31 ||
      fields.hour > 23 || fields.minute > 59 || fields.second > 59) {
    return std::nullopt;
  }
  const int64_t days = doc::DaysFromCivil(
      {fields.year, static_cast<uint32_t>(fields.month), static_cast<uint32_t>(fields.day)});
  if (doc::CivilFromDays(days).day != fields.day) return std::nullopt;  // 30 February
  const int64_t minutes = fields.hour * 60 + fields.minute - fields.offset_minutes;
  return days * doc::kMsPerDay + (minutes * 60 + fields.second) * 1000 + fields.millisecond;
}

}  // namespace

Result<DateLayout> DateLayout::Parse(DateLanguage language, Bytes layout) {
  if (layout.empty()) return Err("a date needs a layout, as in date(2006-01-02)");
  DateLayout out;
  const std::span<const Spelling> spellings = SpellingsOf(language);
  for (Bytes rest = layout; !rest.empty();) {
    const auto known = std::find_if(spellings.begin(), spellings.end(),
                                    [&](const Spelling& s) { return rest.starts_with(s.text); });
    if (known != spellings.end()) {
      out.tokens_.push_back({known->part, {}});
      rest.remove_prefix(known->text.size());
      continue;
    }
    const char c = rest.front();
    // ISO 8601's T and Z may stand as they are; other letters belong to parts that are not read.
    if (IsDigit(c) || (IsLetter(c) && c != 'T' && c != 'Z')) {
      return Err("the layout of a date holds '" + std::string(rest) + "', which is not known");
    }
    out.tokens_.push_back({DatePart::kLiteral, std::string(1, c)});
    rest.remove_prefix(1);
  }
  return out;
}

std::optional<int64_t> DateLayout::Read(Bytes text) const {
  Fields fields;
  for (const Token& token : tokens_) {
    if (token.part == DatePart::kLiteral) {
      if (!text.starts_with(token.literal)) return std::nullopt;
      text.remove_prefix(token.literal.size());
    } else if (!TakePart(token.part, &text, fields)) {
      return std::nullopt;
    }
  }
  return text.empty() ? MillisOf(fields) : std::nullopt;
}

}  // namespace veddb::tool
