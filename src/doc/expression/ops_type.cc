// SPDX-License-Identifier: BSD-3-Clause
// Types: which a value has, what it is as another, how large it is.
#include <array>

#include "doc/expression/arguments.h"
#include "doc/expression/conversion.h"
#include "doc/expression/hashed_key.h"

namespace veddb::doc::expression {
namespace {

template <BsonType kTo>
Result<ValueView> To(const Call& call, Arguments values) {
  if (values[0].IsNullish()) return Evaluation::Null();
  Result<ValueView> converted = Convert(values[0], kTo, call.run);
  if (!converted.ok() && converted.error().code == ErrorCode::kBadQuery) {
    return call.Bad(converted.error().message);
  }
  return converted;
}

// A type's name or number.
Result<BsonType> TargetOf(const Call& call, ValueView to) {
  if (to.type == BsonType::kString) {
    for (uint8_t tag = 1; tag < 0x7f; ++tag) {
      const auto type = static_cast<BsonType>(tag);
      if (IsConversionTarget(type) && TypeName(type) == to.String()) return type;
    }
    return call.Bad("'" + std::string(to.String()) + "' is no type to convert to");
  }
  const std::optional<int64_t> code = WholeNumber(to);
  if (!code) return call.BadType("'to'", "a type's name or number", to);
  const bool valid = *code > 0 && *code < 0x7f;
  const auto type = valid ? static_cast<BsonType>(*code) : BsonType::kMissing;
  if (!IsConversionTarget(type)) {
    return call.Bad(std::to_string(*code) + " is no type to convert to");
  }
  return type;
}

enum : size_t { kInput, kTo, kOnError, kOnNull };

Result<ValueView> ConvertTo(const Call& call) {
  const ValueView input = TRY(call.Argument(kInput));
  const ValueView to = TRY(call.Argument(kTo));
  if (to.IsNullish()) return Evaluation::Null();
  const BsonType type = TRY(TargetOf(call, to));
  if (input.IsNullish()) {
    if (call.given(kOnNull)) return call.Argument(kOnNull);
    return Evaluation::Null();
  }
  Result<ValueView> converted = Convert(input, type, call.run);
  if (converted.ok() || converted.error().code != ErrorCode::kBadQuery) return converted;
  if (call.given(kOnError)) return call.Argument(kOnError);
  return call.Bad(converted.error().message);
}

Result<ValueView> TypeOf(const Call& call, Arguments values) {
  return call.run.String(TypeName(values[0].type));
}

Result<ValueView> IsNumber(const Call& /*call*/, Arguments values) {
  return Evaluation::Bool(values[0].IsNumber());
}

Result<ValueView> BinarySize(const Call& call, Arguments values) {
  const ValueView value = values[0];
  if (value.IsNullish()) return Evaluation::Null();
  if (value.type == BsonType::kString) {
    return call.run.Int32(static_cast<int32_t>(value.String().size()));
  }
  if (value.type != BsonType::kBinary)
    return call.BadType("the argument", "a string or binData", value);
  return call.run.Int32(static_cast<int32_t>(value.Binary().data.size()));
}

Result<ValueView> BsonSize(const Call& call, Arguments values) {
  if (values[0].IsNullish()) return Evaluation::Null();
  if (values[0].type != BsonType::kObject) {
    return call.BadType("the argument", "an object", values[0]);
  }
  return call.run.Int32(static_cast<int32_t>(values[0].size()));
}

Result<ValueView> ToHashedIndexKey(const Call& call, Arguments values) {
  return call.run.Int64(HashedKeyOf(values[0]));
}

constexpr List kOne{1, 1};

constexpr std::array kTable = {
    Operator{.name = "$binarySize",
             .list = kOne,
             .eager = BinarySize,
             .doc = "How many bytes a string or binary value has."},
    Operator{.name = "$bsonSize",
             .list = kOne,
             .eager = BsonSize,
             .doc = "How many bytes an object takes as BSON."},
    Operator{.name = "$convert",
             .names = "input to ?onError ?onNull",
             .lazy = ConvertTo,
             .doc = "The value as another type; `onError` where it has no such form."},
    Operator{.name = "$isNumber", .list = kOne, .eager = IsNumber, .doc = "The value is a number."},
    Operator{
        .name = "$toBool", .list = kOne, .eager = To<BsonType::kBool>, .doc = "As true or false."},
    Operator{.name = "$toDate", .list = kOne, .eager = To<BsonType::kDate>, .doc = "As a date."},
    Operator{.name = "$toDecimal",
             .list = kOne,
             .eager = To<BsonType::kDecimal128>,
             .doc = "As a decimal number."},
    Operator{
        .name = "$toDouble", .list = kOne, .eager = To<BsonType::kDouble>, .doc = "As a double."},
    Operator{.name = "$toHashedIndexKey",
             .list = kOne,
             .eager = ToHashedIndexKey,
             .doc = "The hash that MongoDB's hashed indexes have of the value."},
    Operator{.name = "$toInt",
             .list = kOne,
             .eager = To<BsonType::kInt32>,
             .doc = "As a whole number of 32 bits."},
    Operator{.name = "$toLong",
             .list = kOne,
             .eager = To<BsonType::kInt64>,
             .doc = "As a whole number of 64 bits."},
    Operator{.name = "$toObjectId",
             .list = kOne,
             .eager = To<BsonType::kObjectId>,
             .doc = "As an object id."},
    Operator{
        .name = "$toString", .list = kOne, .eager = To<BsonType::kString>, .doc = "As a string."},
    Operator{.name = "$type",
             .list = kOne,
             .eager = TypeOf,
             .doc = "The name of the value's type, or \"missing\"."},
};

}  // namespace

std::span<const Operator> TypeOperators() { return kTable; }

}  // namespace veddb::doc::expression
