// SPDX-License-Identifier: BSD-3-Clause
// A line as words, by the rules Redis has for configuration lines and inline commands:
// words are separated by white space; "…" knows \n \r \t \b \a \xHH and \any; '…' knows \' only; a
// closing quote must be followed by white space or the end.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace veddb {

// Empty optional: quotes are not balanced.
std::optional<std::vector<std::string>> SplitArgs(Bytes line);

// The opposite: "text" with \n, \xHH … where needed.
std::string QuoteArg(Bytes text);

}  // namespace veddb
