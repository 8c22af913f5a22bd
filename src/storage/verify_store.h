// SPDX-License-Identifier: BSD-3-Clause
// VerifyStore: reads a store that nobody has open from end to end, without changing it.
#pragma once
#include <cstdint>
#include <string>

#include "base/result.h"
#include "log/position.h"

namespace veddb {

struct StoreReport {
  LogPosition position = 0;  // up to which it holds history
  uint64_t files = 0;
  uint64_t bytes = 0;
  uint64_t keys = 0;  // of all families
};

// Checks every block of every file against its checksum, then walks over every key. Slow: all of
// the store is read twice. The error names the first damage.
Result<StoreReport> VerifyStore(const std::string& dir);

}  // namespace veddb
