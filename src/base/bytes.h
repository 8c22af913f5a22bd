// SPDX-License-Identifier: BSD-3-Clause
// Bytes: a borrowed view of binary data. Whoever hands one out says how long it lives.
#pragma once
#include <string_view>

namespace veddb {
using Bytes = std::string_view;
}  // namespace veddb
