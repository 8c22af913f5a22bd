// SPDX-License-Identifier: BSD-3-Clause
#include "doc/value/compare.h"

#include <cmath>
#include <cstring>

#include "doc/value/decimal.h"

namespace veddb::doc {
namespace {

template <typename T>
int Order(T a, T b) {
  return a < b ? -1 : b < a ? 1 : 0;
}

int OrderBytes(Bytes a, Bytes b) { return a.compare(b); }

// Exact, though not every int64 is a double and not every double fits an int64.
int CompareIntDouble(int64_t a, double b) {
  constexpr double kTwoTo63 = 9223372036854775808.0;
  if (b >= kTwoTo63) return -1;
  if (b < -kTwoTo63) return 1;
  const auto whole = static_cast<int64_t>(b);
  if (a != whole) return a < whole ? -1 : 1;
  const double fraction = b - static_cast<double>(whole);
  return fraction > 0 ? -1 : fraction < 0 ? 1 : 0;
}

int CompareNormals(const Normal& a, const Normal& b) {
  const bool a_zero = a.kind == Normal::Kind::kFinite && a.digits == 0;
  const bool b_zero = b.kind == Normal::Kind::kFinite && b.digits == 0;
  const int a_sign = a_zero ? 0 : a.negative ? -1 : 1;
  const int b_sign = b_zero ? 0 : b.negative ? -1 : 1;
  if (a_sign != b_sign) return Order(a_sign, b_sign);
  if (a_sign == 0) return 0;
  const bool a_infinite = a.kind == Normal::Kind::kInfinity;
  const bool b_infinite = b.kind == Normal::Kind::kInfinity;
  if (a_infinite || b_infinite) return a_sign * (a_infinite - b_infinite);
  return a_sign * CompareMagnitude(a, b);
}

int CompareDoubleNormal(double a, const Normal& b) {
  if (std::isinf(a) || a == 0) {
    Normal normal;
    normal.negative = std::signbit(a);
    if (a != 0) normal.kind = Normal::Kind::kInfinity;
    return CompareNormals(normal, b);
  }
  if (b.kind == Normal::Kind::kInfinity) return b.negative ? 1 : -1;
  const int b_sign = b.digits == 0 ? 0 : b.negative ? -1 : 1;
  const int a_sign = a < 0 ? -1 : 1;
  if (a_sign != b_sign) return Order(a_sign, b_sign);
  return a_sign * CompareMagnitude(a, b);
}

// One of the two is a decimal.
int CompareWithDecimal(ValueView a, ValueView b) {
  if (a.type != BsonType::kDecimal128) return -CompareWithDecimal(b, a);
  const Normal left = NormalOf(LoadDecimal(a.data));
  switch (b.type) {
    case BsonType::kDouble:
      return -CompareDoubleNormal(b.Double(), left);
    case BsonType::kDecimal128:
      return CompareNormals(left, NormalOf(LoadDecimal(b.data)));
    default:
      return CompareNormals(left, NormalOf(b.Integer()));
  }
}

int CompareBinary(ValueView a, ValueView b) {
  const BinaryView x = a.Binary();
  const BinaryView y = b.Binary();
  if (x.data.size() != y.data.size()) return Order(x.data.size(), y.data.size());
  if (x.subtype != y.subtype) return Order(x.subtype, y.subtype);
  return OrderBytes(x.data, y.data);
}

int CompareDbPointers(ValueView a, ValueView b) {
  const DbPointerView x = a.DbPointer();
  const DbPointerView y = b.DbPointer();
  if (x.ns.size() != y.ns.size()) return Order(x.ns.size(), y.ns.size());
  const int order = OrderBytes(x.ns, y.ns);
  return order != 0 ? order : OrderBytes(x.oid, y.oid);
}

int CompareRegexes(ValueView a, ValueView b) {
  const RegexView x = a.Regex();
  const RegexView y = b.Regex();
  const int order = OrderBytes(x.pattern, y.pattern);
  return order != 0 ? order : OrderBytes(x.options, y.options);
}

int CompareScopedCode(ValueView a, ValueView b) {
  const int order = OrderBytes(a.ScopedCode(), b.ScopedCode());
  return order != 0 ? order : CompareDocuments(a.Scope(), b.Scope());
}

int CompareElements(DocView a, DocView b, bool with_names) {
  auto x = a.begin();
  auto y = b.begin();
  for (; !x.done() && !y.done(); ++x, ++y) {
    const TypeRank x_rank = RankOf(x->value.type);
    const TypeRank y_rank = RankOf(y->value.type);
    if (x_rank != y_rank) return Order(x_rank, y_rank);
    if (with_names) {
      const int order = OrderBytes(x->name, y->name);
      if (order != 0) return order;
    }
    const int order = CompareValues(x->value, y->value);
    if (order != 0) return order;
  }
  return Order(!x.done(), !y.done());
}

}  // namespace

TypeRank RankOf(BsonType type) {
  switch (type) {
    case BsonType::kMinKey:
      return TypeRank::kMinKey;
    case BsonType::kMissing:
    case BsonType::kUndefined:
      return TypeRank::kUndefined;
    case BsonType::kNull:
      return TypeRank::kNull;
    case BsonType::kDouble:
    case BsonType::kInt32:
    case BsonType::kInt64:
    case BsonType::kDecimal128:
      return TypeRank::kNumber;
    case BsonType::kString:
    case BsonType::kSymbol:
      return TypeRank::kText;
    case BsonType::kObject:
      return TypeRank::kObject;
    case BsonType::kArray:
      return TypeRank::kArray;
    case BsonType::kBinary:
      return TypeRank::kBinary;
    case BsonType::kObjectId:
      return TypeRank::kObjectId;
    case BsonType::kBool:
      return TypeRank::kBool;
    case BsonType::kDate:
      return TypeRank::kDate;
    case BsonType::kTimestamp:
      return TypeRank::kTimestamp;
    case BsonType::kRegex:
      return TypeRank::kRegex;
    case BsonType::kDbPointer:
      return TypeRank::kDbPointer;
    case BsonType::kCode:
      return TypeRank::kCode;
    case BsonType::kCodeWithScope:
      return TypeRank::kCodeWithScope;
    case BsonType::kMaxKey:
      return TypeRank::kMaxKey;
  }
  return TypeRank::kMaxKey;
}

bool IsNan(ValueView v) {
  if (v.type == BsonType::kDouble) return std::isnan(v.Double());
  return v.type == BsonType::kDecimal128 &&
         NormalOf(LoadDecimal(v.data)).kind == Normal::Kind::kNan;
}

double ToDouble(ValueView v) {
  switch (v.type) {
    case BsonType::kDouble:
      return v.Double();
    case BsonType::kDecimal128:
      return RoundToDouble(LoadDecimal(v.data));
    default:
      return static_cast<double>(v.Integer());
  }
}

int CompareNumbers(ValueView a, ValueView b) {
  DCHECK(a.IsNumber() && b.IsNumber());
  if (a.type == BsonType::kInt32 && b.type == BsonType::kInt32) return Order(a.Int32(), b.Int32());
  const bool a_nan = IsNan(a);
  const bool b_nan = IsNan(b);
  if (a_nan || b_nan) return b_nan - a_nan;
  if (a.type == BsonType::kDecimal128 || b.type == BsonType::kDecimal128) {
    return CompareWithDecimal(a, b);
  }
  if (a.type == BsonType::kDouble) {
    return b.type == BsonType::kDouble ? Order(a.Double(), b.Double())
                                       : -CompareIntDouble(b.Integer(), a.Double());
  }
  return b.type == BsonType::kDouble ? CompareIntDouble(a.Integer(), b.Double())
                                     : Order(a.Integer(), b.Integer());
}

int CompareDocuments(DocView a, DocView b) { return CompareElements(a, b, true); }
int CompareArrays(DocView a, DocView b) { return CompareElements(a, b, false); }

int CompareValues(ValueView a, ValueView b) {
  const TypeRank rank = RankOf(a.type);
  const TypeRank other = RankOf(b.type);
  if (rank != other) return Order(rank, other);
  switch (rank) {
    case TypeRank::kMinKey:
    case TypeRank::kUndefined:
    case TypeRank::kNull:
    case TypeRank::kMaxKey:
      return 0;
    case TypeRank::kNumber:
      return CompareNumbers(a, b);
    case TypeRank::kText:
    case TypeRank::kCode:
      return OrderBytes(a.String(), b.String());
    case TypeRank::kObject:
      return CompareDocuments(a.Document(), b.Document());
    case TypeRank::kArray:
      return CompareArrays(a.Document(), b.Document());
    case TypeRank::kBinary:
      return CompareBinary(a, b);
    case TypeRank::kObjectId:
      return OrderBytes(a.ObjectId(), b.ObjectId());
    case TypeRank::kBool:
      return Order(a.Bool(), b.Bool());
    case TypeRank::kDate:
      return Order(a.Date(), b.Date());
    case TypeRank::kTimestamp:
      return Order(LoadLE64(a.data), LoadLE64(b.data));
    case TypeRank::kRegex:
      return CompareRegexes(a, b);
    case TypeRank::kDbPointer:
      return CompareDbPointers(a, b);
    case TypeRank::kCodeWithScope:
      return CompareScopedCode(a, b);
  }
  return 0;
}

}  // namespace veddb::doc
