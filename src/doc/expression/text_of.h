// SPDX-License-Identifier: BSD-3-Clause
// Values as plain text, as $toString, $concat's kin and messages need them.
#pragma once
#include <optional>
#include <string>

#include "doc/value/document.h"

namespace veddb::doc::expression {

// A double as short as it reads back: "3", "0.1", "1e+20", "NaN", "-Infinity".
std::string DoubleText(double v);
// Numbers, dates, timestamps, object ids, true and false, strings as they are; nothing for others.
std::optional<std::string> TextOf(ValueView value);

}  // namespace veddb::doc::expression
