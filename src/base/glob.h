// SPDX-License-Identifier: BSD-3-Clause
// Redis's glob patterns: * ? [abc] [^a-c] and \ to quote. Matching never takes more than
// O(pattern × text) steps: on a mismatch only the last '*' is widened, never an earlier one.
#pragma once
#include "base/bytes.h"

namespace veddb {

enum class GlobCase : bool { kSensitive, kInsensitive };

bool GlobMatch(Bytes pattern, Bytes text, GlobCase letter_case = GlobCase::kSensitive);
// ASCII case-insensitive equality, as commands and options compare words.
bool EqualsIgnoreCase(Bytes a, Bytes b);

}  // namespace veddb
