// SPDX-License-Identifier: BSD-3-Clause
#include "doc/value/validate.h"

#include "doc/value/utf8.h"

namespace veddb::doc {
namespace {

// Takes bytes off the front of `rest`; every taker says whether what it wanted was there.
class Validator {
 public:
  explicit Validator(uint32_t depth_max) : depth_max_(depth_max) {}

  bool Document(Bytes* rest, uint32_t level) {
    Bytes body;
    if (level > depth_max_ || rest->size() < kEmptyDocumentBytes) return false;
    const uint32_t size = LoadLE32(rest->data());
    if (size < kEmptyDocumentBytes || !GetBytes(rest, size, &body) || body.back() != '\0')
      return false;
    body = body.substr(4, size - kEmptyDocumentBytes);
    while (!body.empty()) {
      const auto tag = static_cast<uint8_t>(body[0]);
      body.remove_prefix(1);
      if (!IsBsonType(tag) || !CString(&body)) return false;
      if (!Value(static_cast<BsonType>(tag), &body, level)) return false;
    }
    return true;
  }

 private:
  static bool Skip(Bytes* rest, size_t count) {
    Bytes skipped;
    return GetBytes(rest, count, &skipped);
  }
  static bool CString(Bytes* rest) {
    const size_t end = rest->find('\0');
    if (end == Bytes::npos || !IsUtf8(rest->substr(0, end))) return false;
    rest->remove_prefix(end + 1);
    return true;
  }
  static bool String(Bytes* rest) {
    Bytes text;
    if (rest->size() < 5) return false;
    const uint32_t size = LoadLE32(rest->data());
    rest->remove_prefix(4);
    return size >= 1 && GetBytes(rest, size, &text) && text.back() == '\0' &&
           IsUtf8(text.substr(0, size - 1));
  }
  static bool Binary(Bytes* rest) {
    if (rest->size() < 5) return false;
    const uint32_t size = LoadLE32(rest->data());
    const auto subtype = static_cast<uint8_t>((*rest)[4]);
    if (subtype == 2) {
      if (size < 4 || rest->size() < 9 || LoadLE32(rest->data() + 5) != size - 4) return false;
    }
    return Skip(rest, size_t{5} + size);
  }
  bool ScopedCode(Bytes* rest, uint32_t level) {
    Bytes body;
    if (rest->size() < 4) return false;
    const uint32_t size = LoadLE32(rest->data());
    if (size < 4 || !GetBytes(rest, size, &body)) return false;
    body.remove_prefix(4);
    return String(&body) && Document(&body, level + 1) && body.empty();
  }
  bool Value(BsonType type, Bytes* rest, uint32_t level) {
    switch (type) {
      case BsonType::kString:
      case BsonType::kSymbol:
      case BsonType::kCode:
        return String(rest);
      case BsonType::kObject:
      case BsonType::kArray:
        return Document(rest, level + 1);
      case BsonType::kBinary:
        return Binary(rest);
      case BsonType::kRegex:
        return CString(rest) && CString(rest);
      case BsonType::kDbPointer:
        return String(rest) && Skip(rest, kObjectIdBytes);
      case BsonType::kCodeWithScope:
        return ScopedCode(rest, level);
      case BsonType::kBool:
        return !rest->empty() && static_cast<uint8_t>((*rest)[0]) <= 1 && Skip(rest, 1);
      default:
        return Skip(rest, ValueView{type, rest->data()}.size());  // the size is fixed by the type
    }
  }

  const uint32_t depth_max_;
};

}  // namespace

Status ValidateBson(Bytes bytes, uint32_t depth_max) {
  Bytes rest = bytes;
  if (!Validator(depth_max).Document(&rest, 1) || !rest.empty()) return Err("invalid BSON");
  return Ok();
}

}  // namespace veddb::doc
