// SPDX-License-Identifier: BSD-3-Clause
// Ids that the tool makes for documents without one: UUIDs of version 7, as the server makes them,
// but out of the beginning of the import and the document's place in the file. So an import that is
// resumed makes the same ids again, and later documents have greater ones. Pure.
#pragma once
#include <cstdint>
#include <string>

namespace veddb::tool {

// What the ids of one import share.
struct IdSeed {
  uint64_t unix_ms = 0;
  uint64_t random = 0;  // 32 bits of it are used

  static IdSeed Fresh();
};

// 36 characters. `offset`: below 2^42 (4 TiB).
std::string MadeId(const IdSeed& seed, uint64_t offset);

}  // namespace veddb::tool
