// SPDX-License-Identifier: BSD-3-Clause
// MD5 (RFC 1321): for values that other software derives with it; nothing relies on it for safety.
#pragma once
#include <array>
#include <cstdint>
#include <string>

#include "base/bytes.h"

namespace veddb::doc {

using Md5Digest = std::array<uint8_t, 16>;

Md5Digest Md5(Bytes data);

}  // namespace veddb::doc
