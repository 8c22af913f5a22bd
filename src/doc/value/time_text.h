// SPDX-License-Identifier: BSD-3-Clause
// Dates as ISO 8601 text and as milliseconds since 1970, in the proleptic Gregorian calendar.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.h"

namespace veddb::doc {

inline constexpr int64_t kMsPerDay = 86'400'000;
// 10000-01-01T00:00:00Z, the first instant that relaxed JSON does not write as ISO text.
inline constexpr int64_t kIsoMsEnd = 253'402'300'800'000;

struct CivilDate {
  int64_t year;
  uint32_t month;  // 1 to 12
  uint32_t day;    // 1 to 31
};

int64_t DaysFromCivil(CivilDate date);
CivilDate CivilFromDays(int64_t days_since_1970);

// YYYY-MM-DDTHH:MM:SS with an optional fraction of a second, then Z or an offset (+HH, +HHMM,
// +HH:MM).
std::optional<int64_t> ParseIsoDate(Bytes text);
// Room for a date as FormatIsoDate writes it.
inline constexpr size_t kIsoDateChars = 24;
// Writes YYYY-MM-DDTHH:MM:SS.mmmZ at `to`; returns its length. Milliseconds stand there only if
// they are not zero. REQUIRES: 0 <= unix_ms < kIsoMsEnd.
size_t FormatIsoDate(int64_t unix_ms, char* to);
void AppendIsoDate(int64_t unix_ms, std::string* out);

}  // namespace veddb::doc
