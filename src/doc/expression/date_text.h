// SPDX-License-Identifier: BSD-3-Clause
// Dates written and read by a format: %Y year, %m month, %d day, %H hour, %M minute, %S second, %L
// millisecond, %j day of the year, %u and %w weekday, %U and %V week, %G year of the ISO week, %z
// and %Z offset, %b and %B name of the month, %%. Pure.
#pragma once
#include <optional>
#include <string>

#include "base/result.h"
#include "doc/expression/calendar.h"

namespace veddb::doc::expression {

// BADQUERY for a format that is not valid, or a year that has not four digits.
Result<std::string> FormatDate(int64_t date_ms, const TimeZone& zone, Bytes format);

// A text without a format: ISO 8601, with or without time and offset. `zone`: of a text that says
// none (nothing: UTC); BADQUERY if both do.
Result<int64_t> ParseDate(Bytes text, const std::optional<TimeZone>& zone);
// The text has to be exactly what the format says.
Result<int64_t> ParseDateBy(Bytes text, Bytes format, const std::optional<TimeZone>& zone);

}  // namespace veddb::doc::expression
