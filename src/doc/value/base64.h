// SPDX-License-Identifier: BSD-3-Clause
// Base64 of RFC 4648 section 4: padded, no line breaks, unused bits zero.
#pragma once
#include <optional>
#include <string>

#include "base/bytes.h"

namespace veddb::doc {

void AppendBase64(Bytes data, std::string* out);
std::optional<std::string> DecodeBase64(Bytes text);

}  // namespace veddb::doc
