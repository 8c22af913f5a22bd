// SPDX-License-Identifier: BSD-3-Clause
#include "doc/expression/hashed_key.h"

#include <limits>

#include "base/coding.h"
#include "doc/value/compare.h"
#include "doc/value/md5.h"
#include "doc/value/whole.h"

namespace veddb::doc::expression {
namespace {

constexpr uint32_t kSeed = 0;

// The number by which the hash knows a type.
int32_t TypeNumber(BsonType type) {
  switch (RankOf(type)) {
    case TypeRank::kMinKey:
      return -1;
    case TypeRank::kUndefined:
      return 0;
    case TypeRank::kNull:
      return 5;
    case TypeRank::kNumber:
      return 10;
    case TypeRank::kText:
      return 15;
    case TypeRank::kObject:
      return 20;
    case TypeRank::kArray:
      return 25;
    case TypeRank::kBinary:
      return 30;
    case TypeRank::kObjectId:
      return 35;
    case TypeRank::kBool:
      return 40;
    case TypeRank::kDate:
      return 45;
    case TypeRank::kTimestamp:
      return 47;
    case TypeRank::kRegex:
      return 50;
    case TypeRank::kDbPointer:
      return 55;
    case TypeRank::kCode:
      return 60;
    case TypeRank::kCodeWithScope:
      return 65;
    case TypeRank::kMaxKey:
      return 127;
  }
  return 0;
}

int64_t Whole(ValueView number) {
  if (IsNan(number)) return 0;
  const std::optional<int64_t> whole = TruncatedNumber(number);
  if (whole) return *whole;
  return ToDouble(number) < 0 ? std::numeric_limits<int64_t>::min()
                              : std::numeric_limits<int64_t>::max();
}

// `name` with its NUL; empty at the top.
void AppendValue(ValueView value, Bytes name, std::string* out) {
  PutLE32(*out, static_cast<uint32_t>(TypeNumber(value.type)));
  *out += name;
  if (value.IsNumber()) {
    PutLE64(*out, static_cast<uint64_t>(Whole(value)));
    return;
  }
  const bool scoped = value.type == BsonType::kCodeWithScope;
  if (!value.IsContainer() && !scoped) {
    *out += value.bytes();
    return;
  }
  if (scoped) {
    *out += value.ScopedCode();
    out->push_back('\0');
  }
  for (const Element& element : scoped ? value.Scope() : value.Document()) {
    AppendValue(element.value, Bytes(element.name.data(), element.name.size() + 1), out);
  }
  // The mark of the end counts as a field without a name.
  PutLE32(*out, static_cast<uint32_t>(TypeNumber(BsonType::kMissing)));
  out->push_back('\0');
}

}  // namespace

int64_t HashedKeyOf(ValueView value) {
  std::string bytes;
  PutLE32(bytes, kSeed);
  // A field that is not there is hashed as null.
  AppendValue(value.missing() ? ValueView{BsonType::kNull, ""} : value, {}, &bytes);
  return static_cast<int64_t>(LoadLE64(reinterpret_cast<const char*>(Md5(bytes).data())));
}

}  // namespace veddb::doc::expression
