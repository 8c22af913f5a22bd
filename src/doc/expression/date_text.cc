// SPDX-License-Identifier: BSD-3-Clause
#include "doc/expression/date_text.h"

#include <array>
#include <cstdio>

namespace veddb::doc::expression {
namespace {

constexpr std::array<Bytes, 12> kMonths = {"January",   "February", "March",    "April",
                                           "May",       "June",     "July",     "August",
                                           "September", "October",  "November", "December"};
constexpr size_t kShortNameBytes = 3;

Error Bad(Bytes what) { return MakeError(ErrorCode::kBadQuery, std::string(what)); }

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

void AppendNumber(std::string* out, int64_t v, int digits) {
  char text[32];
  std::snprintf(text, sizeof text, "%0*lld", digits, static_cast<long long>(v));
  *out += text;
}

Bytes MonthName(int month) { return kMonths[static_cast<size_t>(month - 1)]; }

struct Moment {
  DateParts parts;
  int64_t offset_ms;
};

void AppendOffset(std::string* out, int64_t offset_ms) {
  const int64_t minutes = std::abs(offset_ms) / kMsPerMinute;
  out->push_back(offset_ms < 0 ? '-' : '+');
  AppendNumber(out, minutes / 60, 2);
  AppendNumber(out, minutes % 60, 2);
}

// False: there is no such letter.
bool AppendField(char letter, const Moment& moment, std::string* out) {
  const DateParts& parts = moment.parts;
  switch (letter) {
    case 'Y':
      AppendNumber(out, parts.year, 4);
      return true;
    case 'm':
      AppendNumber(out, parts.month, 2);
      return true;
    case 'd':
      AppendNumber(out, parts.day, 2);
      return true;
    case 'H':
      AppendNumber(out, parts.hour, 2);
      return true;
    case 'M':
      AppendNumber(out, parts.minute, 2);
      return true;
    case 'S':
      AppendNumber(out, parts.second, 2);
      return true;
    case 'L':
      AppendNumber(out, parts.millisecond, 3);
      return true;
    case 'j':
      AppendNumber(out, parts.day_of_year(), 3);
      return true;
    case 'w':
      AppendNumber(out, parts.weekday() + 1, 1);
      return true;
    case 'u':
      AppendNumber(out, parts.iso_weekday(), 1);
      return true;
    case 'U':
      AppendNumber(out, parts.week(), 2);
      return true;
    case 'V':
      AppendNumber(out, IsoWeek(parts).week, 2);
      return true;
    case 'G':
      AppendNumber(out, IsoWeek(parts).year, 4);
      return true;
    case 'z':
      AppendOffset(out, moment.offset_ms);
      return true;
    case 'Z':
      AppendNumber(out, moment.offset_ms / kMsPerMinute, 1);
      return true;
    case 'b':
      *out += MonthName(parts.month).substr(0, kShortNameBytes);
      return true;
    case 'B':
      *out += MonthName(parts.month);
      return true;
    case '%':
      out->push_back('%');
      return true;
    default:
      return false;
  }
}

// What a text says of a date. The first failure sticks.
struct Reading {
  Bytes rest;
  bool ok = true;
  std::optional<int64_t> year, month, day, day_of_year, hour, minute, second, millisecond;
  std::optional<int64_t> iso_year, iso_week, iso_weekday;
  std::optional<int64_t> offset_ms;

  bool Take(char c) {
    if (rest.empty() || rest[0] != c) return false;
    rest.remove_prefix(1);
    return true;
  }
  void Expect(char c) { ok = Take(c) && ok; }
  bool AtDigit() const { return !rest.empty() && IsDigit(rest[0]); }
  int64_t Number(size_t digits_min, size_t digits_max) {
    int64_t value = 0;
    size_t count = 0;
    for (; count < digits_max && AtDigit(); ++count) {
      value = value * 10 + (rest[0] - '0');
      rest.remove_prefix(1);
    }
    if (count < digits_min) ok = false;
    return value;
  }
  // Digits behind a point, as milliseconds; what is finer is dropped.
  int64_t Fraction() {
    int64_t ms = 0;
    size_t count = 0;
    for (; AtDigit() && count < 9; ++count) {
      if (count < 3) ms = ms * 10 + (rest[0] - '0');
      rest.remove_prefix(1);
    }
    if (count == 0) ok = false;
    for (; count < 3; ++count) ms *= 10;
    return ms;
  }
  void Offset() {
    if (Take('Z') || Take('z')) {
      offset_ms = 0;
      return;
    }
    const bool minus = Take('-');
    if (!minus) Expect('+');
    const int64_t hours = Number(1, 2);
    int64_t minutes = 0;
    if (Take(':') || AtDigit()) minutes = Number(2, 2);
    if (hours > 23 || minutes > 59) ok = false;
    const int64_t ms = hours * kMsPerHour + minutes * kMsPerMinute;
    offset_ms = minus ? -ms : ms;
  }
  void MonthByName() {
    size_t letters = 0;
    while (letters < rest.size() && Lower(rest[letters]) >= 'a' && Lower(rest[letters]) <= 'z') {
      ++letters;
    }
    std::string name(rest.substr(0, letters));
    rest.remove_prefix(letters);
    for (char& c : name) c = Lower(c);
    for (size_t i = 0; i < kMonths.size(); ++i) {
      std::string full(kMonths[i]);
      full[0] = Lower(full[0]);
      if (name == full || name == full.substr(0, kShortNameBytes)) {
        month = static_cast<int64_t>(i) + 1;
        return;
      }
    }
    ok = false;
  }
};

bool Within(const std::optional<int64_t>& value, int64_t low, int64_t high) {
  return !value || (*value >= low && *value <= high);
}

bool TimeIsValid(const Reading& in) {
  return Within(in.hour, 0, 23) && Within(in.minute, 0, 59) && Within(in.second, 0, 59) &&
         Within(in.millisecond, 0, 999);
}

// The day that the text names; nothing if there is none.
std::optional<int64_t> DaysOf(const Reading& in) {
  if (in.iso_year || in.iso_week || in.iso_weekday) {
    if (!in.iso_year || in.year || in.month || in.day) return std::nullopt;
    if (!Within(in.iso_week, 1, 53) || !Within(in.iso_weekday, 1, 7)) return std::nullopt;
    return FirstIsoMonday(*in.iso_year) + (in.iso_week.value_or(1) - 1) * 7 +
           in.iso_weekday.value_or(1) - 1;
  }
  if (!in.year) return std::nullopt;
  if (in.day_of_year) {
    if (in.month || in.day) return std::nullopt;
    const int64_t first = DaysFromCivil({*in.year, 1, 1});
    const int64_t length = DaysFromCivil({*in.year + 1, 1, 1}) - first;
    if (!Within(in.day_of_year, 1, length)) return std::nullopt;
    return first + *in.day_of_year - 1;
  }
  const int64_t month = in.month.value_or(1);
  const int64_t day = in.day.value_or(1);
  if (month < 1 || month > 12) return std::nullopt;
  if (day < 1 || day > DaysInMonth(*in.year, static_cast<int>(month))) return std::nullopt;
  return DaysFromMonths(*in.year, month) + day - 1;
}

Result<int64_t> Assemble(const Reading& in, Bytes text, const std::optional<TimeZone>& zone) {
  const std::optional<int64_t> days = in.ok && in.rest.empty() ? DaysOf(in) : std::nullopt;
  if (!days || !TimeIsValid(in)) return Bad("'" + std::string(text) + "' is no such date");
  const int64_t local = *days * kMsPerDay + in.hour.value_or(0) * kMsPerHour +
                        in.minute.value_or(0) * kMsPerMinute +
                        in.second.value_or(0) * kMsPerSecond + in.millisecond.value_or(0);
  if (in.offset_ms) {
    if (zone) return Bad("the time zone is given twice, in the text and beside it");
    return local - *in.offset_ms;
  }
  return zone ? zone->FromLocal(local) : local;
}

// Reads what the format's letter stands for. False: there is no such letter.
bool ReadField(char letter, Reading& in) {
  switch (letter) {
    case 'Y':
      in.year = in.Number(4, 4);
      return true;
    case 'm':
      in.month = in.Number(1, 2);
      return true;
    case 'd':
      in.day = in.Number(1, 2);
      return true;
    case 'H':
      in.hour = in.Number(1, 2);
      return true;
    case 'M':
      in.minute = in.Number(1, 2);
      return true;
    case 'S':
      in.second = in.Number(1, 2);
      return true;
    case 'L':
      in.millisecond = in.Number(1, 3);
      return true;
    case 'j':
      in.day_of_year = in.Number(1, 3);
      return true;
    case 'u':
      in.iso_weekday = in.Number(1, 1);
      return true;
    case 'V':
      in.iso_week = in.Number(1, 2);
      return true;
    case 'G':
      in.iso_year = in.Number(4, 4);
      return true;
    case 'z':
      in.Offset();
      return true;
    case 'Z': {
      const bool minus = in.Take('-');
      if (!minus) (void)in.Take('+');
      const int64_t minutes = in.Number(1, 4);
      in.offset_ms = (minus ? -minutes : minutes) * kMsPerMinute;
      return true;
    }
    case 'b':
    case 'B':
      in.MonthByName();
      return true;
    case '%':
      in.Expect('%');
      return true;
    default:
      return false;
  }
}

Error BadFormat(Bytes format) { return Bad("'" + std::string(format) + "' is no format of dates"); }

}  // namespace

Result<std::string> FormatDate(int64_t date_ms, const TimeZone& zone, Bytes format) {
  const Moment moment{DateParts(zone.ToLocal(date_ms)), zone.OffsetMs(date_ms)};
  if (moment.parts.year < 0 || moment.parts.year > 9999) {
    return Bad("only years from 0 to 9999 can be written");
  }
  std::string out;
  for (size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%') {
      out.push_back(format[i]);
    } else if (++i == format.size() || !AppendField(format[i], moment, &out)) {
      return BadFormat(format);
    }
  }
  return out;
}

Result<int64_t> ParseDate(Bytes text, const std::optional<TimeZone>& zone) {
  Reading in{.rest = text};
  in.year = in.Number(4, 4);
  // With dashes, or without: 20240102.
  const bool dashes = in.Take('-');
  in.month = in.Number(dashes ? 1 : 2, 2);
  if (dashes) {
    if (in.Take('-')) in.day = in.Number(1, 2);
  } else {
    in.day = in.Number(2, 2);
  }
  if (in.Take('T') || in.Take('t') || in.Take(' ')) {
    in.hour = in.Number(1, 2);
    const bool colons = in.Take(':');
    if (colons || in.AtDigit()) in.minute = in.Number(2, 2);
    if (colons ? in.Take(':') : in.AtDigit()) {
      in.second = in.Number(2, 2);
      if (in.Take('.') || in.Take(',')) in.millisecond = in.Fraction();
    }
    (void)in.Take(' ');
    if (!in.rest.empty()) in.Offset();
  }
  return Assemble(in, text, zone);
}

Result<int64_t> ParseDateBy(Bytes text, Bytes format, const std::optional<TimeZone>& zone) {
  Reading in{.rest = text};
  for (size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%') {
      in.Expect(format[i]);
    } else if (++i == format.size() || !ReadField(format[i], in)) {
      return BadFormat(format);
    }
  }
  return Assemble(in, text, zone);
}

}  // namespace veddb::doc::expression
