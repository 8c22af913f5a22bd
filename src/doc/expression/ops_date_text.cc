// SPDX-License-Identifier: BSD-3-Clause
// Dates as text.
#include <array>

#include "doc/expression/date_arguments.h"
#include "doc/expression/date_text.h"

namespace veddb::doc::expression {
namespace {

constexpr Bytes kUtcFormat = "%Y-%m-%dT%H:%M:%S.%LZ";
constexpr Bytes kLocalFormat = "%Y-%m-%dT%H:%M:%S.%L";

enum : size_t { kDate, kFormat, kZone, kOnNull, kOnError };

// What stands in for a date that is null: null, if nothing does.
Result<ValueView> OnNull(const Call& call) {
  if (!call.given(kOnNull)) return Evaluation::Null();
  return call.Argument(kOnNull);
}

Result<ValueView> ToString(const Call& call) {
  const ValueView date = TRY(call.Argument(kDate));
  const ValueView format = TRY(call.Argument(kFormat));
  const ValueView zone_name = TRY(call.Argument(kZone));
  if (date.IsNullish()) return OnNull(call);
  if (call.given(kZone) && zone_name.IsNullish()) return Evaluation::Null();
  if (call.given(kFormat) && format.IsNullish()) return Evaluation::Null();
  const int64_t ms = TRY(AsDate(call, date));
  const TimeZone zone = TRY(AsTimeZone(call, kZone, zone_name));
  Bytes by = zone.is_utc() ? kUtcFormat : kLocalFormat;
  if (call.given(kFormat)) by = TRY(AsString(call, "the format", format));
  const Result<std::string> text = FormatDate(ms, zone, by);
  if (!text.ok()) return call.Bad(text.error().message);
  return call.run.String(*text);
}

Result<ValueView> Parsed(const Call& call, ValueView text) {
  const ValueView format = TRY(call.Argument(kFormat));
  const ValueView zone_name = TRY(call.Argument(kZone));
  const Bytes read = TRY(AsString(call, "'dateString'", text));
  if (call.given(kFormat) && format.IsNullish()) return Evaluation::Null();
  if (call.given(kZone) && zone_name.IsNullish()) return Evaluation::Null();
  std::optional<TimeZone> zone;
  if (call.given(kZone)) zone = TRY(AsTimeZone(call, kZone, zone_name));
  const Result<int64_t> date =
      call.given(kFormat) ? ParseDateBy(read, TRY(AsString(call, "the format", format)), zone)
                          : ParseDate(read, zone);
  if (!date.ok()) return call.Bad(date.error().message);
  return call.run.Date(*date);
}

Result<ValueView> FromString(const Call& call) {
  const ValueView text = TRY(call.Argument(kDate));
  if (text.IsNullish()) return OnNull(call);
  Result<ValueView> date = Parsed(call, text);
  if (!date.ok() && call.given(kOnError) && date.error().code == ErrorCode::kBadQuery) {
    return call.Argument(kOnError);
  }
  return date;
}

constexpr std::array kTable = {
    Operator{.name = "$dateFromString",
             .names = "dateString ?format ?timezone ?onNull ?onError",
             .lazy = FromString,
             .doc = "The date that a text says, by a format or as ISO 8601."},
    Operator{.name = "$dateToString",
             .names = "date ?format ?timezone ?onNull",
             .lazy = ToString,
             .doc = "The date as text, by a format or as ISO 8601."},
};

}  // namespace

std::span<const Operator> DateTextOperators() { return kTable; }

}  // namespace veddb::doc::expression
