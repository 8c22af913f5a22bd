// SPDX-License-Identifier: BSD-3-Clause
// Dates as calendars show them: parts in a time zone, units, weeks. A date is milliseconds since
// 1970 in UTC; a "local" one is those that a clock in the zone shows. Pure; any thread.
#pragma once
#include <absl/time/time.h>

#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "doc/value/document.h"
#include "doc/value/time_text.h"

namespace veddb::doc::expression {

inline constexpr int64_t kMsPerSecond = 1000;
inline constexpr int64_t kMsPerMinute = 60 * kMsPerSecond;
inline constexpr int64_t kMsPerHour = 60 * kMsPerMinute;

// Rounds towards minus infinity, as time needs it before 1970.
constexpr int64_t FloorDiv(int64_t a, int64_t b) {
  return a / b - (a % b != 0 && (a < 0) != (b < 0));
}
constexpr int64_t FloorMod(int64_t a, int64_t b) { return a - FloorDiv(a, b) * b; }

class TimeZone {
 public:
  // UTC.
  TimeZone() = default;
  // A name of the system's time zone database ("Europe/Berlin"), or an offset ("+02:00", "-0330",
  // "+05").
  static std::optional<TimeZone> Find(Bytes name);

  bool is_utc() const { return fixed_ && offset_ms_ == 0; }
  // What the zone is ahead of UTC at that moment.
  int64_t OffsetMs(int64_t date_ms) const;
  // At the ends of time it wraps around.
  int64_t ToLocal(int64_t date_ms) const {
    return static_cast<int64_t>(static_cast<uint64_t>(date_ms) +
                                static_cast<uint64_t>(OffsetMs(date_ms)));
  }
  // A time that the clock shows twice is the first; one that it leaves out is as if it did not.
  int64_t FromLocal(int64_t local_ms) const;

 private:
  bool fixed_ = true;
  int64_t offset_ms_ = 0;
  absl::TimeZone zone_;
};

// Of a local date.
struct DateParts {
  explicit DateParts(int64_t local_ms);

  int64_t days;  // since 1970
  int64_t year;
  int month;  // 1 to 12
  int day;    // 1 to 31
  int hour;
  int minute;
  int second;
  int millisecond;

  int day_of_year() const;                                                 // 1 to 366
  int weekday() const { return static_cast<int>(FloorMod(days + 4, 7)); }  // 0: Sunday
  int iso_weekday() const { return weekday() == 0 ? 7 : weekday(); }
  int week() const { return (day_of_year() + 6 - weekday()) / 7; }  // from the first Sunday on
};

// The week of ISO 8601 and the year to which it belongs.
struct IsoWeek {
  explicit IsoWeek(const DateParts& parts);
  int64_t year;
  int week;  // 1 to 53
};
// The Monday of the first ISO week of a year, in days since 1970.
int64_t FirstIsoMonday(int64_t year);

// The first day of a month, in days since 1970; months beyond 1 to 12 carry over into years.
int64_t DaysFromMonths(int64_t year, int64_t month);
int DaysInMonth(int64_t year, int month);

enum class DateUnit : uint8_t {
  kYear,
  kQuarter,
  kMonth,
  kWeek,
  kDay,
  kHour,
  kMinute,
  kSecond,
  kMillisecond
};
std::optional<DateUnit> DateUnitOf(Bytes name);
// Of a unit that is never longer or shorter: week to millisecond.
int64_t MsOf(DateUnit unit);
// Of a year, a quarter, a month.
int64_t MonthsOf(DateUnit unit);
bool IsOfMonths(DateUnit unit);
inline bool IsOfDays(DateUnit unit) { return unit == DateUnit::kWeek || unit == DateUnit::kDay; }
// Beyond this no date has so many months.
inline constexpr int64_t kMonthsMax = int64_t{1} << 40;
// What dates may be: far beyond calendars, and yet sums do not overflow.
inline constexpr int64_t kDateMsMax = INT64_MAX / 4;
// So many units later: months end on the same day or their last one, days are those of the zone's
// clock. Nothing: it is no date. REQUIRES: within kDateMsMax
std::optional<int64_t> AddToDate(int64_t date_ms, DateUnit unit, int64_t amount,
                                 const TimeZone& zone);
// "monday", "mon": 0 is Sunday.
std::optional<int> WeekdayOf(Bytes name);

// Dates, timestamps and object ids have a time.
std::optional<int64_t> DateOf(ValueView value);
// "2024-01-02T03:04:05.678Z"; any year.
std::string IsoDateText(int64_t date_ms);

}  // namespace veddb::doc::expression
