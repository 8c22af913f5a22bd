// SPDX-License-Identifier: BSD-3-Clause
// Layouts of dates in the three languages that typed columns of CSV may use: Go's reference time
// ("2006-01-02 15:04:05"), that of Microsoft's formats ("yyyy-MM-dd HH:mm:ss") and Oracle's
// ("YYYY-MM-DD HH24:MI:SS"). Numbers, month names, AM and PM, fractions and offsets are read; what
// else a language has (days of the week, names of zones) is refused. Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace veddb::tool {

enum class DateLanguage : uint8_t { kGo, kMicrosoft, kOracle };

enum class DatePart : uint8_t {
  kLiteral,
  kYear,
  kShortYear,  // 69 to 99 are 1969 to 1999, 00 to 68 are 2000 to 2068
  kMonth,
  kMonthName,  // English, long or of three letters
  kDay,
  kHour24,
  kHour12,
  kHalfDay,  // AM, PM
  kMinute,
  kSecond,
  kFraction,  // digits behind the point, which may be a part of it
  kOffset,    // Z, +01:00, +0100, +01
};

class DateLayout {
 public:
  // ERR names what is not known.
  static Result<DateLayout> Parse(DateLanguage language, Bytes layout);
  // Milliseconds since 1970; UTC unless an offset says otherwise.
  std::optional<int64_t> Read(Bytes text) const;

 private:
  struct Token {
    DatePart part;
    std::string literal;
  };
  std::vector<Token> tokens_;
};

}  // namespace veddb::tool
