// SPDX-License-Identifier: BSD-3-Clause
// Family: the role of a stored key. The values stand in log records and are fixed for ever.
#pragma once
#include <cstddef>
#include <cstdint>

namespace veddb {

enum class Family : uint8_t {
  kKeys = 0,
  kElements = 1,
  kExpiry = 2,
  kDocs = 3,
  kIndex = 4,
  kMeta = 5,
};
inline constexpr size_t kFamilyCount = 6;

}  // namespace veddb
