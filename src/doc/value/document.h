// SPDX-License-Identifier: BSD-3-Clause
// BSON read where it lies. DocView and ValueView borrow bytes and never copy; whoever hands one out
// says how long it lives. Both trust their bytes: what a client, a peer or a disk sent becomes BSON
// only through ParseDocument (extjson.h) or ValidateBson (validate.h), so nothing here re-checks
// lengths. Cost: a field is found by a walk over its siblings. Any thread; immutable.
#pragma once
#include <cstdint>
#include <cstring>
#include <string>

#include "base/bytes.h"
#include "base/check.h"
#include "base/coding.h"

namespace veddb::doc {

// The type bytes of bsonspec.org. kMissing is no BSON type: it is the value of an absent field.
enum class BsonType : uint8_t {
  kMissing = 0x00,
  kDouble = 0x01,
  kString = 0x02,
  kObject = 0x03,
  kArray = 0x04,
  kBinary = 0x05,
  kUndefined = 0x06,
  kObjectId = 0x07,
  kBool = 0x08,
  kDate = 0x09,
  kNull = 0x0a,
  kRegex = 0x0b,
  kDbPointer = 0x0c,
  kCode = 0x0d,
  kSymbol = 0x0e,
  kCodeWithScope = 0x0f,
  kInt32 = 0x10,
  kTimestamp = 0x11,
  kInt64 = 0x12,
  kDecimal128 = 0x13,
  kMaxKey = 0x7f,
  kMinKey = 0xff,
};

inline constexpr size_t kObjectIdBytes = 12;
inline constexpr size_t kDecimalBytes = 16;
// An empty document: its length and the end mark.
inline constexpr size_t kEmptyDocumentBytes = 5;

// MongoDB's alias of the type ("int", "objectId" …), as $type takes it.
Bytes TypeName(BsonType type);
// Is this byte the tag of a BSON type?
bool IsBsonType(uint8_t tag);

class DocView;

struct BinaryView {
  uint8_t subtype;
  Bytes data;  // of the deprecated subtype 2: with its inner length
};
struct RegexView {
  Bytes pattern;
  Bytes options;
};
struct DbPointerView {
  Bytes ns;
  Bytes oid;
};
struct TimestampView {
  uint32_t seconds;
  uint32_t increment;
};

// One value: its type and where its bytes begin. The accessors require the type that they name.
struct ValueView {
  BsonType type = BsonType::kMissing;
  const char* data = nullptr;

  bool missing() const { return type == BsonType::kMissing; }
  bool IsNumber() const {
    return type == BsonType::kInt32 || type == BsonType::kInt64 || type == BsonType::kDouble ||
           type == BsonType::kDecimal128;
  }
  bool IsContainer() const { return type == BsonType::kObject || type == BsonType::kArray; }
  // Strings and symbols, which compare alike.
  bool IsText() const { return type == BsonType::kString || type == BsonType::kSymbol; }
  // Missing, null or undefined.
  bool IsNullish() const {
    return missing() || type == BsonType::kNull || type == BsonType::kUndefined;
  }

  size_t size() const;
  Bytes bytes() const { return {data, size()}; }

  double Double() const {
    double v;
    std::memcpy(&v, data, sizeof v);
    return v;
  }
  int32_t Int32() const { return static_cast<int32_t>(LoadLE32(data)); }
  int64_t Int64() const { return static_cast<int64_t>(LoadLE64(data)); }
  // Int32 or Int64, whichever it is.
  int64_t Integer() const { return type == BsonType::kInt32 ? Int32() : Int64(); }
  bool Bool() const { return *data != 0; }
  // Milliseconds since 1970.
  int64_t Date() const { return Int64(); }
  TimestampView Timestamp() const { return {LoadLE32(data + 4), LoadLE32(data)}; }
  // Of a string, symbol or code.
  Bytes String() const { return {data + 4, LoadLE32(data) - 1}; }
  Bytes ObjectId() const { return {data, kObjectIdBytes}; }
  BinaryView Binary() const {
    return {static_cast<uint8_t>(data[4]), Bytes(data + 5, LoadLE32(data))};
  }
  RegexView Regex() const;
  DbPointerView DbPointer() const;
  Bytes ScopedCode() const { return {data + 8, LoadLE32(data + 4) - 1}; }
  DocView Scope() const;
  // Of an object or array.
  DocView Document() const;
};

struct Element {
  Bytes name;
  ValueView value;
};

// A document or an array (whose names are "0", "1", …).
class DocView {
 public:
  // Walks the elements; usable in a range-for.
  class Iterator {
   public:
    explicit Iterator(const char* at) : at_(at) { Load(); }
    const Element& operator*() const { return element_; }
    const Element* operator->() const { return &element_; }
    Iterator& operator++() {
      at_ = element_.value.data + element_.value.size();
      Load();
      return *this;
    }
    bool done() const { return *at_ == 0; }
    friend bool operator!=(const Iterator& a, const Iterator& b) { return a.done() != b.done(); }

   private:
    void Load() {
      if (*at_ == 0) return;
      const size_t length = std::strlen(at_ + 1);
      element_.name = Bytes(at_ + 1, length);
      element_.value = {static_cast<BsonType>(static_cast<uint8_t>(*at_)), at_ + 2 + length};
    }
    const char* at_;
    Element element_;
  };

  DocView() : data_("\x05\0\0\0") {}
  explicit DocView(const char* data) : data_(data) {}
  explicit DocView(Bytes bytes) : data_(bytes.data()) {}

  const char* data() const { return data_; }
  size_t size() const { return LoadLE32(data_); }
  Bytes bytes() const { return {data_, size()}; }
  bool empty() const { return data_[4] == 0; }

  Iterator begin() const { return Iterator(data_ + 4); }
  Iterator end() const { return Iterator(data_ + size() - 1); }

  // The first field of this name, or a missing value.
  ValueView Find(Bytes name) const {
    for (Iterator it = begin(); !it.done(); ++it) {
      if (it->name == name) return it->value;
    }
    return {};
  }
  ValueView AsValue(BsonType type) const { return {type, data_}; }
  size_t Count() const;

 private:
  const char* data_;
};

inline DocView ValueView::Document() const { return DocView(data); }

// A value that stands alone in a string is "tagged": its type byte, then its bytes.
std::string Tagged(ValueView value);
// REQUIRES: `tagged` came from Tagged or a parser, and outlives the view.
inline ValueView TaggedView(Bytes tagged) {
  return {static_cast<BsonType>(static_cast<uint8_t>(tagged[0])), tagged.data() + 1};
}
std::string TaggedString(Bytes text);
std::string TaggedInt64(int64_t v);
std::string TaggedDouble(double v);

}  // namespace veddb::doc
