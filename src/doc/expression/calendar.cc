// SPDX-License-Identifier: BSD-3-Clause
#include "doc/expression/calendar.h"

#include <absl/time/civil_time.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <utility>
#include <vector>

#include "base/coding.h"

namespace veddb::doc::expression {
namespace {

constexpr size_t kZoneNameBytesMax = 64;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// "+05", "+0530", "+05:30"
std::optional<int64_t> ParseOffset(Bytes text) {
  if (text.size() < 3 || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  std::string digits;
  for (size_t i = 1; i < text.size(); ++i) {
    if (text[i] == ':' && i == 3 && text.size() == 6) continue;
    if (!IsDigit(text[i])) return std::nullopt;
    digits.push_back(text[i]);
  }
  if (digits.size() != 2 && digits.size() != 4) return std::nullopt;
  const int hours = (digits[0] - '0') * 10 + (digits[1] - '0');
  const int minutes = digits.size() == 4 ? (digits[2] - '0') * 10 + (digits[3] - '0') : 0;
  if (hours > 23 || minutes > 59) return std::nullopt;
  const int64_t ms = hours * kMsPerHour + minutes * kMsPerMinute;
  return text[0] == '-' ? -ms : ms;
}

// The name of a file of the database: a name from a client must not lead elsewhere, and the
// library keeps every name that it was asked for.
bool IsZoneName(Bytes name) {
  if (name.empty() || name.size() > kZoneNameBytesMax || name[0] == '/') return false;
  if (name.find("..") != Bytes::npos) return false;
  const bool plain = std::all_of(name.begin(), name.end(), [](char c) {
    return IsDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '/' || c == '_' ||
           c == '-' || c == '+';
  });
  if (!plain) return false;
  const char* directory = std::getenv("TZDIR");
  const std::string path = std::string(directory != nullptr ? directory : "/usr/share/zoneinfo") +
                           "/" + std::string(name);
  struct stat status;
  return stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

// Zones that a thread has at hand: looking one up takes a question to the file system.
constexpr size_t kZonesMax = 16;

absl::CivilSecond CivilOf(int64_t local_ms) {
  const DateParts parts(local_ms);
  return absl::CivilSecond(parts.year, parts.month, parts.day, parts.hour, parts.minute,
                           parts.second);
}

}  // namespace

std::optional<TimeZone> TimeZone::Find(Bytes name) {
  TimeZone zone;
  if (name == "UTC" || name == "GMT" || name == "Z") return zone;
  if (const std::optional<int64_t> offset = ParseOffset(name)) {
    zone.offset_ms_ = *offset;
    return zone;
  }
  thread_local std::vector<std::pair<std::string, TimeZone>> known;
  for (const auto& [known_name, known_zone] : known) {
    if (known_name == name) return known_zone;
  }
  if (!IsZoneName(name)) return std::nullopt;
  zone.fixed_ = false;
  if (!absl::LoadTimeZone({name.data(), name.size()}, &zone.zone_)) return std::nullopt;
  if (known.size() == kZonesMax) known.erase(known.begin());
  known.emplace_back(name, zone);
  return zone;
}

int64_t TimeZone::OffsetMs(int64_t date_ms) const {
  if (fixed_) return offset_ms_;
  return zone_.At(absl::FromUnixMillis(date_ms)).offset * kMsPerSecond;
}

int64_t TimeZone::FromLocal(int64_t local_ms) const {
  if (fixed_) {
    return static_cast<int64_t>(static_cast<uint64_t>(local_ms) -
                                static_cast<uint64_t>(offset_ms_));
  }
  const absl::TimeZone::TimeInfo info = zone_.At(CivilOf(local_ms));
  return absl::ToUnixMillis(info.pre) + FloorMod(local_ms, kMsPerSecond);
}

DateParts::DateParts(int64_t local_ms) : days(FloorDiv(local_ms, kMsPerDay)) {
  const CivilDate date = CivilFromDays(days);
  year = date.year;
  month = static_cast<int>(date.month);
  day = static_cast<int>(date.day);
  const int64_t ms = FloorMod(local_ms, kMsPerDay);
  hour = static_cast<int>(ms / kMsPerHour);
  minute = static_cast<int>(ms / kMsPerMinute % 60);
  second = static_cast<int>(ms / kMsPerSecond % 60);
  millisecond = static_cast<int>(ms % kMsPerSecond);
}

int DateParts::day_of_year() const {
  return static_cast<int>(days - DaysFromCivil({year, 1, 1})) + 1;
}

int64_t FirstIsoMonday(int64_t year) {
  // January 4 always lies in the first week.
  const int64_t fourth = DaysFromCivil({year, 1, 4});
  return fourth - FloorMod(fourth + 3, 7);
}

IsoWeek::IsoWeek(const DateParts& parts) : year(parts.year) {
  if (parts.days < FirstIsoMonday(year)) {
    --year;
  } else if (parts.days >= FirstIsoMonday(year + 1)) {
    ++year;
  }
  week = static_cast<int>((parts.days - FirstIsoMonday(year)) / 7) + 1;
}

int64_t DaysFromMonths(int64_t year, int64_t month) {
  const int64_t months = year * 12 + month - 1;
  return DaysFromCivil({FloorDiv(months, 12), static_cast<uint32_t>(FloorMod(months, 12) + 1), 1});
}

int DaysInMonth(int64_t year, int month) {
  return static_cast<int>(DaysFromMonths(year, month + 1) - DaysFromMonths(year, month));
}

std::optional<DateUnit> DateUnitOf(Bytes name) {
  constexpr std::array<std::pair<Bytes, DateUnit>, 9> kUnits = {
      {{"year", DateUnit::kYear},
       {"quarter", DateUnit::kQuarter},
       {"month", DateUnit::kMonth},
       {"week", DateUnit::kWeek},
       {"day", DateUnit::kDay},
       {"hour", DateUnit::kHour},
       {"minute", DateUnit::kMinute},
       {"second", DateUnit::kSecond},
       {"millisecond", DateUnit::kMillisecond}}};
  for (const auto& [text, unit] : kUnits) {
    if (text == name) return unit;
  }
  return std::nullopt;
}

int64_t MsOf(DateUnit unit) {
  switch (unit) {
    case DateUnit::kWeek:
      return 7 * kMsPerDay;
    case DateUnit::kDay:
      return kMsPerDay;
    case DateUnit::kHour:
      return kMsPerHour;
    case DateUnit::kMinute:
      return kMsPerMinute;
    case DateUnit::kSecond:
      return kMsPerSecond;
    default:
      return 1;
  }
}

int64_t MonthsOf(DateUnit unit) {
  return unit == DateUnit::kYear ? 12 : unit == DateUnit::kQuarter ? 3 : 1;
}
bool IsOfMonths(DateUnit unit) {
  return unit == DateUnit::kYear || unit == DateUnit::kQuarter || unit == DateUnit::kMonth;
}

namespace {

// The same day of another month, or its last.
int64_t AddMonths(int64_t local_ms, int64_t months) {
  const DateParts parts(local_ms);
  const int64_t first = DaysFromMonths(parts.year, parts.month + months);
  const int64_t next = DaysFromMonths(parts.year, parts.month + months + 1);
  const int64_t day = std::min<int64_t>(parts.day, next - first);
  return (first + day - 1) * kMsPerDay + FloorMod(local_ms, kMsPerDay);
}

}  // namespace

std::optional<int64_t> AddToDate(int64_t date_ms, DateUnit unit, int64_t amount,
                                 const TimeZone& zone) {
  if (IsOfMonths(unit)) {
    const int64_t each = MonthsOf(unit);
    if (amount > kMonthsMax / each || amount < -kMonthsMax / each) return std::nullopt;
    const int64_t years = amount * each / 12;
    if (std::abs(years) > kDateMsMax / (366 * kMsPerDay)) return std::nullopt;
    return zone.FromLocal(AddMonths(zone.ToLocal(date_ms), amount * each));
  }
  int64_t ms = 0;
  if (__builtin_mul_overflow(amount, MsOf(unit), &ms)) return std::nullopt;
  if (ms > kDateMsMax || ms < -kDateMsMax) return std::nullopt;
  // Days are those of the clock, which a change of summer time makes longer or shorter.
  if (IsOfDays(unit)) return zone.FromLocal(zone.ToLocal(date_ms) + ms);
  return date_ms + ms;
}

std::optional<int> WeekdayOf(Bytes name) {
  constexpr Bytes kDays[] = {"sunday",   "monday", "tuesday", "wednesday",
                             "thursday", "friday", "saturday"};
  std::string lower(name);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  for (int i = 0; i < 7; ++i) {
    if (lower == kDays[i] || lower == kDays[i].substr(0, 3)) return i;
  }
  return std::nullopt;
}

std::optional<int64_t> DateOf(ValueView value) {
  switch (value.type) {
    case BsonType::kDate:
      return value.Date();
    case BsonType::kTimestamp:
      return int64_t{value.Timestamp().seconds} * kMsPerSecond;
    case BsonType::kObjectId:
      return static_cast<int64_t>(LoadBE32(value.data)) * kMsPerSecond;
    default:
      return std::nullopt;
  }
}

std::string IsoDateText(int64_t date_ms) {
  const DateParts parts(date_ms);
  char text[64];
  std::snprintf(text, sizeof text, "%04lld-%02d-%02dT%02d:%02d:%02d.%03dZ",
                static_cast<long long>(parts.year), parts.month, parts.day, parts.hour,
                parts.minute, parts.second, parts.millisecond);
  return text;
}

}  // namespace veddb::doc::expression
