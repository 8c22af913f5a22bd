// SPDX-License-Identifier: BSD-3-Clause
// The arguments that operators of dates share. Internal to doc/expression.
#pragma once
#include "doc/expression/arguments.h"
#include "doc/expression/calendar.h"

namespace veddb::doc::expression {

inline Result<int64_t> AsDate(const Call& call, ValueView value) {
  const std::optional<int64_t> date = DateOf(value);
  if (!date) return call.BadType("a date", "a date, timestamp or object id", value);
  return *date;
}

// UTC if it is not given.
inline Result<TimeZone> AsTimeZone(const Call& call, size_t argument, ValueView value) {
  if (!call.given(argument)) return TimeZone();
  const Bytes name = TRY(AsString(call, "the time zone", value));
  const std::optional<TimeZone> zone = TimeZone::Find(name);
  if (!zone) return call.Bad("unknown time zone '" + std::string(name) + "'");
  return *zone;
}

inline Result<DateUnit> AsDateUnit(const Call& call, ValueView value) {
  const Bytes name = TRY(AsString(call, "the unit", value));
  const std::optional<DateUnit> unit = DateUnitOf(name);
  if (!unit) return call.Bad("unknown unit '" + std::string(name) + "'");
  return *unit;
}

// Sunday if it is not given.
inline Result<int> AsWeekday(const Call& call, size_t argument, ValueView value) {
  if (!call.given(argument)) return 0;
  const Bytes name = TRY(AsString(call, "'startOfWeek'", value));
  const std::optional<int> day = WeekdayOf(name);
  if (!day) return call.Bad("unknown day of the week '" + std::string(name) + "'");
  return *day;
}

// Is any argument that is given null or missing? Then so is the result.
inline bool AnyGivenNullish(const Call& call, Arguments values) {
  for (size_t i = 0; i < values.size(); ++i) {
    if (call.given(i) && values[i].IsNullish()) return true;
  }
  return false;
}

}  // namespace veddb::doc::expression
