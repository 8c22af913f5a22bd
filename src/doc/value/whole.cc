// SPDX-License-Identifier: BSD-3-Clause
#include "doc/value/whole.h"

#include <cmath>

#include "doc/value/decimal.h"

namespace veddb::doc {
namespace {

constexpr double kTwoTo63 = 9223372036854775808.0;

}  // namespace

std::optional<int64_t> TruncatedNumber(ValueView value) {
  switch (value.type) {
    case BsonType::kInt32:
    case BsonType::kInt64:
      return value.Integer();
    case BsonType::kDouble: {
      const double v = value.Double();
      if (!(v >= -kTwoTo63 && v < kTwoTo63)) return std::nullopt;
      return static_cast<int64_t>(v);
    }
    case BsonType::kDecimal128:
      return TruncateToInt64(LoadDecimal(value.data));
    default:
      return std::nullopt;
  }
}

std::optional<int64_t> WholeNumber(ValueView value) {
  if (value.type == BsonType::kDouble && std::trunc(value.Double()) != value.Double()) {
    return std::nullopt;
  }
  if (value.type == BsonType::kDecimal128 && !IsWhole(LoadDecimal(value.data))) return std::nullopt;
  return TruncatedNumber(value);
}

bool IsTrue(ValueView value) {
  switch (value.type) {
    case BsonType::kBool:
      return value.Bool();
    case BsonType::kInt32:
    case BsonType::kInt64:
      return value.Integer() != 0;
    case BsonType::kDouble:
      return value.Double() != 0;
    case BsonType::kDecimal128: {
      const Normal normal = NormalOf(LoadDecimal(value.data));
      return normal.kind != Normal::Kind::kFinite || normal.digits != 0;
    }
    default:
      return !value.IsNullish();
  }
}

}  // namespace veddb::doc
