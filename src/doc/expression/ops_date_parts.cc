// SPDX-License-Identifier: BSD-3-Clause
// Parts of dates, dates of parts, and what timestamps are made of.
#include <array>
#include <limits>

#include "doc/expression/date_arguments.h"

namespace veddb::doc::expression {
namespace {

struct DayOfMonth {
  static int Of(const DateParts& parts) { return parts.day; }
};
struct DayOfWeek {
  static int Of(const DateParts& parts) { return parts.weekday() + 1; }
};
struct DayOfYear {
  static int Of(const DateParts& parts) { return parts.day_of_year(); }
};
struct Hour {
  static int Of(const DateParts& parts) { return parts.hour; }
};
struct IsoDayOfWeek {
  static int Of(const DateParts& parts) { return parts.iso_weekday(); }
};
struct IsoWeekNumber {
  static int Of(const DateParts& parts) { return IsoWeek(parts).week; }
};
struct Millisecond {
  static int Of(const DateParts& parts) { return parts.millisecond; }
};
struct Minute {
  static int Of(const DateParts& parts) { return parts.minute; }
};
struct Month {
  static int Of(const DateParts& parts) { return parts.month; }
};
struct Second {
  static int Of(const DateParts& parts) { return parts.second; }
};
struct Week {
  static int Of(const DateParts& parts) { return parts.week(); }
};
struct Year {
  static int Of(const DateParts& parts) { return static_cast<int>(parts.year); }
};

// Nothing: an argument is null.
Result<std::optional<DateParts>> ReadParts(const Call& call, Arguments values) {
  if (values[0].IsNullish() || AnyGivenNullish(call, values)) return std::optional<DateParts>();
  const int64_t date = TRY(AsDate(call, values[0]));
  if (values.size() < 2) return std::optional(DateParts(date));
  const TimeZone zone = TRY(AsTimeZone(call, 1, values[1]));
  return std::optional(DateParts(zone.ToLocal(date)));
}

template <typename Part>
Result<ValueView> PartOf(const Call& call, Arguments values) {
  const std::optional<DateParts> parts = TRY(ReadParts(call, values));
  if (!parts) return Evaluation::Null();
  return call.run.Int32(Part::Of(*parts));
}

Result<ValueView> IsoWeekYear(const Call& call, Arguments values) {
  const std::optional<DateParts> parts = TRY(ReadParts(call, values));
  if (!parts) return Evaluation::Null();
  return call.run.Int64(IsoWeek(*parts).year);
}

Result<ValueView> ToParts(const Call& call, Arguments values) {
  if (AnyGivenNullish(call, values)) return Evaluation::Null();
  const std::optional<DateParts> parts = TRY(ReadParts(call, values.first(2)));
  if (call.given(2) && values[2].type != BsonType::kBool) {
    return call.BadType("'iso8601'", "true or false", values[2]);
  }
  const auto number = [&call](int64_t v) { return call.run.Int32(static_cast<int32_t>(v)); };
  const std::array<Element, 4> time = {
      Element{"hour", number(parts->hour)}, Element{"minute", number(parts->minute)},
      Element{"second", number(parts->second)}, Element{"millisecond", number(parts->millisecond)}};
  std::vector<Element> fields;
  if (call.given(2) && values[2].Bool()) {
    const IsoWeek week(*parts);
    fields = {{"isoWeekYear", number(week.year)},
              {"isoWeek", number(week.week)},
              {"isoDayOfWeek", number(parts->iso_weekday())}};
  } else {
    fields = {{"year", number(parts->year)},
              {"month", number(parts->month)},
              {"day", number(parts->day)}};
  }
  fields.insert(fields.end(), time.begin(), time.end());
  return call.run.Object(fields);
}

// --- $dateFromParts ---

constexpr Bytes kPartNames =
    "?year ?month ?day ?isoWeekYear ?isoWeek ?isoDayOfWeek ?hour ?minute ?second ?millisecond "
    "?timezone";
enum : size_t {
  kYear,
  kMonth,
  kDay,
  kIsoYear,
  kIsoWeek,
  kIsoDay,
  kHour,
  kMinute,
  kSecond,
  kMs,
  kZone
};

constexpr int64_t kYearMax = 9999;
// Months, days, hours and minutes may be beyond their range, and carry over.
constexpr int64_t kPartMax = std::numeric_limits<int16_t>::max();

Result<int64_t> ReadPart(const Call& call, Arguments values, size_t part, int64_t otherwise) {
  if (!call.given(part)) return otherwise;
  const std::optional<int64_t> whole = WholeNumber(values[part]);
  if (!whole) return call.BadType("a part", "a whole number", values[part]);
  const bool fine = part == kSecond || part == kMs;
  const bool year = part == kYear || part == kIsoYear;
  const int64_t max = year ? kYearMax : fine ? int64_t{1} << 40 : kPartMax;
  if (*whole > max || *whole < (year ? 1 : -max - 1)) {
    return call.Bad("a part is out of range: " + std::to_string(*whole));
  }
  return *whole;
}

Result<ValueView> FromParts(const Call& call, Arguments values) {
  const bool iso = call.given(kIsoYear);
  const bool mixes = iso ? call.given(kYear) || call.given(kMonth) || call.given(kDay)
                         : call.given(kIsoWeek) || call.given(kIsoDay);
  if (mixes) return call.Bad("parts of the calendar and of ISO weeks do not mix");
  if (!iso && !call.given(kYear)) return call.Bad("it takes 'year' or 'isoWeekYear'");
  if (AnyGivenNullish(call, values)) return Evaluation::Null();
  int64_t days = 0;
  if (iso) {
    const int64_t week = TRY(ReadPart(call, values, kIsoWeek, 1));
    const int64_t day = TRY(ReadPart(call, values, kIsoDay, 1));
    days = FirstIsoMonday(TRY(ReadPart(call, values, kIsoYear, 1))) + (week - 1) * 7 + day - 1;
  } else {
    const int64_t month = TRY(ReadPart(call, values, kMonth, 1));
    const int64_t day = TRY(ReadPart(call, values, kDay, 1));
    days = DaysFromMonths(TRY(ReadPart(call, values, kYear, 1)), month) + day - 1;
  }
  const int64_t local = days * kMsPerDay + TRY(ReadPart(call, values, kHour, 0)) * kMsPerHour +
                        TRY(ReadPart(call, values, kMinute, 0)) * kMsPerMinute +
                        TRY(ReadPart(call, values, kSecond, 0)) * kMsPerSecond +
                        TRY(ReadPart(call, values, kMs, 0));
  const TimeZone zone = TRY(AsTimeZone(call, kZone, values[kZone]));
  return call.run.Date(zone.FromLocal(local));
}

// --- timestamps ---

template <bool kSeconds>
Result<ValueView> TimestampPart(const Call& call, Arguments values) {
  if (values[0].IsNullish()) return Evaluation::Null();
  if (values[0].type != BsonType::kTimestamp) {
    return call.BadType("the argument", "a timestamp", values[0]);
  }
  const TimestampView timestamp = values[0].Timestamp();
  return call.run.Int64(kSeconds ? timestamp.seconds : timestamp.increment);
}

constexpr List kOne{1, 1};
constexpr Bytes kNames = "date ?timezone";

constexpr Operator Part(Bytes name, Eager eager, Bytes doc) {
  return {.name = name, .list = kOne, .names = kNames, .eager = eager, .doc = doc};
}

constexpr std::array kTable = {
    Operator{.name = "$dateFromParts",
             .names = kPartNames,
             .eager = FromParts,
             .doc = "The date of its parts, or of a year, week and day of ISO 8601."},
    Operator{.name = "$dateToParts",
             .names = "date ?timezone ?iso8601",
             .eager = ToParts,
             .doc = "The parts of a date as an object."},
    Part("$dayOfMonth", PartOf<DayOfMonth>, "The day of the month, from 1."),
    Part("$dayOfWeek", PartOf<DayOfWeek>, "The day of the week, from 1 for Sunday."),
    Part("$dayOfYear", PartOf<DayOfYear>, "The day of the year, from 1."),
    Part("$hour", PartOf<Hour>, "The hour, from 0."),
    Part("$isoDayOfWeek", PartOf<IsoDayOfWeek>, "The day of the week, from 1 for Monday."),
    Part("$isoWeek", PartOf<IsoWeekNumber>, "The week of ISO 8601, from 1."),
    Part("$isoWeekYear", IsoWeekYear, "The year to which the week of ISO 8601 belongs."),
    Part("$millisecond", PartOf<Millisecond>, "The millisecond, from 0."),
    Part("$minute", PartOf<Minute>, "The minute, from 0."),
    Part("$month", PartOf<Month>, "The month, from 1."),
    Part("$second", PartOf<Second>, "The second, from 0."),
    Operator{.name = "$tsIncrement",
             .list = kOne,
             .eager = TimestampPart<false>,
             .doc = "The increment of a timestamp."},
    Operator{.name = "$tsSecond",
             .list = kOne,
             .eager = TimestampPart<true>,
             .doc = "The seconds of a timestamp."},
    Part("$week", PartOf<Week>, "The week of the year; week 1 begins with the first Sunday."),
    Part("$year", PartOf<Year>, "The year."),
};

}  // namespace

std::span<const Operator> DatePartOperators() { return kTable; }

}  // namespace veddb::doc::expression
