// SPDX-License-Identifier: BSD-3-Clause
// Numbers as text, with exactly the strictness of the Redis protocol.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.h"

namespace veddb {

// Room for any 64-bit integer as text, sign included.
inline constexpr size_t kInt64Chars = 21;

// A canonical decimal integer: no sign but '-', no leading zeros, no spaces, in range of int64.
std::optional<int64_t> ParseInt64(Bytes text);
// The same for uint64 (no '-').
std::optional<uint64_t> ParseUint64(Bytes text);
// Writes the decimal form at `to` (room for kInt64Chars); returns its length.
size_t FormatInt64(int64_t v, char* to);
std::string FormatInt64(int64_t v);

// strtod/strtold over the whole text: no leading space, nothing left over; "inf" is accepted, NaN
// is not.
std::optional<double> ParseDouble(Bytes text);
std::optional<long double> ParseLongDouble(Bytes text);

// %.17g, as RESP2 shows doubles; "inf", "-inf", "nan".
std::string FormatDouble(double v);
// Fixed notation with up to 17 digits after the point and no trailing zeros, as INCRBYFLOAT shows.
std::string FormatLongDouble(long double v);

// "100", "10k", "1kb", "2mb", "3gb" … as Redis's configuration writes sizes.
std::optional<uint64_t> ParseMemorySize(Bytes text);
// "1.50K", "3.21M" … as INFO's *_human fields.
std::string FormatBytesHuman(uint64_t bytes);

}  // namespace veddb
