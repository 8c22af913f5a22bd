// SPDX-License-Identifier: BSD-3-Clause
#include "doc/value/document.h"

#include <array>
#include <bit>

namespace veddb::doc {
namespace {

constexpr int8_t kVariable = -1;
constexpr int8_t kNoType = -2;

struct TypeRow {
  int8_t fixed_bytes = kNoType;
  Bytes name;
};

constexpr std::array<TypeRow, 256> MakeRows() {
  std::array<TypeRow, 256> rows{};
  const auto set = [&rows](BsonType type, int8_t bytes, Bytes name) {
    rows[static_cast<uint8_t>(type)] = {bytes, name};
  };
  set(BsonType::kDouble, 8, "double");
  set(BsonType::kString, kVariable, "string");
  set(BsonType::kObject, kVariable, "object");
  set(BsonType::kArray, kVariable, "array");
  set(BsonType::kBinary, kVariable, "binData");
  set(BsonType::kUndefined, 0, "undefined");
  set(BsonType::kObjectId, 12, "objectId");
  set(BsonType::kBool, 1, "bool");
  set(BsonType::kDate, 8, "date");
  set(BsonType::kNull, 0, "null");
  set(BsonType::kRegex, kVariable, "regex");
  set(BsonType::kDbPointer, kVariable, "dbPointer");
  set(BsonType::kCode, kVariable, "javascript");
  set(BsonType::kSymbol, kVariable, "symbol");
  set(BsonType::kCodeWithScope, kVariable, "javascriptWithScope");
  set(BsonType::kInt32, 4, "int");
  set(BsonType::kTimestamp, 8, "timestamp");
  set(BsonType::kInt64, 8, "long");
  set(BsonType::kDecimal128, 16, "decimal");
  set(BsonType::kMaxKey, 0, "maxKey");
  set(BsonType::kMinKey, 0, "minKey");
  return rows;
}

constexpr auto kRows = MakeRows();

}  // namespace

Bytes TypeName(BsonType type) {
  return type == BsonType::kMissing ? Bytes("missing") : kRows[static_cast<uint8_t>(type)].name;
}

bool IsBsonType(uint8_t tag) { return kRows[tag].fixed_bytes != kNoType; }

size_t ValueView::size() const {
  const int8_t fixed = kRows[static_cast<uint8_t>(type)].fixed_bytes;
  if (fixed >= 0) return static_cast<size_t>(fixed);
  switch (type) {
    case BsonType::kString:
    case BsonType::kSymbol:
    case BsonType::kCode:
      return 4 + LoadLE32(data);
    case BsonType::kBinary:
      return 5 + LoadLE32(data);
    case BsonType::kRegex: {
      const size_t pattern = std::strlen(data) + 1;
      return pattern + std::strlen(data + pattern) + 1;
    }
    case BsonType::kDbPointer:
      return 4 + LoadLE32(data) + kObjectIdBytes;
    case BsonType::kObject:
    case BsonType::kArray:
    case BsonType::kCodeWithScope:
      return LoadLE32(data);
    default:
      return 0;
  }
}

RegexView ValueView::Regex() const {
  const Bytes pattern(data);
  return {pattern, Bytes(data + pattern.size() + 1)};
}

DbPointerView ValueView::DbPointer() const {
  const uint32_t length = LoadLE32(data);
  return {Bytes(data + 4, length - 1), Bytes(data + 4 + length, kObjectIdBytes)};
}

DocView ValueView::Scope() const { return DocView(data + 8 + LoadLE32(data + 4)); }

size_t DocView::Count() const {
  size_t count = 0;
  for (Iterator it = begin(); !it.done(); ++it) ++count;
  return count;
}

std::string Tagged(ValueView value) {
  std::string out;
  out.reserve(1 + value.size());
  out.push_back(static_cast<char>(value.type));
  out.append(value.bytes());
  return out;
}

std::string TaggedString(Bytes text) {
  std::string out;
  out.reserve(text.size() + 6);
  out.push_back(static_cast<char>(BsonType::kString));
  PutLE32(out, static_cast<uint32_t>(text.size() + 1));
  out.append(text);
  out.push_back('\0');
  return out;
}

std::string TaggedInt64(int64_t v) {
  std::string out(1, static_cast<char>(BsonType::kInt64));
  PutLE64(out, static_cast<uint64_t>(v));
  return out;
}

std::string TaggedDouble(double v) {
  std::string out(1, static_cast<char>(BsonType::kDouble));
  PutLE64(out, std::bit_cast<uint64_t>(v));
  return out;
}

}  // namespace veddb::doc
