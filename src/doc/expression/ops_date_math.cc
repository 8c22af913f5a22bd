// SPDX-License-Identifier: BSD-3-Clause
// Dates so many units later, between, and cut off at units.
#include <array>
#include <limits>

#include "doc/expression/date_arguments.h"

namespace veddb::doc::expression {
namespace {

constexpr Bytes kAddNames = "startDate unit amount ?timezone";
constexpr Bytes kDiffNames = "startDate endDate unit ?timezone ?startOfWeek";
constexpr Bytes kTruncNames = "date unit ?binSize ?timezone ?startOfWeek";

Status CheckRange(const Call& call, int64_t date) {
  if (date > kDateMsMax || date < -kDateMsMax) return call.Bad("the date is out of range");
  return Ok();
}

// --- $dateAdd, $dateSubtract ---

template <bool kSubtracts>
Result<ValueView> DateAdd(const Call& call, Arguments values) {
  if (AnyGivenNullish(call, values)) return Evaluation::Null();
  const int64_t date = TRY(AsDate(call, values[0]));
  const DateUnit unit = TRY(AsDateUnit(call, values[1]));
  const std::optional<int64_t> amount = WholeNumber(values[2]);
  if (!amount) return call.BadType("the amount", "a whole number", values[2]);
  if (*amount == std::numeric_limits<int64_t>::min()) return call.Bad("the result is no date");
  const TimeZone zone = TRY(AsTimeZone(call, 3, values[3]));
  TRY(CheckRange(call, date));
  const std::optional<int64_t> result =
      AddToDate(date, unit, kSubtracts ? -*amount : *amount, zone);
  if (!result) return call.Bad("the result is no date");
  return call.run.Date(*result);
}

// --- $dateDiff ---

// Days since some first day of a week, in weeks.
int64_t WeekNumber(int64_t days, int first_weekday) {
  // 1970-01-01 was a Thursday, day 4 of a week from Sunday on.
  return FloorDiv(days + 4 - first_weekday, 7);
}

int64_t UnitNumber(DateUnit unit, int64_t local_ms, int first_weekday) {
  const DateParts parts(local_ms);
  switch (unit) {
    case DateUnit::kYear:
      return parts.year;
    case DateUnit::kQuarter:
      return parts.year * 4 + (parts.month - 1) / 3;
    case DateUnit::kMonth:
      return parts.year * 12 + parts.month - 1;
    case DateUnit::kWeek:
      return WeekNumber(parts.days, first_weekday);
    default:
      return FloorDiv(local_ms, MsOf(unit));
  }
}

Result<ValueView> DateDiff(const Call& call, Arguments values) {
  if (AnyGivenNullish(call, values)) return Evaluation::Null();
  const int64_t start = TRY(AsDate(call, values[0]));
  const int64_t end = TRY(AsDate(call, values[1]));
  const DateUnit unit = TRY(AsDateUnit(call, values[2]));
  const TimeZone zone = TRY(AsTimeZone(call, 3, values[3]));
  const int first_weekday = TRY(AsWeekday(call, 4, values[4]));
  TRY(CheckRange(call, start));
  TRY(CheckRange(call, end));
  int64_t difference = UnitNumber(unit, zone.ToLocal(end), first_weekday) -
                       UnitNumber(unit, zone.ToLocal(start), first_weekday);
  if (!IsOfMonths(unit) && !IsOfDays(unit)) {
    // Hours and less are those that went by, whatever the clock was set to meanwhile.
    difference -= (zone.OffsetMs(end) - zone.OffsetMs(start)) / MsOf(unit);
  }
  return call.run.Int64(difference);
}

// --- $dateTrunc ---

constexpr CivilDate kReference{2000, 1, 1};
constexpr int kReferenceWeekday = 6;  // a Saturday

// The bins begin at the reference, and the first day of a week that follows it.
int64_t TruncateLocal(DateUnit unit, int64_t local_ms, int64_t bin, int first_weekday) {
  if (IsOfMonths(unit)) {
    const DateParts parts(local_ms);
    const int64_t months = (parts.year - kReference.year) * 12 + parts.month - 1;
    const int64_t size = bin * MonthsOf(unit);
    return DaysFromMonths(kReference.year, FloorDiv(months, size) * size + 1) * kMsPerDay;
  }
  int64_t reference = DaysFromCivil(kReference) * kMsPerDay;
  if (unit == DateUnit::kWeek) {
    reference += FloorMod(first_weekday - kReferenceWeekday, 7) * kMsPerDay;
  }
  const int64_t size = bin * MsOf(unit);
  return reference + FloorDiv(local_ms - reference, size) * size;
}

Result<ValueView> DateTrunc(const Call& call, Arguments values) {
  if (AnyGivenNullish(call, values)) return Evaluation::Null();
  const int64_t date = TRY(AsDate(call, values[0]));
  const DateUnit unit = TRY(AsDateUnit(call, values[1]));
  int64_t bin = 1;
  if (call.given(2)) {
    const std::optional<int64_t> size = WholeNumber(values[2]);
    if (!size || *size < 1) return call.BadType("'binSize'", "a positive whole number", values[2]);
    bin = *size;
  }
  const TimeZone zone = TRY(AsTimeZone(call, 3, values[3]));
  const int first_weekday = TRY(AsWeekday(call, 4, values[4]));
  TRY(CheckRange(call, date));
  const int64_t size_max = IsOfMonths(unit) ? kMonthsMax / 12 : kDateMsMax / MsOf(unit);
  if (bin > size_max) return call.Bad("'binSize' is out of range");
  const int64_t local = zone.ToLocal(date);
  const int64_t truncated = TruncateLocal(unit, local, bin, first_weekday);
  // Within a day the clock may have been set meanwhile: what went by since counts.
  if (!IsOfMonths(unit) && !IsOfDays(unit)) return call.run.Date(date - (local - truncated));
  return call.run.Date(zone.FromLocal(truncated));
}

constexpr std::array kTable = {
    Operator{.name = "$dateAdd",
             .names = kAddNames,
             .eager = DateAdd<false>,
             .doc = "The date so many units later."},
    Operator{.name = "$dateDiff",
             .names = kDiffNames,
             .eager = DateDiff,
             .doc = "How many ends of a unit lie between two dates."},
    Operator{.name = "$dateSubtract",
             .names = kAddNames,
             .eager = DateAdd<true>,
             .doc = "The date so many units earlier."},
    Operator{.name = "$dateTrunc",
             .names = kTruncNames,
             .eager = DateTrunc,
             .doc = "The beginning of the unit (or of a number of them) in which a date lies."},
};

}  // namespace

std::span<const Operator> DateMathOperators() { return kTable; }

}  // namespace veddb::doc::expression
