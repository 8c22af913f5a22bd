// SPDX-License-Identifier: BSD-3-Clause
#include "doc/expression/evaluation.h"

#include <cstring>

#include "base/coding.h"
#include "base/number.h"

namespace veddb::doc::expression {
namespace {

constexpr size_t kFrameBytes = 5;  // length in front, NUL behind

size_t DigitsOf(size_t v) {
  size_t digits = 1;
  for (; v >= 10; v /= 10) ++digits;
  return digits;
}

char* PutBytes(char* to, Bytes bytes) {
  std::memcpy(to, bytes.data(), bytes.size());
  return to + bytes.size();
}

char* PutElement(char* to, Bytes name, ValueView value) {
  *to++ = static_cast<char>(value.type);
  to = PutBytes(to, name);
  *to++ = '\0';
  return PutBytes(to, value.bytes());
}

ValueView OrNull(ValueView value) { return value.missing() ? Evaluation::Null() : value; }

}  // namespace

double Evaluation::NextRandom() {
  random_ ^= random_ << 13;
  random_ ^= random_ >> 7;
  random_ ^= random_ << 17;
  return static_cast<double>(random_ >> 11) * 0x1p-53;
}

template <typename T>
ValueView Evaluation::Fixed(BsonType type, T v) {
  char* at = arena_.Allocate(sizeof v);
  std::memcpy(at, &v, sizeof v);
  return {type, at};
}

ValueView Evaluation::Int32(int32_t v) { return Fixed(BsonType::kInt32, v); }
ValueView Evaluation::Int64(int64_t v) { return Fixed(BsonType::kInt64, v); }
ValueView Evaluation::Integer(int64_t v) {
  return v >= INT32_MIN && v <= INT32_MAX ? Int32(static_cast<int32_t>(v)) : Int64(v);
}
ValueView Evaluation::Double(double v) { return Fixed(BsonType::kDouble, v); }
ValueView Evaluation::Decimal(DecimalBits v) { return Fixed(BsonType::kDecimal128, v); }
ValueView Evaluation::Date(int64_t unix_ms) { return Fixed(BsonType::kDate, unix_ms); }

ValueView Evaluation::Of(const Number& number) {
  switch (number.type) {
    case BsonType::kInt32:
      return Int32(static_cast<int32_t>(number.integer));
    case BsonType::kInt64:
      return Int64(number.integer);
    case BsonType::kDouble:
      return Double(number.real);
    default:
      return Decimal(number.decimal);
  }
}

Status Evaluation::CheckRoom(size_t bytes) const {
  if (arena_.Fits(bytes)) return Ok();
  return MakeError(ErrorCode::kMemoryLimit, "the values of an expression would take more than " +
                                                std::to_string(arena_.bytes_max()) +
                                                " bytes for one document");
}

Status Evaluation::TooMuch() const {
  TRY(CheckRoom(0));
  return MakeError(
      ErrorCode::kBadQuery,
      "the expression takes more than " + std::to_string(steps_max_) + " steps for one document");
}

Result<ValueView> Evaluation::Copy(BsonType type, Bytes bytes) {
  TRY(CheckRoom(bytes.size()));
  char* at = arena_.Allocate(bytes.size() + 1);
  PutBytes(at, bytes);
  return ValueView{type, at};
}

Result<ValueView> Evaluation::String(Bytes text) {
  const size_t size = 4 + text.size() + 1;
  TRY(CheckRoom(size));
  char* at = arena_.Allocate(size);
  StoreLE32(at, static_cast<uint32_t>(text.size() + 1));
  *PutBytes(at + 4, text) = '\0';
  return ValueView{BsonType::kString, at};
}

Result<ValueView> Evaluation::Array(std::span<const ValueView> elements) {
  size_t size = kFrameBytes;
  for (size_t i = 0; i < elements.size(); ++i) size += 2 + DigitsOf(i) + elements[i].size();
  TRY(CheckRoom(size));
  char* const array = arena_.Allocate(size);
  StoreLE32(array, static_cast<uint32_t>(size));
  char* at = array + 4;
  for (size_t i = 0; i < elements.size(); ++i) {
    char name[kInt64Chars];
    const size_t digits = FormatInt64(static_cast<int64_t>(i), name);
    at = PutElement(at, Bytes(name, digits), OrNull(elements[i]));
  }
  *at = '\0';
  return ValueView{BsonType::kArray, array};
}

Result<ValueView> Evaluation::Object(std::span<const Element> fields) {
  size_t size = kFrameBytes;
  for (const Element& field : fields) {
    if (!field.value.missing()) size += 2 + field.name.size() + field.value.size();
  }
  TRY(CheckRoom(size));
  char* const object = arena_.Allocate(size);
  StoreLE32(object, static_cast<uint32_t>(size));
  char* at = object + 4;
  for (const Element& field : fields) {
    if (!field.value.missing()) at = PutElement(at, field.name, field.value);
  }
  *at = '\0';
  return ValueView{BsonType::kObject, object};
}

Result<const Regex*> Evaluation::Pattern(Bytes pattern, Bytes options) {
  for (const Compiled& one : patterns_) {
    if (one.pattern == pattern && one.options == options) return one.regex.get();
  }
  Regex regex = TRY(Regex::Compile(pattern, options));
  if (patterns_.size() < kPatternsMax) patterns_.emplace_back();
  Compiled& place = patterns_[next_pattern_];
  next_pattern_ = (next_pattern_ + 1) % kPatternsMax;
  place = {std::string(pattern), std::string(options), std::make_unique<Regex>(std::move(regex))};
  return place.regex.get();
}

bool NestsDeeperThan(ValueView value, uint32_t levels) {
  if (!value.IsContainer()) return false;
  if (levels == 0) return true;
  for (const Element& element : value.Document()) {
    if (NestsDeeperThan(element.value, levels - 1)) return true;
  }
  return false;
}

}  // namespace veddb::doc::expression
