// SPDX-License-Identifier: BSD-3-Clause
// UTF-8 as RFC 3629 defines it: no overlong forms, no surrogates, nothing above U+10FFFF.
#pragma once
#include <cstddef>
#include <cstdint>

#include "base/bytes.h"

namespace veddb::doc {

// Where the first invalid sequence begins; text.size() if there is none.
size_t FindInvalidUtf8(Bytes text);
inline bool IsUtf8(Bytes text) { return FindInvalidUtf8(text) == text.size(); }

}  // namespace veddb::doc
