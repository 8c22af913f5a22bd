// SPDX-License-Identifier: BSD-3-Clause
#include "modules/keys/keys_shared.h"

#include <limits>
#include <optional>

#include "base/number.h"

namespace veddb {

Bytes TypeName(ObjectType type) {
  switch (type) {
    case ObjectType::kString:
      return "string";
    case ObjectType::kList:
      return "list";
    case ObjectType::kSet:
      return "set";
    case ObjectType::kZset:
      return "zset";
    case ObjectType::kHash:
      return "hash";
    case ObjectType::kStream:
      return "stream";
    case ObjectType::kDocument:
    case ObjectType::kNone:
      break;
  }
  return "none";
}

Entry* PeekRead(const Call& call, KeyRef& key) {
  const Entry* before = key.Find();
  const uint32_t accessed_s = before == nullptr ? 0 : before->accessed_s;
  const uint8_t frequency = before == nullptr ? uint8_t{0} : before->frequency;
  Entry* entry = call.LookupRead(key);
  if (entry == nullptr) return nullptr;
  entry->accessed_s = accessed_s;
  entry->frequency = frequency;
  return entry;
}

Result<uint32_t> ParseDatabase(Bytes text, const Databases& databases) {
  const std::optional<int64_t> number = ParseInt64(text);
  if (!number) return kNotInteger;
  if (*number < std::numeric_limits<int32_t>::min() ||
      *number > std::numeric_limits<int32_t>::max()) {
    return Err("value is out of range, value must between -2147483648 and 2147483647");
  }
  if (*number < 0 || *number >= int64_t{databases.database_count()}) {
    return Err("DB index is out of range");
  }
  return static_cast<uint32_t>(*number);
}

}  // namespace veddb
