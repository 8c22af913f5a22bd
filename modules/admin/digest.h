// SPDX-License-Identifier: BSD-3-Clause
// Digest: 160 bits that are the same for the same content, in whatever order it is met and however
// it is kept in memory. For tests and comparisons of servers; no protection against anybody.
#pragma once
#include <array>
#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "object/databases.h"
#include "object/entry.h"

namespace veddb {

class Digest {
 public:
  // Folds one item in; the order of items does not matter, an item twice is no item.
  void Add(Bytes item);
  // 40 hexadecimal digits; zeros for nothing.
  std::string Hex() const;

 private:
  std::array<uint64_t, 3> lanes_ = {};
};

// What counts of a key's value: type, content, expiry; not the key, nor the encoding.
std::string DigestItem(const Entry& entry);

// All keys and documents of all databases, those that have expired left out. O(everything).
// REQUIRES: every shard is held
Result<Digest> DigestOfAll(Databases& databases, int64_t now_ms);

}  // namespace veddb
