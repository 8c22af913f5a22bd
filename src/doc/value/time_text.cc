// SPDX-License-Identifier: BSD-3-Clause
#include "doc/value/time_text.h"

#include "base/check.h"

namespace veddb::doc {
namespace {

constexpr int64_t kDaysPerEra = 146'097;  // 400 Gregorian years
constexpr int64_t kDaysTo1970 = 719'468;  // from 0000-03-01, where the shifted year begins

// A cursor over fixed-width decimal fields; the first failure sticks.
struct Reader {
  Bytes rest;
  bool ok = true;

  uint32_t Digits(size_t count) {
    uint32_t value = 0;
    for (size_t i = 0; i < count; ++i) {
      if (rest.empty() || rest[0] < '0' || rest[0] > '9') {
        ok = false;
        return 0;
      }
      value = value * 10 + static_cast<uint32_t>(rest[0] - '0');
      rest.remove_prefix(1);
    }
    return value;
  }
  bool Take(char c) {
    if (rest.empty() || rest[0] != c) return false;
    rest.remove_prefix(1);
    return true;
  }
  void Expect(char c) { ok = Take(c) && ok; }
};

uint32_t DaysInMonth(int64_t year, uint32_t month) {
  constexpr uint32_t kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : kDays[month - 1];
}

// The fraction's first three digits; the rest is dropped.
uint32_t ReadMilliseconds(Reader& in) {
  if (!in.Take('.')) return 0;
  uint32_t ms = 0;
  size_t count = 0;
  while (!in.rest.empty() && in.rest[0] >= '0' && in.rest[0] <= '9') {
    const uint32_t digit = in.Digits(1);
    if (count < 3) ms = ms * 10 + digit;
    ++count;
  }
  if (count == 0 || count > 9) in.ok = false;
  for (; count < 3; ++count) ms *= 10;
  return ms;
}

int64_t ReadOffsetMinutes(Reader& in) {
  if (in.Take('Z')) return 0;
  const bool minus = in.Take('-');
  if (!minus) in.Expect('+');
  const uint32_t hours = in.Digits(2);
  uint32_t minutes = 0;
  if (in.Take(':') || !in.rest.empty()) minutes = in.Digits(2);
  if (hours > 23 || minutes > 59) in.ok = false;
  const int64_t offset = hours * 60 + minutes;
  return minus ? -offset : offset;
}

// `count` digits and what stands behind them; returns the end.
char* PutDigits(char* to, uint32_t value, size_t count, char behind) {
  for (size_t i = count; i-- > 0; value /= 10) to[i] = static_cast<char>('0' + value % 10);
  to[count] = behind;
  return to + count + 1;
}

}  // namespace

int64_t DaysFromCivil(CivilDate date) {
  // Years are counted from March, so that the leap day is the last of its year.
  const int64_t year = date.month <= 2 ? date.year - 1 : date.year;
  const int64_t era = (year >= 0 ? year : year - 399) / 400;
  const int64_t year_of_era = year - era * 400;
  const int64_t month_from_march = (date.month + 9) % 12;
  const int64_t day_of_year = (153 * month_from_march + 2) / 5 + date.day - 1;
  const int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * kDaysPerEra + day_of_era - kDaysTo1970;
}

CivilDate CivilFromDays(int64_t days_since_1970) {
  const int64_t days = days_since_1970 + kDaysTo1970;
  const int64_t era = (days >= 0 ? days : days - (kDaysPerEra - 1)) / kDaysPerEra;
  const int64_t day_of_era = days - era * kDaysPerEra;
  const int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int64_t month_from_march = (5 * day_of_year + 2) / 153;
  const int64_t day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
  const int64_t month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
  const int64_t year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);
  return {year, static_cast<uint32_t>(month), static_cast<uint32_t>(day)};
}

std::optional<int64_t> ParseIsoDate(Bytes text) {
  Reader in{text};
  CivilDate date{};
  date.year = in.Digits(4);
  in.Expect('-');
  date.month = in.Digits(2);
  in.Expect('-');
  date.day = in.Digits(2);
  in.Expect('T');
  const uint32_t hour = in.Digits(2);
  in.Expect(':');
  const uint32_t minute = in.Digits(2);
  in.Expect(':');
  const uint32_t second = in.Digits(2);
  const uint32_t ms = ReadMilliseconds(in);
  const int64_t offset_minutes = ReadOffsetMinutes(in);
  if (!in.ok || !in.rest.empty()) return std::nullopt;
  if (date.month < 1 || date.month > 12 || date.day < 1 || hour > 23 || minute > 59 ||
      second > 59 || date.day > DaysInMonth(date.year, date.month)) {
    return std::nullopt;
  }
  const int64_t minutes = static_cast<int64_t>(hour) * 60 + minute - offset_minutes;
  return DaysFromCivil(date) * kMsPerDay + minutes * 60'000 + static_cast<int64_t>(second) * 1000 +
         ms;
}

size_t FormatIsoDate(int64_t unix_ms, char* to) {
  DCHECK(unix_ms >= 0 && unix_ms < kIsoMsEnd);
  const CivilDate date = CivilFromDays(unix_ms / kMsPerDay);
  const auto ms_of_day = static_cast<uint32_t>(unix_ms % kMsPerDay);
  char* at = PutDigits(to, static_cast<uint32_t>(date.year), 4, '-');
  at = PutDigits(at, date.month, 2, '-');
  at = PutDigits(at, date.day, 2, 'T');
  at = PutDigits(at, ms_of_day / 3'600'000, 2, ':');
  at = PutDigits(at, ms_of_day / 60'000 % 60, 2, ':');
  const uint32_t ms = ms_of_day % 1000;
  at = PutDigits(at, ms_of_day / 1000 % 60, 2, ms != 0 ? '.' : 'Z');
  if (ms != 0) at = PutDigits(at, ms, 3, 'Z');
  return static_cast<size_t>(at - to);
}

void AppendIsoDate(int64_t unix_ms, std::string* out) {
  char text[kIsoDateChars];
  out->append(text, FormatIsoDate(unix_ms, text));
}

}  // namespace veddb::doc
